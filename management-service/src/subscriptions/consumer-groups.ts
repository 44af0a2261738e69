/**
 * What Kafka says about a subscription's consumer group.
 * Takes names. Gives Hermes' answer: one entry for the one Kafka cluster. Iris itself never joins a group, so
 * members are other programs, such as a Hermes that was not stopped.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { consumerGroupId, type KafkaNamespace } from '@iris/common/kafka/names'
import { existingTopic } from '../store/existing.js'
import type { KafkaGroups } from '../store/kafka-ports.js'
import type { SubscriptionStore, TopicStore } from '../store/ports.js'

export interface ConsumerGroupParts {
  readonly store: TopicStore & SubscriptionStore
  readonly kafka: KafkaGroups
  readonly namespace: KafkaNamespace
  readonly clusterName: string
}

/** A consumer group as the API shows it. */
export const consumerGroupAnswer = z.object({
  clusterName: z.string(),
  groupId: z.string(),
  state: z.string(),
  members: z.array(
    z.object({
      consumerId: z.string(),
      clientId: z.string(),
      host: z.string(),
      partitions: z.array(z.unknown()),
    }),
  ),
  stable: z.boolean(),
  empty: z.boolean(),
})
export type ConsumerGroupAnswer = ValueOf<typeof consumerGroupAnswer>

/** The groups of a subscription; none for an unknown subscription of a known topic, as in Hermes. */
export async function readConsumerGroups(
  { store, kafka, namespace, clusterName }: ConsumerGroupParts,
  topic: TopicName,
  name: SubscriptionName,
): Promise<readonly ConsumerGroupAnswer[]> {
  await existingTopic(store, topic)
  if ((await store.subscription(topic, name)) === null) return []
  const groupId = consumerGroupId(namespace, topic, name)
  const { state, members } = await kafka.describe(groupId)
  return [
    {
      clusterName,
      groupId,
      state,
      members: members.map(({ memberId, clientId, host }) => ({
        consumerId: memberId,
        clientId,
        host,
        partitions: [],
      })),
      stable: state === 'Stable',
      empty: state === 'Empty',
    },
  ]
}
