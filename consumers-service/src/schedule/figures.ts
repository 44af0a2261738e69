/**
 * The figures of scheduled messages in this process.
 * Takes what became of each. Gives counters, and how late messages were.
 */
import { consumersMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'

export interface ScheduleFigures {
  /** Its topic has it. `ownedSinceMs`: since when this process has had the partition. */
  delivered(dueMs: number, nowMs: number, ownedSinceMs: number): void
  dropped(): void
  /** Kafka will never take it. */
  refused(): void
  cancelled(count: number): void
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
    cancelled: count => void (cancelled.value += count),
  }
}
