/**
 * A subscription's consumer group, as Hermes' clients know one.
 * Takes names. Gives Hermes' answer: one entry for the one Kafka cluster. Iris never joins a group: its
 * members here are the consumers processes that hold locks of the subscription's partitions, beside those
 * that Kafka names, such as a Hermes that was not stopped.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import { existingTopic } from '../store/existing.js'
import { readGroupProgress, type GroupProgressParts } from '../store/group-progress.js'
import type { KafkaGroups } from '../store/kafka-ports.js'
import type { LiveConsumers, SubscriptionStore, TopicStore } from '../store/ports.js'

export interface ConsumerGroupParts extends GroupProgressParts {
  readonly store: TopicStore & SubscriptionStore
  readonly kafka: Pick<KafkaGroups, 'describe'>
  readonly consumers: LiveConsumers
  readonly namespace: KafkaNamespace
  readonly clusterName: string
}

const ownedPartition = z.object({
  partition: z.int(),
  topic: z.string().describe("The topic's name in Kafka"),
  currentOffset: z.int().describe('What is committed: below it all is settled'),
  logEndOffset: z.int(),
  lag: z.int(),
  offsetMetadata: z.string(),
  contentType: z.string(),
})
type OwnedPartition = ValueOf<typeof ownedPartition>

const groupMember = z.object({
  consumerId: z.string(),
  clientId: z.string(),
  host: z.string(),
  partitions: z.array(ownedPartition).describe('Of a member that is no process of Iris: none are told'),
})
type GroupMember = ValueOf<typeof groupMember>

/** A consumer group as the API shows it. */
export const consumerGroupAnswer = z.object({
  clusterName: z.string(),
  groupId: z.string(),
  state: z.string(),
  members: z.array(groupMember),
  stable: z.boolean(),
  empty: z.boolean(),
})
export type ConsumerGroupAnswer = ValueOf<typeof consumerGroupAnswer>

/** As consumers processes name themselves to Kafka. */
const clientId = 'iris-consumers'
/** What Kafka says of a group that nobody has joined, before and after its first commit. */
const joinedByNobody: readonly string[] = ['Empty', 'Dead']

/** The groups of a subscription; none for an unknown subscription of a known topic, as in Hermes. */
export async function readConsumerGroups(
  parts: ConsumerGroupParts,
  topic: TopicName,
  name: SubscriptionName,
): Promise<readonly ConsumerGroupAnswer[]> {
  const { store, kafka, namespace, clusterName } = parts
  const { contentType } = (await existingTopic(store, topic)).value
  if ((await store.subscription(topic, name)) === null) return []
  const groupId = consumerGroupId(namespace, topic, name)
  const kafkaTopic = kafkaTopicName(namespace, topic)
  const [{ state: told, members }, partitions, owners] = await Promise.all([
    kafka.describe(groupId),
    partitionsOf(parts, groupId, { kafkaTopic, contentType }),
    ownersOf(parts.consumers, topic, name),
  ])
  const own = owners.map(
    ({ instance, host, owned }): GroupMember => ({
      ...{ consumerId: instance, clientId, host },
      partitions: partitions.filter(({ partition }) => owned.includes(partition)),
    }),
  )
  const state = own.length > 0 && joinedByNobody.includes(told) ? 'Stable' : told
  const others = members.map(
    (member): GroupMember => ({
      ...{ consumerId: member.memberId, clientId: member.clientId, host: member.host },
      partitions: [],
    }),
  )
  return [
    {
      ...{ clusterName, groupId, state, members: [...own, ...others] },
      ...{ stable: state === 'Stable', empty: state === 'Empty' },
    },
  ]
}

interface Owner {
  readonly instance: string
  readonly host: string
  readonly owned: readonly number[]
}

/** Who holds locks of its partitions; a process that just died keeps its own until its session ends. */
async function ownersOf(
  consumers: LiveConsumers,
  topic: TopicName,
  name: SubscriptionName,
): Promise<readonly Owner[]> {
  const [live, holders] = await Promise.all([consumers.live(), consumers.holders(topic, name)])
  const instances = [...new Set(holders.map(({ instance }) => instance))].sort()
  return instances.map(instance => ({
    instance,
    host: live.find(each => each.instance === instance)?.host ?? '',
    owned: holders.filter(each => each.instance === instance).map(({ partition }) => partition),
  }))
}

async function partitionsOf(
  parts: ConsumerGroupParts,
  groupId: string,
  { kafkaTopic, contentType }: { readonly kafkaTopic: string; readonly contentType: string },
): Promise<readonly OwnedPartition[]> {
  const partitions = (await readGroupProgress(parts, groupId, kafkaTopic)) ?? []
  return partitions.map(({ partition, committed, first, end: logEndOffset }) => {
    // Without a commit it starts at the earliest.
    const currentOffset = committed ?? first
    const lag = Math.max(0, logEndOffset - currentOffset)
    const offsetMetadata = ''
    return { partition, topic: kafkaTopic, currentOffset, logEndOffset, lag, offsetMetadata, contentType }
  })
}
