/**
 * The ways into Kafka, one an ack level.
 * Takes the settings of producers. Gives routes, their life and their gauges.
 * Promises: LEADER and ALL share one producer with acks=all and idempotence, unless the setting makes LEADER
 * literal.
 */
import type { Ack } from '@iris/common/domain/topic-form'
import type { Cluster } from '@iris/common/kafka/cluster'
import { createProducer, type Producer, type ProducerParts } from '@iris/common/kafka/producer'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { MetricDefinition } from '@iris/common/metrics/define'
import type { Metrics, SummaryHandle } from '@iris/common/metrics/registry'
import type { FrontendConfig } from './base.js'
import { DeadlineQueue } from './publish/deadline-queue.js'
import type { KafkaRoute } from './publish/kafka-route.js'

export interface KafkaRoutes {
  readonly byAck: Readonly<Record<Ack, KafkaRoute>>
  /** The deadlines of all routes. */
  readonly deadlines: readonly DeadlineQueue[]
  start(): Promise<void>
  stop(drainMs: number): Promise<void>
}

/** How long past its budget the net waits for the producer's own, better informed, word. */
const netMs = 250

/** Makes the routes over a cluster. */
export function createKafkaRoutes(
  parts: ProducerParts & { readonly cluster: Cluster; readonly metrics: Metrics },
  config: FrontendConfig,
): KafkaRoutes {
  const make = (isSafe: boolean): Producer =>
    createProducer({ ...parts, onAnswered: watchBrokers(parts.metrics, isSafe) }, optionsOf(config, isSafe))
  const safe = make(true)
  const leader = config.isLeaderAckLiteral ? make(false) : safe
  const producers = [...new Set([safe, leader])]
  const routeOf = (producer: Producer, budgetMs: number): KafkaRoute => ({
    producer,
    budgetMs,
    deadlines: new DeadlineQueue(budgetMs + netMs),
  })
  const toAll = routeOf(safe, config.allBudgetMs)
  const toLeader = routeOf(leader, config.leaderBudgetMs)
  showProducer(parts, gaugesOfAll, safe, config)
  showProducer(parts, gaugesOfLeader, leader, config)
  return {
    byAck: { ALL: toAll, LEADER: toLeader, NONE: toLeader },
    deadlines: [toAll.deadlines, toLeader.deadlines],
    async start() {
      await Promise.all(producers.map(producer => producer.start()))
    },
    async stop(drainMs) {
      await Promise.all(producers.map(producer => producer.stop(drainMs)))
    },
  }
}

function optionsOf(config: FrontendConfig, isSafe: boolean): Parameters<typeof createProducer>[1] {
  return {
    bufferBytesMax: config.bufferBytesMax,
    batchBytesMax: config.batchBytesMax,
    requestTimeoutMs: config.kafkaRequestTimeoutMs,
    deliveryTimeoutMs: config.deliveryTimeoutMs,
    acks: isSafe ? -1 : 1,
    isIdempotent: isSafe,
  }
}

/** The metrics of the producer of one level of `ack`. */
interface ProducerGauges {
  readonly bufferTotal: MetricDefinition
  readonly bufferFree: MetricDefinition
  readonly failedBatches: MetricDefinition
  readonly sent: MetricDefinition
  readonly compression: MetricDefinition
  readonly metadataAge: MetricDefinition
  readonly queueTime: MetricDefinition
}

const gaugesOfAll: ProducerGauges = {
  bufferTotal: frontendMetrics.allBufferTotal,
  bufferFree: frontendMetrics.allBufferFree,
  failedBatches: frontendMetrics.allFailedBatches,
  sent: frontendMetrics.allSent,
  compression: frontendMetrics.allCompression,
  metadataAge: frontendMetrics.allMetadataAge,
  queueTime: frontendMetrics.allQueueTime,
}

const gaugesOfLeader: ProducerGauges = {
  bufferTotal: frontendMetrics.leaderBufferTotal,
  bufferFree: frontendMetrics.leaderBufferFree,
  failedBatches: frontendMetrics.leaderFailedBatches,
  sent: frontendMetrics.leaderSent,
  compression: frontendMetrics.leaderCompression,
  metadataAge: frontendMetrics.leaderMetadataAge,
  queueTime: frontendMetrics.leaderQueueTime,
}

/** Handles are made when a broker first answers: there are few. */
function watchBrokers(metrics: Metrics, isSafe: boolean): (broker: number, tookMs: number) => void {
  const known = new Map<number, SummaryHandle>()
  return (broker, tookMs) => {
    let handle = known.get(broker)
    if (handle === undefined) {
      handle = metrics.summary(frontendMetrics.brokerLatency, String(broker), isSafe ? 'ALL' : 'LEADER')
      known.set(broker, handle)
    }
    handle.observe(tookMs / 1_000)
  }
}

function showProducer(
  { metrics, cluster }: { readonly metrics: Metrics; readonly cluster: Cluster },
  gauges: ProducerGauges,
  producer: Producer,
  config: FrontendConfig,
): void {
  const show = (gauge: MetricDefinition, read: () => number): void =>
    metrics.gauge(gauge, read, 'default', config.datacenter)
  show(gauges.bufferTotal, () => config.bufferBytesMax)
  show(gauges.bufferFree, () => config.bufferBytesMax - producer.bytesWaiting)
  show(gauges.failedBatches, () => producer.stats().abandonedCount)
  show(gauges.sent, () => producer.stats().storedCount)
  show(gauges.compression, () => 1)
  show(gauges.metadataAge, () => cluster.metadataAgeMs() / 1_000)
  show(gauges.queueTime, () => producer.stats().queueMsMax / 1_000)
}
