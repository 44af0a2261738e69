/**
 * Whether subscriptions are through with all that their topics hold.
 * Takes a stack and subscriptions. Gives nothing, once the committed offset of every partition is its end.
 * Promises: what is settled by then was delivered, filtered out or buried; nothing of it comes later.
 */
import { Kafka, logLevel } from 'kafkajs'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { consumerGroupId, kafkaTopicName } from '@iris/common/kafka/names'
import { eventually } from './eventually.js'
import type { TestStack } from './stack.js'

/** A subscription by its topic and name. */
export type Subscribed = readonly [topic: string, name: string]

/**
 * Waits until they have nothing left: those of one topic side by side, and the topics one after the other,
 * so that one that forwards is through before what it forwards to is looked at.
 */
export async function settled(
  kafka: string,
  { namespace }: Pick<TestStack, 'namespace'>,
  subscriptions: readonly Subscribed[],
): Promise<void> {
  const admin = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING }).admin()
  const names = { namespace, separator: '_' }
  const through = ([topic, name]: Subscribed): Promise<void> => {
    const kafkaTopic = kafkaTopicName(names, topic as TopicName)
    const groupId = consumerGroupId(names, topic as TopicName, name as SubscriptionName)
    return eventually(async () => {
      const [ends, groups] = await Promise.all([
        admin.fetchTopicOffsets(kafkaTopic),
        admin.fetchOffsets({ groupId, topics: [kafkaTopic] }),
      ])
      const committed = groups[0]?.partitions ?? []
      for (const { partition, high } of ends) {
        const offset = committed.find(each => each.partition === partition)?.offset ?? '-1'
        if (offset !== high)
          throw new Error(`${groupId} is at ${offset} of ${high} in partition ${partition}`)
      }
    })
  }
  await admin.connect()
  try {
    for (const topic of new Set(subscriptions.map(([each]) => each)))
      await Promise.all(subscriptions.filter(([each]) => each === topic).map(through))
  } finally {
    await admin.disconnect()
  }
}
