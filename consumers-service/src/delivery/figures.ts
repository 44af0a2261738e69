/**
 * What is counted of one subscription.
 * Takes events of the delivery. Gives Prometheus' series, by handles that cost an addition each.
 * Promises: the series go when the subscription no longer runs here.
 */
import { consumersMetrics } from '@iris/common/metrics/names'
import type { CounterHandle, Metrics, SummaryHandle } from '@iris/common/metrics/registry'
import type { AttemptResult } from '@iris/common/http/client'
import type { Clock } from '@iris/common/time/clock'
import { ageOf, type Lag } from './lag.js'
import type { DeliveryPlan } from './plan.js'
import { circuitNumbers, type PaceStatus } from './pace/pace.js'
import { createRecentAttempts, type Ending, type RecentView } from './recent.js'
import { splitTopicName } from '@iris/common/domain/names'

export interface DeliveryFigures {
  readonly delivered: CounterHandle
  readonly discarded: CounterHandle
  readonly filteredOut: CounterHandle
  readonly discardedOnRequest: CounterHandle
  readonly retries: CounterHandle
  readonly postponed: CounterHandle
  readonly droppedHeaders: CounterHandle
  readonly skippedOffsets: CounterHandle
  readonly missingOffsets: CounterHandle
  readonly inflightTime: SummaryHandle
  /** A record of an AVRO topic was read by the schema that its version or id names, or could not be. */
  avroRead(isById: boolean, isProblem: boolean): void
  /** A batch of which the subscriber took something. */
  batchDelivered(): void
  /** The way of a message has ended. */
  ended(ending: Ending): void
  /** What came of the last minute. */
  recent(): RecentView
  /** One attempt that ended, well or not. */
  attempt(result: AttemptResult, isSuccess: boolean, bodyBytes: number, tookMs: number): void
  /** Gauges, read when somebody asks. Batches have no rate to show. */
  show(read: { inflight(): number; windowShare(): number; pace(): PaceStatus }, isRated: boolean): void
  /** The gauges of what is in Kafka and not settled. */
  showLag(read: () => Lag): void
  /** What is shown from now on is held against this plan. */
  planned(plan: DeliveryPlan): void
  /** The gauge of what waits in the delay topic. */
  showDelayed(read: () => number): void
  remove(): void
}

/** Makes the figures of a subscription. */
export function createDeliveryFigures(metrics: Metrics, clock: Clock, plan: DeliveryPlan): DeliveryFigures {
  const { group = '', topic = '' } = splitTopicName(plan.topic) ?? {}
  const labels = [group, topic, plan.subscription] as const
  const counter = (definition: (typeof consumersMetrics)[keyof typeof consumersMetrics]): CounterHandle =>
    metrics.counter(definition, ...labels)
  const failures = counter(consumersMetrics.failures)
  const timeouts = counter(consumersMetrics.timeouts)
  const otherErrors = counter(consumersMetrics.otherErrors)
  const throughputBytes = counter(consumersMetrics.throughputBytes)
  const latency = metrics.summary(consumersMetrics.latency, ...labels)
  let { retentionMs } = plan
  let batches: CounterHandle | null = null
  const recent = createRecentAttempts()
  const byStatus = new Map<number, CounterHandle>()
  const statusCounter = (status: number): CounterHandle => {
    let found = byStatus.get(status)
    if (found === undefined) {
      found = metrics.counter(consumersMetrics.statusCodes, ...labels, String(status))
      byStatus.set(status, found)
    }
    return found
  }

  /** Of the whole process, made when a record is first read so. */
  let avro: AvroCounters | null = null

  return {
    avroRead(isById, isProblem) {
      avro ??= avroCounters(metrics)
      const { reads, errors } = isById ? avro.byId : avro.byVersion
      reads.value++
      if (isProblem) errors.value++
    },
    delivered: counter(consumersMetrics.delivered),
    discarded: counter(consumersMetrics.discarded),
    filteredOut: counter(consumersMetrics.filteredOut),
    discardedOnRequest: counter(consumersMetrics.discardedOnRequest),
    retries: counter(consumersMetrics.retries),
    postponed: counter(consumersMetrics.postponed),
    droppedHeaders: counter(consumersMetrics.droppedHeaders),
    skippedOffsets: counter(consumersMetrics.skippedOffsets),
    missingOffsets: counter(consumersMetrics.missingOffsets),
    inflightTime: metrics.summary(consumersMetrics.inflightTime, ...labels),
    batchDelivered() {
      batches ??= counter(consumersMetrics.batches)
      batches.value++
    },
    ended: ending => recent.ended(ending, clock.monotonic()),
    recent: () => recent.read(clock.monotonic()),
    attempt(result, isSuccess, bodyBytes, tookMs) {
      recent.attempt(result, isSuccess, tookMs, clock.monotonic())
      throughputBytes.value += bodyBytes
      latency.observe(tookMs / 1000)
      if (!isSuccess) failures.value++
      if (result.kind === 'answer') statusCounter(result.status).value++
      else if (result.kind === 'timeout') timeouts.value++
      else otherErrors.value++
    },
    show({ inflight, windowShare, pace }, isRated) {
      metrics.gauge(consumersMetrics.inflight, inflight, ...labels)
      metrics.gauge(consumersMetrics.pendingOffsets, windowShare, ...labels)
      metrics.gauge(consumersMetrics.circuitState, () => circuitNumbers[pace().circuit], ...labels)
      if (!isRated) return
      metrics.gauge(consumersMetrics.outputRate, () => pace().rate, ...labels)
      metrics.gauge(consumersMetrics.calculatedRate, () => pace().maxRate, ...labels)
    },
    planned(next) {
      retentionMs = next.retentionMs
    },
    showLag(read) {
      const ageMs = (): number => ageOf(read(), clock.now())
      metrics.gauge(consumersMetrics.lag, () => read().messages, ...labels)
      metrics.gauge(consumersMetrics.lagAge, () => ageMs() / 1000, ...labels)
      metrics.gauge(consumersMetrics.lagShare, () => ageMs() / retentionMs, ...labels)
    },
    showDelayed: read => metrics.gauge(consumersMetrics.delayed, read, ...labels),
    remove: () => metrics.remove(Object.values(consumersMetrics), ...labels),
  }
}

interface ReadCounters {
  readonly reads: CounterHandle
  readonly errors: CounterHandle
}

interface AvroCounters {
  readonly byVersion: ReadCounters
  readonly byId: ReadCounters
}

function avroCounters(metrics: Metrics): AvroCounters {
  const of = (type: string): ReadCounters => ({
    reads: metrics.counter(consumersMetrics.avroReads, type),
    errors: metrics.counter(consumersMetrics.avroReadErrors, type),
  })
  return { byVersion: of('headerSchemaVersion'), byId: of('headerSchemaId') }
}
