/**
 * The publishing half of the frontend: topics, limits and the pipeline over them.
 * Takes the clients of Kafka and ZooKeeper. Gives the pipeline and what must be stopped with it.
 */
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import { systemRandom } from '@iris/common/time/clock'
import type { Cancel } from '@iris/common/time/scheduler'
import type { Metrics } from '@iris/common/metrics/registry'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { Authenticate } from './access/authentication.js'
import { createGates } from './access/gates.js'
import type { FrontendBase, FrontendConfig } from './base.js'
import { createBulk, type Bulk } from './bulk/bulk.js'
import type { Outside } from './outside.js'
import type { Idempotency } from './idempotency/open.js'
import { createPreviewShelf, type PreviewShelf } from './preview/preview-shelf.js'
import { startPreviewWriter } from './preview/preview-writer.js'
import { createPublishMetrics } from './publish-metrics.js'
import { createAvroCheck } from './publish/check-avro.js'
import { DeadlineQueue } from './publish/deadline-queue.js'
import { createPipeline } from './publish/pipeline.js'
import { createPublishJournal } from './publish/journal.js'
import { createPropagation, type Propagation } from './publish/propagation.js'
import { createRoom } from './publish/room.js'
import { createPublishRequest, type PublishRequest } from './publish/single-request.js'
import { createCallers, type Callers } from './publishers/callers.js'
import { createPublishers, publisherLimits, type Publishers } from './publishers/publishers.js'
import { createRareLog } from './rare-log.js'
import { openSchedule } from './schedule/open-schedule.js'
import type { Spools } from './spool/spools.js'
import { createSpooling } from './spooling.js'
import { createTopicCache, type TopicCache } from './topics/cache.js'
import { routeTopic, type RoutingOptions } from './topics/routed-topic.js'
import { createUnknownTopics, type UnknownTopics } from './topics/unknown-topics.js'

export interface Publishing {
  readonly publish: PublishRequest
  readonly bulk: Bulk
  readonly topics: TopicCache
  readonly publishers: Publishers
  readonly unknownTopics: UnknownTopics
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
  /** Requests that have no answer yet. */
  openCount(): number
  start(): void
  stop(): void
  /** Null where nothing is answered before Kafka has it. */
  readonly spools: Spools | null
}

export interface PublishingSurroundings {
  readonly registry: Metrics
  readonly isClosing: () => boolean
  /** How many frontends share quotas now. */
  readonly sharers: () => number
  readonly idempotency: Idempotency
  /** Whether a fellow has passed a request on. */
  readonly isForwarded: (request: IncomingMessage) => boolean
  /** The id of this frontend among its fellows; empty before it has joined them. */
  readonly ownId: () => string
}

const deadlineTickMs = 50
/** What previews may hold, over all topics. */
const previewBytesMax = 16 * 1024 * 1024

/** Makes the pipeline; `isClosing` says whether answers must close their connections. */
export function createPublishing(
  base: FrontendBase,
  config: FrontendConfig,
  outside: Outside,
  surroundings: PublishingSurroundings,
): Publishing {
  const { log, clock, scheduler } = base
  const { definitions, kafka, cluster, session, schemas, book } = outside
  const metrics = createPublishMetrics(surroundings.registry, config.datacenter)
  const gates = createGates(base, config, {
    ...{ metrics, sharers: surroundings.sharers },
    keysAndTokens: outside.access?.authenticator ?? null,
  })
  const shelf = previewShelfOf(config)
  const hasTopic = (name: string): boolean => topics.find(name) !== undefined
  const publishers = createPublishers(publisherLimits, clock.monotonic(), hasTopic)
  const routing: RoutingOptions = {
    namespace: kafkaNamespaceOf(config),
    bodyBytesMax: config.bodyBytesMax,
    isTopicLimitForced: config.isTopicLimitForced,
    areTracesOn: config.areTracesOn,
    isAuthenticating: gates.authenticate !== null,
    gateOf: gates.of,
    chaosIn: config.isChaosObeyed ? config.datacenter : null,
    previewOf: shelf === null ? null : topic => shelf.topic(topic),
    jsonRulesOf: topic => book.of(topic),
    subjectOf: topic => schemas?.subjectOf(topic) ?? topic,
    metrics,
    delayMsMax: config.scheduleDelayMsMax,
    routes: kafka.byAck,
  }
  const topics = createTopicCache({
    definitions,
    log,
    route(topic) {
      const routed = routeTopic(routing, topic)
      // Management touches a topic whose schema has changed.
      const subject = routed.avroSubject ?? routed.avroTrial?.subject
      if (subject !== undefined) schemas?.schemas.refresh(subject)
      return routed
    },
    onRemoved(topic) {
      metrics.removeTopic(topic.name)
      gates.forget(topic.name)
      publishers.forget(topic.name)
      const subject = topic.avroSubject ?? topic.avroTrial?.subject
      if (subject !== undefined) schemas?.schemas.forget(subject)
    },
  })
  const warn = createRareLog(log, clock)
  const unknownTopics = createUnknownTopics({ cache: topics, definitions, clock, scheduler, warn })
  const reading = new DeadlineQueue(config.readBudgetMs)
  const propagation = propagationOf(log, config)
  const place = { cluster: config.kafkaClusterName, storageDc: config.datacenter, hostname: hostname() }
  const room = createRoom(config.bodiesBytesMax)
  const journal = createPublishJournal({ clock, propagation, traces: outside.traces, place })
  const { registry, ownId } = surroundings
  const spooling = createSpooling(base, config, { metrics: registry, definitions, topics, journal, ownId })
  const schedule = openSchedule(base, config, { cluster, session, route: kafka.byAck.ALL })
  const pipeline = createPipeline({
    ...{ clock, scheduler, warn, metrics, topics, unknownTopics, propagation, reading },
    ...{ journal, spooling, room, forwards: outside.seal, callers: callersOf(config), publishers },
    makeKeyed: events => surroundings.idempotency.makeKeyed(events, { room, schedule }),
    rules: { acceptAnyBytes: config.acceptAnyBytes },
    random: systemRandom,
    schedule,
    tracer: outside.tracing?.tracer ?? null,
    avro:
      schemas === null
        ? null
        : createAvroCheck({ schemas: schemas.schemas, warn, areIdsUsed: config.areSchemaIdsUsed }),
  })
  const { isClosing, isForwarded } = surroundings
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
  const diskDeadlines = spooling === null ? [] : [spooling.deadlines]
  const queues = [reading, pieces, ...kafka.deadlines, ...diskDeadlines]
  const tick = (): void => queues.forEach(queue => queue.expire(clock.monotonic()))
  const beside: Cancel[] = [() => unknownTopics.stop()]
  const startPreviews = (): Cancel => {
    if (shelf === null) return () => undefined
    const paths = zooPaths(config.zookeeperRoot)
    return startPreviewWriter({ ...base, session: outside.session, paths, shelf }, config.previewPeriodMs)
  }
  const answerHeaders = keepAliveHeaderOf(config)
  return {
    publish: createPublishRequest(pipeline, { scheduler, isClosing, isForwarded, answerHeaders }),
    bulk,
    topics,
    publishers,
    unknownTopics,
    authenticate: gates.authenticate,
    spools: spooling?.spools ?? null,
    openCount: () => metrics.inflight + bulk.openCount(),
    start: () => void beside.push(topics.start(), scheduler.every(deadlineTickMs, tick), startPreviews()),
    stop: () => beside.forEach(cancel => cancel()),
  }
}

/** Quotas and what is remembered of publishers tell them apart by the same header. */
function callersOf({ quotaPublisherHeader }: FrontendConfig): Callers {
  return createCallers({ publisherHeader: quotaPublisherHeader.toLowerCase() })
}

function keepAliveHeaderOf(config: FrontendConfig): readonly string[] {
  const seconds = Math.floor(config.keepAliveShownMs / 1_000)
  return config.isKeepAliveShown ? ['Keep-Alive', `timeout=${seconds}`] : []
}

function previewShelfOf(config: FrontendConfig): PreviewShelf | null {
  if (!config.isPreviewing) return null
  const { previewMessages: messagesEach, previewKibibytes } = config
  return createPreviewShelf({ messagesEach, bytesEach: previewKibibytes * 1024, bytesMax: previewBytesMax })
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
