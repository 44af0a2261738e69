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
import type { Metrics } from '@iris/common/metrics/registry'
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
  const safe = createProducer(parts, optionsOf(config, true))
  const leader = config.isLeaderAckLiteral ? createProducer(parts, optionsOf(config, false)) : safe
  const producers = [...new Set([safe, leader])]
  const routeOf = (producer: Producer, budgetMs: number): KafkaRoute => ({
    producer,
    budgetMs,
    deadlines: new DeadlineQueue(budgetMs + netMs),
  })
  const toAll = routeOf(safe, config.allBudgetMs)
  const toLeader = routeOf(leader, config.leaderBudgetMs)
  showProducer(parts.metrics, safe, config)
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

function showProducer(metrics: Metrics, producer: Producer, config: FrontendConfig): void {
  const labels = ['default', config.datacenter]
  const free = (): number => config.bufferBytesMax - producer.bytesWaiting
  metrics.gauge(frontendMetrics.producerBufferTotal, () => config.bufferBytesMax, ...labels)
  metrics.gauge(frontendMetrics.producerBufferFree, free, ...labels)
  metrics.gauge(frontendMetrics.producerFailedBatches, () => producer.stats().abandonedCount, ...labels)
  metrics.gauge(frontendMetrics.producerSent, () => producer.stats().storedCount, ...labels)
}
