/**
 * Shared reading of partitions, without group membership (decisions 7).
 * Takes followers, each of one partition from one offset. Gives each its entries; what many want is fetched
 * once. Promises: never ends by itself; broker away, leader moved, offset gone: it goes on when and where it
 * can. Bound: `cacheBytesMax` bytes of fetched buffers, and one answer on its way for each broker and loop.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { ChunkCache } from './chunk-cache.js'
import type { Cluster } from './cluster.js'
import { startBacklogLoop } from './fetch-backlog.js'
import type { FetchedPartition } from './fetch-call.js'
import type { FetchLimits, FetchPorts } from './fetch-loop.js'
import { FetchSizes } from './fetch-sizes.js'
import { createTails } from './fetch-tails.js'
import { createFindOffsets } from './log-ends.js'
import { LogFollower, type Follower, type FollowRequest } from './log-follower.js'
import { createLogSeats, type BrokerLoops } from './log-seats.js'
import { earliestTime } from './offset-calls.js'
import { nameOf, PartitionLog } from './partition-log.js'
import { kafkaCode, nameOfCode } from './protocol/kafka-error.js'

export type { LogEntry } from './log-entry.js'
export type { Follower, FollowRequest } from './log-follower.js'

/** Follows any number of partitions. */
export interface LogReader {
  start(): void
  /** Ends every following and the requests on their way. */
  stop(): Promise<void>
  follow(request: FollowRequest): Follower
  /** Bytes of fetched buffers in the cache, whole buffers counted. */
  bytesHeld(): number
  stats(): LogReaderStats
}

/** Counted since the start. */
export interface LogReaderStats {
  readonly fetchedBytes: number
  readonly requests: number
  /** Offsets passed over because Kafka had removed them. */
  readonly skippedOffsets: number
  readonly followers: number
  readonly partitions: number
}

export interface LogReaderOptions {
  readonly cacheBytesMax: number
  readonly partitionBytesMax: number
  /** One answer for all its partitions. */
  readonly requestBytesMax: number
  /** How long Kafka may hold a request for the first new record. */
  readonly fetchWaitMs: number
  readonly requestTimeoutMs: number
  readonly decompressedBytesMax: number
  readonly isChecksumChecked: boolean
}

/** What a service uses unless its configuration says otherwise. */
export const logReaderDefaults: LogReaderOptions = {
  cacheBytesMax: 64 * 1024 * 1024,
  partitionBytesMax: 1024 * 1024,
  requestBytesMax: 8 * 1024 * 1024,
  fetchWaitMs: 1_000,
  requestTimeoutMs: 10_000,
  decompressedBytesMax: 64 * 1024 * 1024,
  isChecksumChecked: true,
}

export interface LogReaderParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

const tickMs = 1_000
/** A chunk that nobody reads for so many ticks leaves the cache. */
const idleTicks = 30

/** Makes a reader that follows nothing yet. */
export function createLogReader(parts: LogReaderParts, options: LogReaderOptions): LogReader {
  return new SharedLogReader(parts, options)
}

let readersMade = 0

class SharedLogReader implements LogReader {
  private readonly logs = new Map<string, PartitionLog>()
  private readonly cache: ChunkCache
  private readonly sizes: FetchSizes
  private readonly seats
  private readonly findOffsets
  private readonly open = new Set<{ close(): Promise<void> }>()
  private readonly counts = { fetchedBytes: 0, requests: 0, skippedOffsets: 0 }
  /** Readers never share a connection: the long poll of one would hold up the other. */
  private readonly number = ++readersMade
  private cancelTick: Cancel = () => undefined
  private isStopped = false

  constructor(
    private readonly parts: LogReaderParts,
    private readonly options: LogReaderOptions,
  ) {
    this.sizes = new FetchSizes(options.partitionBytesMax)
    this.cache = new ChunkCache({ bytesMax: options.cacheBytesMax, idleTicks }, chunk =>
      this.logs.get(nameOf(chunk.log))?.evicted(chunk),
    )
    this.findOffsets = createFindOffsets(parts, options.requestTimeoutMs)
    this.seats = createLogSeats({ ...parts, startLoops: broker => this.startLoops(broker) })
  }

  start(): void {
    this.cancelTick = this.parts.scheduler.every(tickMs, () => {
      this.cache.tick()
      this.sizes.tick(this.cache.forcedCount)
      this.cache.forcedCount = 0
    })
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.cancelTick()
    this.seats.stop()
    for (const log of this.logs.values()) for (const follower of [...log.followers]) follower.close()
    await Promise.all([...this.open].map(connection => connection.close()))
  }

  follow(request: FollowRequest): Follower {
    const log = this.logOf(request)
    const follower = new LogFollower(log, request, closed => this.onClosed(log, closed))
    if (this.isStopped) follower.close()
    else log.followers.add(follower)
    return follower
  }

  bytesHeld(): number {
    return this.cache.bytesHeld
  }

  stats(): LogReaderStats {
    let followers = 0
    for (const log of this.logs.values()) followers += log.followers.size
    return { ...this.counts, followers, partitions: this.logs.size }
  }

  private logOf({ topic, partition }: FollowRequest): PartitionLog {
    const place = { topic, partition }
    let log = this.logs.get(nameOf(place))
    if (log === undefined) {
      const { cache, options, seats } = this
      log = new PartitionLog(place, { cache, limits: options, onDemand: changed => seats.demand(changed) })
      this.logs.set(log.name, log)
      seats.add(log)
    }
    return log
  }

  private onClosed(log: PartitionLog, follower: LogFollower): void {
    log.followers.delete(follower)
    if (log.followers.size > 0) return log.changed()
    log.clear()
    this.seats.remove(log)
    if (this.logs.get(log.name) === log) this.logs.delete(log.name)
  }

  private startLoops(broker: number): BrokerLoops {
    const { options, parts, sizes } = this
    const logs = new Map<string, PartitionLog>()
    const limits: FetchLimits = { ...options, partitionBytes: () => sizes.partitionBytes }
    const ports: FetchPorts = {
      ...parts,
      broker,
      logs,
      limits,
      ask: async (purpose, call) => {
        const connection = await parts.cluster.connection(broker, `fetch-${this.number}-${purpose}`)
        this.open.add(connection)
        this.counts.requests += 1
        return connection.request(call).finally(() => this.open.delete(connection))
      },
      take: (log, offset, answer) => this.take(log, offset, answer),
      onTrouble: () => this.seats.brokerAway(broker),
    }
    const tails = createTails(ports)
    const backlog = startBacklogLoop(ports, tails)
    const demand = (log: PartitionLog): void => {
      tails.demand(log)
      backlog.demand(log)
    }
    return {
      enter(log) {
        logs.set(log.name, log)
        demand(log)
      },
      leave(log) {
        logs.delete(log.name)
        tails.leave(log)
      },
      demand,
      stop() {
        tails.stop()
        backlog.stop()
      },
    }
  }

  private take(log: PartitionLog, offset: number, answer: FetchedPartition): boolean {
    this.counts.fetchedBytes += answer.records.length
    if (answer.code === 0) return log.accept(offset, answer.records, answer.endOffset)
    if (answer.code === kafkaCode.OFFSET_OUT_OF_RANGE) void this.findEarliest(log, offset)
    else this.seats.refused(log, nameOfCode(answer.code))
    return true
  }

  /** Retention overtook a follower, or the topic was made anew: it goes on at what Kafka still has. */
  private async findEarliest(log: PartitionLog, offset: number): Promise<void> {
    if (log.isParked) return
    const { topic, partition } = log.place
    log.isParked = true
    try {
      const [end] = await this.findOffsets(topic, [partition], earliestTime)
      const earliest = end!.offset
      if (earliest === offset) return this.seats.refused(log, 'an offset out of range that is the earliest')
      this.parts.log.warn('kafka.offsetsSkipped', { topic, partition, from: offset, to: earliest })
      this.counts.skippedOffsets += Math.max(0, earliest - offset)
      log.isParked = false
      log.skip(offset, earliest)
    } catch (error) {
      this.parts.log.debug('kafka.earliestUnknown', { topic, partition, error })
      this.seats.refused(log, 'the earliest offset cannot be found')
    }
  }
}
