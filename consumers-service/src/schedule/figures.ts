/**
 * The figures of scheduled messages in this process.
 * Takes what became of each. Gives counters, and how late messages were.
 */
import { consumersMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'

/**
 * Why a message whose time has come is not in its topic:
 * - `refused`: Kafka takes no such message as its clock and the topic's settings are
 * - `barred`: Kafka takes nothing of the topic, such as for want of a permission
 * - `no_topic`: Kafka does not show the topic
 * - `no_word`: Kafka gave no word in time
 * - `not_sent`: it was not tried, such as without a lock or room
 */
const waitReasons = ['refused', 'barred', 'no_topic', 'no_word', 'not_sent'] as const
export type WaitReason = (typeof waitReasons)[number]

export interface ScheduleFigures {
  /** Its topic has it. `ownedSinceMs`: since when this process has had the partition. */
  delivered(dueMs: number, nowMs: number, ownedSinceMs: number): void
  dropped(): void
  /** Kafka will never take it. */
  refused(): void
  cancelled(count: number): void
  /** It was to go and waits. */
  waits(reason: WaitReason): void
}

/** Beyond this a message is late. */
const lateMs = 1_000

/** Makes the figures; `pending` is read when asked for. */
export function createScheduleFigures(metrics: Metrics, pending: () => number): ScheduleFigures {
  const delivered = metrics.counter(consumersMetrics.scheduledDelivered)
  const dropped = metrics.counter(consumersMetrics.scheduledDropped)
  const refused = metrics.counter(consumersMetrics.scheduledRefused)
  const cancelled = metrics.counter(consumersMetrics.scheduledCancelled)
  const late = {
    noOwner: metrics.counter(consumersMetrics.scheduledLate, 'no_owner'),
    other: metrics.counter(consumersMetrics.scheduledLate, 'other'),
  }
  const waits = new Map(
    waitReasons.map(reason => [reason, metrics.counter(consumersMetrics.scheduledRetried, reason)]),
  )
  const lateness = metrics.summary(consumersMetrics.scheduledLateness)
  metrics.gauge(consumersMetrics.scheduledPending, pending)
  return {
    delivered(dueMs, nowMs, ownedSinceMs) {
      delivered.value++
      lateness.observe(Math.max(0, nowMs - dueMs) / 1_000)
      if (nowMs - dueMs <= lateMs) return
      const reason = dueMs < ownedSinceMs ? 'noOwner' : 'other'
      late[reason].value++
    },
    dropped: () => void dropped.value++,
    refused: () => void refused.value++,
    waits(reason) {
      const counter = waits.get(reason)
      if (counter !== undefined) counter.value++
    },
    cancelled: count => void (cancelled.value += count),
  }
}
