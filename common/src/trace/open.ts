/**
 * Traces of one service: its writer with all it needs.
 * Takes the cluster and the configuration. Gives the writer, or null where traces are switched off.
 */
import { createKafkaAdmin } from '../kafka/admin.js'
import type { Cluster } from '../kafka/cluster.js'
import { kafkaNamespaceOf, traceTopicName } from '../kafka/names.js'
import { createProducer } from '../kafka/producer.js'
import type { TopicSettings } from '../kafka/admin.js'
import type { Log } from '../lifecycle/log.js'
import { traceMetrics } from '../metrics/names.js'
import type { Metrics } from '../metrics/registry.js'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { createTraceWriter, type TraceWriter } from './writer.js'

/** Values of the keys for traces and Kafka's names. */
export interface TraceConfig {
  readonly areTracesOn: boolean
  readonly tracePartitions: number
  readonly traceReplication: number
  readonly traceRetentionMs: number
  readonly traceRetentionBytes: number
  readonly traceQueueMax: number
  readonly kafkaNamespace: string
  readonly kafkaNamespaceSeparator: string
}

export interface TraceParts {
  readonly cluster: Cluster
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

const requestTimeoutMs = 5_000
const deliveryTimeoutMs = 30_000
const batchBytesMax = 512 * 1024
const queueBytesMax = 16 * 1024 * 1024
/** Kafka removes whole segments: a quarter of what is kept is the coarsest that is still fair. */
const segmentsMin = 4
const segmentBytesMin = 1_048_576
const segmentMsMin = 60_000

/** Makes the writer. Nothing is connected before it is started. */
export function openTraceWriter(parts: TraceParts, config: TraceConfig): TraceWriter | null {
  if (!config.areTracesOn) return null
  const { metrics } = parts
  const namespace = kafkaNamespaceOf(config)
  const admin = createKafkaAdmin(parts, { requestTimeoutMs })
  // A connection of its own: Kafka answers the calls of one connection one after the other.
  const producer = createProducer(parts, {
    bufferBytesMax: 2 * queueBytesMax,
    batchBytesMax,
    requestTimeoutMs,
    deliveryTimeoutMs,
    acks: 1,
    isIdempotent: false,
    purpose: 'trace',
  })
  const writer = createTraceWriter(
    {
      ...parts,
      producer,
      createTopic: admin.createTopic,
      figures: {
        written: metrics.counter(traceMetrics.written),
        droppedForRoom: metrics.counter(traceMetrics.dropped, 'room'),
        droppedByKafka: metrics.counter(traceMetrics.dropped, 'kafka'),
      },
    },
    {
      topic: traceTopicName(namespace),
      settings: topicSettings(config),
      eventsMax: config.traceQueueMax,
      bytesMax: queueBytesMax,
    },
  )
  metrics.gauge(traceMetrics.waiting, writer.waitingCount)
  return writer
}

function topicSettings(config: TraceConfig): TopicSettings {
  const { traceRetentionMs, traceRetentionBytes } = config
  return {
    partitions: config.tracePartitions,
    replicationFactor: config.traceReplication,
    configs: {
      'cleanup.policy': 'delete',
      'retention.ms': String(traceRetentionMs),
      'retention.bytes': String(traceRetentionBytes),
      'segment.ms': String(Math.max(segmentMsMin, Math.floor(traceRetentionMs / segmentsMin))),
      'segment.bytes': String(Math.max(segmentBytesMin, Math.floor(traceRetentionBytes / segmentsMin))),
    },
  }
}
