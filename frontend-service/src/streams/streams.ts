/**
 * Reading at the frontend, over its clients of Kafka and ZooKeeper.
 * Takes configuration and what publishing knows of topics. Gives the routes, and what is started and stopped.
 */
import { createInspector } from '@iris/common/filter/filters'
import type { Route } from '@iris/common/http/router'
import { createFindOffsets } from '@iris/common/kafka/log-ends'
import { createLogReader, logReaderDefaults } from '@iris/common/kafka/reader'
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { systemRandom } from '@iris/common/time/clock'
import type { Cancel } from '@iris/common/time/scheduler'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { Outside } from '../outside.js'
import type { Publishing } from '../publishing.js'
import { createSnapshots } from '../snapshots/snapshots.js'
import { ByteBudget } from './byte-budget.js'
import { createDepartures } from '@iris/common/http/departures'
import { createDoor } from './door.js'
import { createFeeds } from './feeds.js'
import { createGroups } from './groups.js'
import { createHttpAnswers } from './http-answers.js'
import { createOpenStreams } from './open-streams.js'
import { areStreamsOn, isOpenToNetwork } from './permission.js'
import { createStreamPipeline } from './pipeline.js'
import { createFindPlace } from './placing.js'
import { createSeats } from './seats.js'

export interface Streams {
  readonly routes: readonly Route[]
  start(): void
  /** Takes no further reader. */
  refuse(): void
  /** Tells everybody to connect elsewhere, and ends. */
  endAll(): void
  stop(): Promise<void>
}

export interface StreamsSurroundings {
  readonly outside: Outside
  readonly publishing: Pick<Publishing, 'topics' | 'unknownTopics' | 'authenticate'>
  readonly metrics: Metrics
  /** Whether no other worker shares the port. */
  readonly isAlone: boolean
  readonly onDefect: (error: unknown) => void
}

const tickMs = 1_000
const askMs = 10_000
/** Entries that readers behind hold to compare the times of partitions. */
const aheadBytesMax = 32 * 1024 * 1024

/** Makes it; null where it is switched off. */
export function createStreams(
  base: FrontendBase,
  config: FrontendConfig,
  around: StreamsSurroundings,
): Streams | null {
  if (!areStreamsOn(config.streamsEnabled, config)) return null
  const { log, clock, scheduler } = base
  const { cluster, schemas } = around.outside
  const { publishing, metrics, onDefect } = around
  const calls = { ...base, cluster }
  const reader = createLogReader(calls, {
    ...logReaderDefaults,
    cacheBytesMax: config.streamCacheBytes,
  })
  const findOffsets = createFindOffsets(calls, askMs)
  const feeds = createFeeds({
    ...{ reader, cluster, clock, scheduler, registry: schemas, areIdsUsed: config.areSchemaIdsUsed },
    findOffsets,
    inspector: createInspector(),
    ringItemsMax: config.streamRingItems,
    ringsBytesMax: config.streamRingsBytes,
    aheadBytesMax,
    onTrouble: error => log.debug('streams.layoutUnknown', { error }),
  })
  const door = createDoor({ ...publishing, log })
  const seats = createSeats({
    max: config.streamsMax,
    perTopicMax: config.streamsPerTopicMax,
    perAddressMax: config.streamsPerAddressMax,
  })
  const events = metrics.counter(frontendMetrics.streamEvents)
  const open = createOpenStreams({
    ...{ clock, scheduler, door, random: systemRandom },
    limits: {
      heartbeatMs: config.streamHeartbeatMs,
      lifetimeMs: config.streamLifetimeMs,
      stalledMs: config.streamStalledMs,
      waitingBytesMax: config.streamWaitingBytesMax,
      allWaitingBytesMax: config.streamsWaitingBytesMax,
    },
    onEvent: () => void events.value++,
    onEnded: reason => void metrics.counter(frontendMetrics.streamEnds, reason).value++,
  })
  const answers = createHttpAnswers(config.streamOrigins)
  const departures = createDepartures()
  const waiting = new ByteBudget(config.streamsWaitingBytesMax)
  let isStopping = false
  const isRefusing = (): boolean => isStopping
  const snapshots = createSnapshots({
    ...{ ...calls, reader, door, seats, answers, departures, waiting, findOffsets },
    ...{ registry: schemas, areIdsUsed: config.areSchemaIdsUsed, keysMax: config.snapshotKeysMax },
    isStopping: isRefusing,
  })
  const pipeline = createStreamPipeline({
    ...{ log, door, seats, feeds, open, onDefect },
    findPlace: createFindPlace(calls),
    groups: createGroups(around.isAlone),
    ...{ answers, departures, waiting },
    isStopping: isRefusing,
    onRefused: code => void metrics.counter(frontendMetrics.streamRefusals, code).value++,
  })
  metrics.gauge(frontendMetrics.streams, () => seats.count())
  metrics.gauge(frontendMetrics.streamTopics, () => feeds.count())
  metrics.gauge(frontendMetrics.streamsBehind, () => open.behindCount())
  metrics.gauge(frontendMetrics.streamWaitingBytes, () => open.waitingBytes() + waiting.bytes)
  metrics.gauge(frontendMetrics.streamFetches, () => reader.stats().requests)
  let cancelTick: Cancel = () => undefined
  return {
    routes: [
      {
        method: 'GET',
        path: '/topics/:name/events{/}',
        handle: (request, response, { name = '' }) => pipeline.listen({ request, response, topic: name }),
      },
      {
        method: 'GET',
        path: '/topics/:name/messages{/}',
        handle: (request, response, { name = '' }) => pipeline.pull({ request, response, topic: name }),
      },
      snapshots.route,
    ],
    start() {
      if (isOpenToNetwork(config))
        log.warn('streams.openToAll', { because: 'frontend.handlers.authentication.enabled is false' })
      reader.start()
      cancelTick = scheduler.every(tickMs, () => {
        open.tick()
        feeds.tick()
        snapshots.tick()
      })
    },
    refuse: () => void (isStopping = true),
    endAll: () => open.endAll('stopping'),
    async stop() {
      cancelTick()
      open.endAll('stopping')
      feeds.stop()
      snapshots.stop()
      await reader.stop()
    },
  }
}
