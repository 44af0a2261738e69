// pure
/**
 * Facts of a subscription that does well, for tests to change one thing at a time.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import type {
  ConsumerRow,
  ConsumersFacts,
  DefinitionFacts,
  Facts,
  KafkaFacts,
  PartitionFacts,
} from '../facts.js'

export const nowMs = 1_700_000_000_000
const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName

/** What to change; what is not named stays well. */
export interface Changes {
  readonly subscription?: Readonly<Record<string, unknown>>
  readonly unsupported?: readonly string[]
  readonly parkedKeys?: DefinitionFacts['parkedKeys']
  readonly kafka?: Partial<KafkaFacts>
  /** Over each of the two partitions. */
  readonly partition?: Partial<PartitionFacts>
  readonly consumers?: Partial<ConsumersFacts>
  readonly delivery?: Partial<NonNullable<ConsumerRow['delivery']>>
  readonly recent?: Partial<NonNullable<ConsumerRow['recent']>>
  readonly row?: Partial<ConsumerRow>
}

/** Two partitions, one owner, 60 messages a minute, all taken at once. */
export function factsWith(changes: Changes = {}): Facts & {
  readonly definition: DefinitionFacts
  readonly kafka: KafkaFacts
  readonly consumers: ConsumersFacts
} {
  const form = { topicName: topic, name, description: '', endpoint: 'http://user:secret@billing.example/in' }
  const owner = { source: 'Plaintext', id: 'x' }
  const subscription = parseSubscription({ ...form, owner, state: 'ACTIVE', ...changes.subscription })
  return {
    ...{ topic, name, nowMs },
    definition: {
      ...{ subscription, unsupported: changes.unsupported ?? [] },
      parkedKeys: changes.parkedKeys ?? [],
    },
    kafka: {
      ...{ kafkaTopic: 'acme.orders', groupId: 'acme_orders_billing', members: [], oldestPublishedMs: null },
      partitions: [partitionOf(0, changes), partitionOf(1, changes)],
      deadLetters: { all: 0, lastHour: 0 },
      ...changes.kafka,
    },
    consumers: {
      live: [{ instance: 'host$1', url: 'http://host:8000' }],
      locks: [
        { partition: 0, instance: 'host$1' },
        { partition: 1, instance: 'host$1' },
      ],
      said: [{ instance: 'host$1', answer: { row: rowOf(changes) } }],
      ...changes.consumers,
    },
  }
}

function partitionOf(partition: number, { partition: changed }: Changes): PartitionFacts {
  return { partition, committed: 100, first: 0, end: 100, publishedLastMinute: 30, ...changed }
}

export function rowOf(changes: Changes = {}): ConsumerRow {
  return {
    notRunning: null,
    delivery: {
      ...{ inflight: 0, inflightMax: 100, waiting: 0, parked: 0, nextDueInMs: null },
      ...{ rate: 400, isPaced: false, pace: null, windowShare: 0, heldBack: null, isFenced: false },
      ...changes.delivery,
    },
    recent: {
      ...{ attempts: 60, succeeded: 60, outcomes: { 200: 60 }, failures: {}, lastFailure: null },
      ...{ ended: { delivered: 60, givenUp: 0, filtered: 0 }, meanMs: 20, p50Ms: 18, p99Ms: 40 },
      ...changes.recent,
    },
    delayed: null,
    partitions: [
      { partition: 0, state: 'running', unsettled: 0, oldest: null },
      { partition: 1, state: 'running', unsettled: 0, oldest: null },
    ],
    ...changes.row,
  }
}
