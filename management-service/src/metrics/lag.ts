/**
 * How many messages a subscription is behind: what Kafka holds of its topic and nobody has settled.
 * Takes names. Gives a number, null where Kafka does not tell in `lagMs` or has no such topic.
 */
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import { lagOf } from '../diagnosis/facts.js'
import { readGroupProgress, type GroupProgressParts } from '../store/group-progress.js'
import type { NamedSubscription } from './rates.js'

export interface LagParts extends GroupProgressParts {
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

async function ask(parts: LagParts, { topic, name }: NamedSubscription): Promise<number | null> {
  const { namespace } = parts
  const group = consumerGroupId(namespace, topic, name)
  const partitions = await readGroupProgress(parts, group, kafkaTopicName(namespace, topic))
  return partitions === null ? null : partitions.reduce((lag, each) => lag + lagOf(each), 0)
}
