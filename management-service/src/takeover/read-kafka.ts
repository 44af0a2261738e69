/**
 * What Kafka has of an installation, read and never written.
 * Takes the clients and the definitions. Gives the names of all topics, and each subscription's group.
 * Bound: `groupsAtOnce` groups are asked about at a time.
 */
import { subscriptionId } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { KafkaAdmin } from '@iris/common/kafka/admin'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Offsets } from '@iris/common/kafka/offsets'
import type { GroupFacts, KafkaFacts } from './judge-kafka.js'

/** What can be asked; nothing here writes. */
export interface KafkaReader {
  readonly admin: Pick<KafkaAdmin, 'listTopics' | 'describeTopic'>
  readonly offsets: Pick<Offsets, 'describeGroup' | 'fetch' | 'earliest'>
}

const groupsAtOnce = 16

/** Asks about everything. */
export async function readKafka(
  { admin, offsets }: KafkaReader,
  subscriptions: readonly Subscription[],
  namespace: KafkaNamespace,
): Promise<KafkaFacts> {
  const topics = new Set(await admin.listTopics())
  const partitionsOf = new Map<string, readonly number[]>()
  const groups = new Map<string, GroupFacts>()

  const ask = async ({ topicName, name }: Subscription): Promise<void> => {
    const kafkaTopic = kafkaTopicName(namespace, topicName)
    if (!topics.has(kafkaTopic)) return
    const count = (await admin.describeTopic(kafkaTopic))?.partitions ?? 0
    const partitions = partitionsOf.get(kafkaTopic) ?? Array.from({ length: count }, (_, each) => each)
    partitionsOf.set(kafkaTopic, partitions)
    const groupId = consumerGroupId(namespace, topicName, name)
    const [group, committed, earliest] = await Promise.all([
      offsets.describeGroup(groupId),
      offsets.fetch(groupId, kafkaTopic, partitions),
      offsets.earliest(kafkaTopic, partitions),
    ])
    const firsts = new Map(earliest.map(each => [each.partition, each.offset]))
    groups.set(subscriptionId(topicName, name), {
      group,
      offsets: committed.map(each => ({
        committed: each.offset,
        earliest: firsts.get(each.partition) ?? 0,
      })),
    })
  }

  const rest = [...subscriptions]
  while (rest.length > 0) await Promise.all(rest.splice(0, groupsAtOnce).map(ask))
  return { topics, groups }
}
