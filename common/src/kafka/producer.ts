/**
 * The way of messages into Kafka: a lane for each partition, a channel for each leader.
 * Takes messages with a deadline. Gives each exactly one outcome, in the order of their lane when stored.
 * Promises: no acknowledged message lost, repeated or reordered within a partition (idempotent mode).
 * Bounds: `bufferBytesMax` bytes of waiting and sent messages; over it `append` refuses.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import { emptyLedger, type Lane } from './lane.js'
import { createPartitioner } from './partitioner.js'
import { createChannel, type Channel } from './producer-channel.js'
import { createProducerSetup } from './producer-setup.js'
import type { AppendOutcome, ProducerMessage } from './producer-message.js'
import type { ProduceVerdict } from './produce-verdict.js'
import { recordBytesMax } from './record-batch.js'
import { createTopicLanes, type TopicLanes } from './topic-lanes.js'

export type { AppendOutcome, NotStoredCause, ProducerMessage } from './producer-message.js'

/** Writes to Kafka. */
export interface Producer {
  start(): Promise<void>
  /** Lets what waits and what is sent finish for up to `drainMs`, then answers the rest. */
  stop(drainMs: number): Promise<void>
  /** The partition of a key, or the next in turn without one; -1 while the layout is unknown. */
  partitionFor(topic: string, key: Buffer | null): number
  /** Takes a message; false when there is no room. Never throws; `done` never comes from within. */
  append(message: ProducerMessage): boolean
  /** Layout, producer id and size limit for a topic first seen. Rejects when Kafka does not know it. */
  prepare(topic: string): Promise<void>
  /** Bytes of messages waiting or sent and not settled. */
  readonly bytesWaiting: number
  stats(): ProducerStats
}

/** Counts since the start, and what is held now. */
export interface ProducerStats {
  readonly storedCount: number
  readonly batchCount: number
  readonly requestCount: number
  /** Batches answered with a code, or not at all, that were to be tried again. */
  readonly repeatCount: number
  /** Batches given up with an unknown outcome. */
  readonly abandonedCount: number
  /** The longest that a message of late has waited to be sent for the first time, or again. */
  readonly queueMsMax: number
  readonly activeLanes: number
  readonly bytesWaiting: number
}

export interface ProducerOptions {
  readonly bufferBytesMax: number
  readonly batchBytesMax: number
  readonly requestTimeoutMs: number
  readonly deliveryTimeoutMs: number
  readonly acks: -1 | 1
  readonly isIdempotent: boolean
  /** Producers of one purpose share connections; `produce` where it is left out. */
  readonly purpose?: string
}

export interface ProducerParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Runs a function at the end of this turn of the event loop. Replaced in tests. */
  readonly defer?: (run: () => void) => void
  /** Told of each request that a broker has answered. */
  readonly onAnswered?: (broker: number, tookMs: number) => void
}

/** How often deadlines are looked at while there is work. */
const tickMs = 25
/** Kafka's own wait for replicas ends before ours, so that its word comes instead of silence. */
const replicasShare = 0.8
const purposeDefault = 'produce'

/** Makes a producer over a started cluster. */
export function createProducer(parts: ProducerParts, options: ProducerOptions): Producer {
  const { cluster, clock, scheduler, log } = parts
  const purpose = options.purpose ?? purposeDefault
  const defer = parts.defer ?? ((run: () => void) => void setImmediate(run))
  const ledger = emptyLedger()
  const partitioner = createPartitioner(topic => cluster.layout(topic))
  const setup = createProducerSetup(parts, options)
  const topics = new Map<string, TopicLanes>()
  const channels = new Map<number, Channel>()
  const active = new Set<Lane>()
  let ready: Lane[] = []
  let isFlushDue = false
  let isStopping = false
  let cancelTick: Cancel | null = null
  let cancelLayout: Cancel = () => undefined
  let onDrained: () => void = () => undefined

  const lanesOf = (topic: string): TopicLanes => {
    let lanes = topics.get(topic)
    if (lanes === undefined) {
      lanes = createTopicLanes(topic, options, ledger)
      topics.set(topic, lanes)
    }
    return lanes
  }
  const flushSoon = (): void => {
    if (isFlushDue) return
    isFlushDue = true
    defer(flush)
  }
  const flush = (): void => {
    isFlushDue = false
    partitioner.nextTurn()
    const lanes = ready
    ready = []
    const touched = new Set<Channel>()
    for (const lane of lanes) route(lane, touched)
    for (const channel of touched) channel.pump()
  }
  const route = (lane: Lane, touched: Set<Channel>): void => {
    if (lane.state !== 'ready') return
    const leader = leaderOf(cluster, lane)
    if (leader < 0) {
      lane.blocked('its leader is not known', clock.monotonic())
      return refresh([lane.topic])
    }
    if (lane.needsIdentity) lane.identity = setup.giveIdentity()
    if (lane.needsIdentity) {
      lane.blocked('Kafka has not given a producer id yet', clock.monotonic())
      setup.fetchIdentity(wakeAll)
    } else {
      const channel = channelOf(leader)
      channel.enqueue(lane)
      touched.add(channel)
    }
  }
  const channelOf = (broker: number): Channel => {
    let channel = channels.get(broker)
    if (channel === undefined) {
      const connect = (): ReturnType<Cluster['connection']> => cluster.connection(broker, purpose)
      const limits = {
        acks: options.acks,
        replicasTimeoutMs: Math.floor(options.requestTimeoutMs * replicasShare),
        timeoutMs: options.requestTimeoutMs,
      }
      const onAnswered = (tookMs: number): void => parts.onAnswered?.(broker, tookMs)
      channel = createChannel({ clock, connect, onChanged, onVerdict, onTrouble, onAnswered }, limits)
      channels.set(broker, channel)
    }
    return channel
  }
  const onChanged = (lane: Lane): void => {
    if (lane.state === 'ready') {
      ready.push(lane)
      flushSoon()
    } else if (lane.state === 'idle') {
      active.delete(lane)
      if (cluster.layout(lane.topic) === undefined) dropTopic(lane.topic)
      if (active.size === 0) onDrained()
    }
  }
  const onVerdict = (lane: Lane, verdict: ProduceVerdict): void => {
    if (verdict.isMoved) refresh([lane.topic])
    if (verdict.action === 'replaceId') setup.retireIdentity()
    if (verdict.cause === 'tooLarge') learnLimit(lane.topic)
  }
  const onTrouble = (lanes: readonly Lane[], error: Error): void => {
    log.warn('kafka.produceFailed', { lanes: lanes.length, error })
    refresh(lanes.map(lane => lane.topic))
  }
  const refresh = (names: readonly string[]): void => {
    const wanted = [...new Set(names)].map(lanesOf).filter(lanes => !lanes.isRefreshing)
    if (wanted.length === 0) return
    for (const lanes of wanted) lanes.isRefreshing = true
    const done = (isAnswered: boolean): void => {
      for (const lanes of wanted) {
        lanes.isRefreshing = false
        if (isAnswered) lanes.isUnknown = cluster.layout(lanes.topic) === undefined
      }
    }
    void cluster.refresh(wanted.map(lanes => lanes.topic)).then(
      () => done(true),
      (error: unknown) => {
        done(false)
        if (!isStopping) log.warn('kafka.layoutFailed', { topics: wanted.length, error })
      },
    )
  }
  const learnLimit = (topic: string): void => {
    void setup.batchLimit(topic).then(limit => lanesOf(topic).limitBatches(limit))
  }
  const onLayout = (topic: string): void => {
    const lanes = topics.get(topic)
    if (lanes === undefined) return
    if (cluster.layout(topic) === undefined) return dropTopic(topic)
    lanes.isUnknown = false
    for (const lane of lanes.all()) {
      if (lane.state !== 'ready' && lane.state !== 'resting') continue
      for (const channel of channels.values()) channel.forget(lane)
      lane.wake()
      onChanged(lane)
    }
  }
  /** A later lane of the partition must not begin a sequence that Kafka has seen: the id is retired. */
  const dropTopic = (topic: string): void => {
    const lanes = topics.get(topic)
    if (lanes === undefined || lanes.all().some(lane => lane.state !== 'idle')) return
    topics.delete(topic)
    if (lanes.all().some(lane => lane.identity !== null)) setup.retireIdentity()
  }
  const wakeAll = (): void => {
    for (const lane of active) {
      lane.wake()
      onChanged(lane)
    }
  }
  const tick = (): void => {
    const nowMs = clock.monotonic()
    for (const lane of active) {
      const before = lane.state
      lane.expire(nowMs, lanesOf(lane.topic).isUnknown ? 'unknownTopic' : 'deadline')
      if (lane.state === 'resting' && lane.restUntilMs <= nowMs) lane.wake()
      if (lane.state !== before) onChanged(lane)
    }
    if (active.size > 0) return
    cancelTick?.()
    cancelTick = null
  }
  const drained = (drainMs: number): Promise<void> =>
    new Promise(resolve => {
      if (active.size === 0) return resolve()
      const cancel = scheduler.after(drainMs, resolve)
      onDrained = () => {
        cancel()
        resolve()
      }
    })

  return {
    async start() {
      cancelLayout()
      cancelLayout = cluster.onLayout(onLayout)
      await setup.start()
    },
    async stop(drainMs) {
      isStopping = true
      await drained(drainMs)
      cancelTick?.()
      cancelLayout()
      for (const lane of active) lane.finish('the producer stopped')
      active.clear()
    },
    partitionFor: (topic, key) => partitioner.partitionFor(topic, key),
    append(message) {
      if (isStopping) {
        defer(() => message.done(stopped))
        return true
      }
      const bytes = recordBytesMax(message)
      if (ledger.bytesHeld + bytes > options.bufferBytesMax) return false
      const lane = lanesOf(message.topic).lane(message.partition)
      lane.add(message, bytes, clock.monotonic())
      if (lane.state !== 'ready' || active.has(lane)) return true
      active.add(lane)
      cancelTick ??= scheduler.every(tickMs, tick)
      onChanged(lane)
      return true
    },
    async prepare(topic) {
      await setup.findTopic(topic)
      const [limit] = await Promise.all([setup.batchLimit(topic), setup.start()])
      lanesOf(topic).limitBatches(limit)
    },
    get bytesWaiting() {
      return ledger.bytesHeld
    },
    stats() {
      let requestCount = 0
      for (const channel of channels.values()) requestCount += channel.requestCount
      const { storedCount, batchCount, repeatCount, abandonedCount, bytesHeld, queueTimes } = ledger
      const queueMsMax = queueTimes.max(clock.monotonic())
      const counts = { storedCount, batchCount, repeatCount, abandonedCount, requestCount, queueMsMax }
      return { ...counts, activeLanes: active.size, bytesWaiting: bytesHeld }
    },
  }
}

const stopped: AppendOutcome = { kind: 'notStored', cause: 'stopped', detail: 'the producer is stopping' }

function leaderOf(cluster: Cluster, lane: Lane): number {
  const layout = cluster.layout(lane.topic)
  const guess = layout?.[lane.partition]
  if (guess?.partition === lane.partition) return guess.leader
  return layout?.find(({ partition }) => partition === lane.partition)?.leader ?? -1
}
