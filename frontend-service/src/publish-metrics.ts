/**
 * The counters of publishing, as Hermes names them.
 * Takes what happened to a request. Gives plain additions: handles are made once a topic and status.
 */
import type { Ack } from '@iris/common/domain/topic-form'
import { splitTopicName } from '@iris/common/domain/names'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { CounterHandle, Metrics, SummaryHandle } from '@iris/common/metrics/registry'

/** What came of trying a JSON message as Avro. `no_schema`: there was none to try it with. */
export type TrialResult = 'fits' | 'fails' | 'no_schema'

/** Counters of one topic. */
export interface TopicCounters {
  /** A body came whole, whatever becomes of it. */
  received(bytes: number): void
  /** Kafka has a message, so long after it was ready; null where it lay in a spool. */
  published(seconds: number | null): void
  /** A message does not fit its topic's JSON Schema, whatever becomes of it. */
  violated(): void
  /** A JSON message was tried by its topic's Avro schema. */
  tried(result: TrialResult): void
  /** A request was answered. */
  answered(status: number, seconds: number): void
}

export interface PublishMetrics {
  topic(name: string, ack: Ack): TopicCounters
  /** A message was refused because of a limit. */
  overQuota(topic: string, limit: string): void
  /** Drops the series of a topic that is gone. */
  removeTopic(name: string): void
  /** Open publish requests. */
  inflight: number
}

const topicSeries = [
  frontendMetrics.topicRequests,
  frontendMetrics.topicStatus,
  frontendMetrics.topicPublished,
  frontendMetrics.schemaViolations,
  frontendMetrics.avroTrials,
  frontendMetrics.topicBytes,
  frontendMetrics.topicSize,
  frontendMetrics.leaderLatency,
  frontendMetrics.allLatency,
  frontendMetrics.quotaExceeded,
]

/** Makes the counters. `datacenter` is where messages are stored, as a label. */
export function createPublishMetrics(metrics: Metrics, datacenter: string): PublishMetrics {
  const global = {
    requests: metrics.counter(frontendMetrics.requests),
    bytes: metrics.counter(frontendMetrics.bytes),
    size: metrics.summary(frontendMetrics.size),
    latency: {
      LEADER: metrics.summary(frontendMetrics.leaderLatencyGlobal),
      ALL: metrics.summary(frontendMetrics.allLatencyGlobal),
    },
    kafkaLatency: {
      LEADER: metrics.summary(frontendMetrics.leaderLatencyKafka),
      ALL: metrics.summary(frontendMetrics.allLatencyKafka),
    },
    status: countersBy<number>(status => metrics.counter(frontendMetrics.status, status)),
  }
  const publishMetrics: PublishMetrics = {
    inflight: 0,
    topic(name, ack) {
      const labels = labelsOf(name)
      const level = ack === 'ALL' ? 'ALL' : 'LEADER'
      const requests = metrics.counter(frontendMetrics.topicRequests, ...labels)
      const published = metrics.counter(frontendMetrics.topicPublished, ...labels, datacenter)
      let violations: CounterHandle | null = null
      const trials = countersBy<TrialResult>(result =>
        metrics.counter(frontendMetrics.avroTrials, ...labels, result),
      )
      const bytes = metrics.counter(frontendMetrics.topicBytes, ...labels)
      const size = metrics.summary(frontendMetrics.topicSize, ...labels)
      const latencyOf = level === 'ALL' ? frontendMetrics.allLatency : frontendMetrics.leaderLatency
      const latency: SummaryHandle = metrics.summary(latencyOf, ...labels)
      const status = countersBy<number>(code => metrics.counter(frontendMetrics.topicStatus, ...labels, code))
      const globalLatency = global.latency[level]
      const kafkaLatency = global.kafkaLatency[level]
      return {
        received(length) {
          bytes.value += length
          global.bytes.value += length
          size.observe(length)
          global.size.observe(length)
        },
        violated() {
          violations ??= metrics.counter(frontendMetrics.schemaViolations, ...labels)
          violations.value++
        },
        tried: result => void trials(result).value++,
        published(seconds) {
          published.value++
          if (seconds !== null) kafkaLatency.observe(seconds)
        },
        answered(code, seconds) {
          requests.value++
          global.requests.value++
          status(code).value++
          global.status(code).value++
          latency.observe(seconds)
          globalLatency.observe(seconds)
        },
      }
    },
    overQuota: (topic, limit) =>
      void metrics.counter(frontendMetrics.quotaExceeded, ...labelsOf(topic), limit).value++,
    removeTopic: name => metrics.remove(topicSeries, ...labelsOf(name)),
  }
  metrics.gauge(frontendMetrics.inflight, () => publishMetrics.inflight)
  return publishMetrics
}

function labelsOf(name: string): [group: string, topic: string] {
  const { group, topic } = splitTopicName(name) ?? { group: '', topic: name }
  return [group, topic]
}

/** Statuses and results are few, so their handles are made when first seen. */
function countersBy<Value extends number | string>(
  make: (label: string) => CounterHandle,
): (value: Value) => CounterHandle {
  const known = new Map<Value, CounterHandle>()
  return value => {
    const found = known.get(value)
    if (found !== undefined) return found
    const made = make(String(value))
    known.set(value, made)
    return made
  }
}
