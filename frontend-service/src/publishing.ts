/**
 * The publishing half of the frontend: topics, limits and the pipeline over them.
 * Takes the clients of Kafka and ZooKeeper. Gives the pipeline and what must be stopped with it.
 */
import { hostname } from 'node:os'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { Metrics } from '@iris/common/metrics/registry'
import type { FrontendBase, FrontendConfig } from './base.js'
import { createBulk, type Bulk } from './bulk/bulk.js'
import type { Outside } from './outside.js'
import { createPublishMetrics } from './publish-metrics.js'
import { DeadlineQueue } from './publish/deadline-queue.js'
import { createPipeline } from './publish/pipeline.js'
import { createPublishJournal } from './publish/journal.js'
import { createPropagation, type Propagation } from './publish/propagation.js'
import { createRoom } from './publish/room.js'
import { createPublishRequest, type PublishRequest } from './publish/single-request.js'
import { createRareLog } from './rare-log.js'
import { createTopicCache, type TopicCache } from './topics/cache.js'
import { routeTopic, type RoutingOptions } from './topics/routed-topic.js'
import { createUnknownTopics } from './topics/unknown-topics.js'

export interface Publishing {
  readonly publish: PublishRequest
  readonly bulk: Bulk
  readonly topics: TopicCache
  /** Requests that have no answer yet. */
  openCount(): number
  start(): void
  stop(): void
}

const deadlineTickMs = 50

/** Makes the pipeline; `isClosing` says whether answers must close their connections. */
export function createPublishing(
  base: FrontendBase,
  config: FrontendConfig,
  outside: Outside,
  surroundings: { readonly registry: Metrics; readonly isClosing: () => boolean },
): Publishing {
  const { log, clock, scheduler } = base
  const { definitions, kafka } = outside
  const metrics = createPublishMetrics(surroundings.registry, config.datacenter)
  const routing: RoutingOptions = {
    namespace: { namespace: config.kafkaNamespace, separator: config.kafkaNamespaceSeparator },
    bodyBytesMax: config.bodyBytesMax,
    isTopicLimitForced: config.isTopicLimitForced,
    areTracesOn: config.areTracesOn,
    metrics,
    routes: kafka.byAck,
  }
  const topics = createTopicCache({
    definitions,
    log,
    route: topic => routeTopic(routing, topic),
    onRemoved: topic => metrics.removeTopic(topic.name),
  })
  const warn = createRareLog(log, clock)
  const unknownTopics = createUnknownTopics({ cache: topics, definitions, clock, scheduler, warn })
  const reading = new DeadlineQueue(config.readBudgetMs)
  const propagation = propagationOf(log, config)
  const place = { cluster: config.kafkaClusterName, storageDc: config.datacenter, hostname: hostname() }
  const pipeline = createPipeline({
    ...{ clock, scheduler, warn, metrics, topics, unknownTopics, propagation, reading },
    journal: createPublishJournal({ clock, propagation, traces: outside.traces, place }),
    room: createRoom(config.bodiesBytesMax),
    rules: { acceptAnyBytes: config.acceptAnyBytes },
  })
  const { isClosing } = surroundings
  const pieces = new DeadlineQueue(config.readBudgetMs)
  const bulk = createBulk({
    ...{ clock, scheduler, pipeline, topics, unknownTopics, isClosing },
    room: createRoom(config.bulkBytesMax),
    idle: pieces,
    limits: {
      recordsMax: config.bulkRecordsMax,
      requestBytesMax: config.bulkRequestBytesMax,
      readMs: config.bulkReadMs,
    },
    bodyBytesMax: config.bodyBytesMax,
  })
  const queues = [reading, pieces, ...kafka.deadlines]
  const tick = (): void => queues.forEach(queue => queue.expire(clock.monotonic()))
  const beside: Cancel[] = [() => unknownTopics.stop()]
  return {
    publish: createPublishRequest(pipeline, { scheduler, isClosing }),
    bulk,
    topics,
    openCount: () => metrics.inflight + bulk.openCount(),
    start: () => void beside.push(topics.start(), scheduler.every(deadlineTickMs, tick)),
    stop: () => beside.forEach(cancel => cancel()),
  }
}

function propagationOf(log: Log, config: FrontendConfig): Propagation {
  if (config.isPropagating && config.propagatedHeaders.length === 0)
    log.warn('frontend.allHeadersTravel', { because: 'frontend.http.headers.allowedSet is empty' })
  return createPropagation({
    isEnabled: config.isPropagating,
    allowed: config.propagatedHeaders,
    isInKafkaHeaders: config.isInKafkaHeaders,
    kafkaHeaderPrefix: config.kafkaHeaderPrefix,
    alsoTraced: config.alsoTracedHeaders,
  })
}
