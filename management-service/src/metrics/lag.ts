/**
 * How many messages a subscription is behind: what Kafka holds of its topic and nobody has settled.
 * Takes names. Gives a number, null where Kafka does not tell in `lagMs` or has no such topic.
 */
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import { lagOf } from '../diagnosis/facts.js'
import type { KafkaProgress, KafkaSearch } from '../store/kafka-ports.js'
import type { NamedSubscription } from './rates.js'

export interface LagParts {
  readonly search: KafkaSearch
  readonly progress: KafkaProgress
  readonly namespace: KafkaNamespace
  readonly scheduler: Scheduler
  readonly log: Log
}

const lagMs = 2_000

/** Asks Kafka. Never rejects. */
export async function readLag(parts: LagParts, subscription: NamedSubscription): Promise<number | null> {
  try {
    return await withDeadline(parts.scheduler, lagMs, 'the lag in Kafka', ask(parts, subscription))
  } catch (error) {
    parts.log.warn('lag.unanswered', { ...subscription, error })
    return null
  }
}

async function ask({ search, progress, namespace }: LagParts, { topic, name }: NamedSubscription) {
  const kafkaTopic = kafkaTopicName(namespace, topic)
  const partitions = await search.partitions(kafkaTopic)
  if (partitions === null) return null
  const [committed, ranges] = await Promise.all([
    progress.committed(consumerGroupId(namespace, topic, name), kafkaTopic, partitions),
    search.ranges(kafkaTopic, partitions, { fromMs: null, toMs: null }),
  ])
  return partitions.reduce((lag, partition, index) => {
    const { first, next: end } = ranges[index] ?? { first: 0, next: 0 }
    const at = { partition, committed: committed[index] ?? null, first, end, publishedLastMinute: 0 }
    return lag + lagOf(at)
  }, 0)
}
