/**
 * The publish pipeline over a producer and topics in memory, behind a real listener: for tests.
 * Takes what a test decides: topics, room, the word of Kafka. Gives the parts to look at and an address to
 * publish to.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { createMetrics } from '@iris/common/metrics/registry'
import { silentLog } from '@iris/common/lifecycle/log'
import { createSchemas, type Schemas } from '@iris/common/schema/schemas'
import { createMemoryRegistry, type MemoryRegistry } from '@iris/common/schema/testing/memory-registry'
import type { PublishedEvent } from '@iris/common/trace/event'
import type { TraceWriter } from '@iris/common/trace/writer'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { KeyedEvents } from '../idempotency/keyed-publication.js'
import { createPublishMetrics, type PublishMetrics } from '../publish-metrics.js'
import { createSchedule } from '../schedule/schedule.js'
import { createCallers } from '../publishers/callers.js'
import { createPublishers, publisherLimits, type Publishers } from '../publishers/publishers.js'
import type { Span } from '@iris/common/tracing/span'
import { createTracer } from '@iris/common/tracing/tracer'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpWaiter } from '../topics/unknown-topics.js'
import { createAvroCheck } from './check-avro.js'
import { DeadlineQueue } from './deadline-queue.js'
import { createPipeline, type Pipeline } from './pipeline.js'
import { createPublishJournal } from './journal.js'
import { createPropagation } from './propagation.js'
import type { Publication } from './publication.js'
import { createRoom, type Room } from './room.js'
import type { Spooling } from './spooling.js'
import { createPublishRequest } from './single-request.js'

/** A producer under a test's hand. */
export interface InMemoryProducer extends Producer {
  /** Messages whose outcome the test has to give. */
  readonly appended: ProducerMessage[]
  hasRoom: boolean
  /** -1 for a layout that is not known. */
  partition: number
  /** How often a layout was asked for. */
  prepared: number
  finishPrepare(error?: Error): void
}

/** A pipeline and all around it. */
export interface PipelineWorld {
  readonly producer: InMemoryProducer
  readonly time: VirtualTime
  readonly reading: DeadlineQueue
  readonly kafkaDeadlines: DeadlineQueue
  readonly room: Room
  readonly metrics: PublishMetrics
  /** What Prometheus would be told. */
  metricsText(): Promise<string>
  readonly topics: Map<string, RoutedTopic>
  /** The schemas of AVRO topics. */
  readonly registry: MemoryRegistry
  /** Who has published. */
  readonly publishers: Publishers
  /** What was written for those who ask where a message is. */
  readonly traced: PublishedEvent[]
  /** What OpenTelemetry was told. */
  readonly spans: Span[]
  /** Half of the messages without a trace begin one: those for which less than a half is drawn. */
  drawn: number
  /** Publications with an idempotency key, which go no further here. */
  readonly keyed: Publication[]
  /** What becomes of them. */
  keyedEvents: KeyedEvents | null
  /** Names being looked up; the test answers. */
  readonly lookUps: LookUpWaiter[]
  areTopicsLoaded: boolean
  /** 0 for a schedule topic that is not known. */
  schedulePartitions: number
  isClosing: boolean
  readonly pipeline: Pipeline
  /** Publish to this with a topic name appended. */
  readonly url: string
  /** A topic of the world's one route. */
  topic(overrides?: Partial<RoutedTopic>): RoutedTopic
  stop(): void
}

export const roomBytes = 100_000

/** Makes a producer that keeps everything. */
export function createInMemoryProducer(): InMemoryProducer {
  let settle: ((error?: Error) => void)[] = []
  const producer: InMemoryProducer = {
    appended: [],
    hasRoom: true,
    partition: 3,
    prepared: 0,
    bytesWaiting: 0,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    partitionFor: () => producer.partition,
    append(message) {
      if (producer.hasRoom) producer.appended.push(message)
      return producer.hasRoom
    },
    prepare: () =>
      new Promise((resolve, reject) => {
        producer.prepared++
        settle.push(error => (error === undefined ? resolve() : reject(error)))
      }),
    stats: () => ({}) as ReturnType<Producer['stats']>,
    finishPrepare(error) {
      const waiting = settle
      settle = []
      waiting.forEach(each => each(error))
    },
  }
  return producer
}

/** Makes a world with the topic `acme.orders`, without a spool unless one is given, and starts to listen. */
export async function createPipelineWorld(spooling: Spooling | null = null): Promise<PipelineWorld> {
  const world = createParts()
  const { time, metrics, reading, room, topics, lookUps } = world
  topics.set('acme.orders', world.topic())
  const propagation = createPropagation({
    isEnabled: true,
    allowed: ['traceparent'],
    isInKafkaHeaders: true,
    kafkaHeaderPrefix: 'h-',
    alsoTraced: ['x-team'],
  })
  const pipeline = createPipeline({
    ...{ clock: time, scheduler: time, metrics, reading, room, warn: () => undefined },
    ...{ callers: createCallers({ publisherHeader: '' }), publishers: world.publishers },
    topics: { find: name => topics.get(name), isLoaded: () => world.areTopicsLoaded } as TopicCache,
    unknownTopics: { lookUp: (_name, waiter) => void lookUps.push(waiter), stop: () => undefined },
    propagation,
    forwards: { isForward: (_topic, headers) => headers['iris-forward-seal'] === 'genuine' },
    journal: createPublishJournal({
      ...{ clock: time, propagation },
      traces: { write: event => void world.traced.push(event as PublishedEvent) } as TraceWriter,
      place: { cluster: 'primary-dc', storageDc: 'dc', hostname: 'here' },
    }),
    rules: { acceptAnyBytes: false },
    schedule: createSchedule({
      kafkaTopic: 'ns_iris_scheduled',
      route: world.topic().route,
      partitionCount: () => world.schedulePartitions,
      ensureTopic: () => Promise.resolve(),
    }),
    avro: createAvroCheck({ schemas: schemasOver(world), warn: () => undefined, areIdsUsed: false }),
    random: () => 0,
    makeKeyed(events) {
      world.keyedEvents = events
      return { take: publication => void world.keyed.push(publication) }
    },
    spooling,
    tracer: createTracer(
      span => void world.spans.push(span),
      () => world.drawn,
      { ratio: 0.5, isParentObeyed: true },
    ),
  })
  const publish = createPublishRequest(pipeline, {
    ...{ scheduler: time, isClosing: () => world.isClosing, isForwarded: () => false },
    answerHeaders: [],
  })
  const server = createServer((request, response) => publish(request, response, (request.url ?? '').slice(1)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return Object.assign(world, { pipeline, url, stop })
}

function createParts(): Omit<PipelineWorld, 'pipeline' | 'url' | 'stop'> {
  const producer = createInMemoryProducer()
  const kafkaDeadlines = new DeadlineQueue(2_250)
  const registry = createMetrics('hermes_frontend_')
  const metrics = createPublishMetrics(registry, 'dc')
  const topics = new Map<string, RoutedTopic>()
  return {
    producer,
    time: createVirtualTime(),
    reading: new DeadlineQueue(5_000),
    kafkaDeadlines,
    room: createRoom(roomBytes),
    metrics,
    topics,
    metricsText: () => registry.text(),
    registry: createMemoryRegistry(),
    publishers: createPublishers(publisherLimits, 0, topic => topics.has(topic)),
    traced: [],
    spans: [],
    drawn: 1,
    keyed: [],
    keyedEvents: null,
    lookUps: [],
    areTopicsLoaded: true,
    schedulePartitions: 12,
    isClosing: false,
    topic: (overrides = {}) => ({
      name: 'acme.orders',
      kafkaTopic: 'ns_acme.orders',
      bodyBytesMax: 1_000,
      bodyBytesWarned: 1_000,
      isClosed: false,
      gate: null,
      preview: null,
      chaos: null,
      avroSubject: null,
      avroTrial: null,
      json: { rules: null },
      isTracked: false,
      isKeyRequired: false,
      respondAsync: 'ON_REQUEST',
      route: { producer, budgetMs: 2_000, deadlines: kafkaDeadlines },
      delayLimit: { delayMsMax: 86_400_000, reason: 'so long does it keep them' },
      owner: { source: 'Plaintext', id: 'team' },
      isSubscribingRestricted: false,
      isCompacted: false,
      createdMs: 17,
      counters: () => metrics.topic('acme.orders', 'LEADER'),
      ...overrides,
    }),
  }
}

const minute = 60_000

function schemasOver({ registry, time }: Pick<PipelineWorld, 'registry' | 'time'>): Schemas {
  const ages = { refreshMs: 10 * minute, expireMs: 60 * minute, compiledIdleMs: 60 * minute }
  return createSchemas({ registry, clock: time, log: silentLog }, { ...ages, compiledMax: 10 })
}
