/**
 * The head of one topic, read once for all its readers.
 * Takes the log of each partition. Gives items in one order for everybody, each with the position behind it,
 * and wakes the readers. Promises: partitions that are added are read from their beginning; what is gone from
 * the log is a gap among the items, never silence. Bounds: the ring, and `turnItems` between two wakes, so
 * that no reader is overtaken before it was woken; about `turnMsMax` of waking, then others have their turn.
 */
import type { Inspector } from '@iris/common/filter/filters'
import type { Cluster } from '@iris/common/kafka/cluster'
import type { FindOffsets } from '@iris/common/kafka/log-ends'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { latestTime } from '@iris/common/kafka/offset-calls'
import { createOpener, type Opener } from '@iris/common/kafka/opener'
import type { Follower, LogReader } from '@iris/common/kafka/reader'
import type { OpenRegistry } from '@iris/common/schema/open'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { ByteBudget } from './byte-budget.js'
import { gapOf, messageOf, type StreamItem } from './item.js'
import { partitionsMax, positionText } from './position.js'
import { Ring } from './ring.js'
import { createViews } from './view.js'
import { notReady } from '../publish/refusals.js'
import { wrong } from './wish.js'

/** Whoever reads on when there is something new. */
export interface FeedReader {
  pump(): void
}

/** The topic that is read. */
export type FeedTopic = Pick<RoutedTopic, 'name' | 'kafkaTopic' | 'avroSubject' | 'createdMs'>

export interface FeedParts {
  readonly reader: Pick<LogReader, 'follow'>
  readonly cluster: Pick<Cluster, 'layout' | 'refresh'>
  readonly findOffsets: FindOffsets
  /** Null where no schema registry is configured. */
  readonly registry: OpenRegistry | null
  readonly areIdsUsed: boolean
  readonly inspector: Inspector
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly ringItemsMax: number
  readonly ringBytesMax: () => number
  /** Entries that those behind have read to compare their times, in all feeds. */
  readonly ahead: ByteBudget
}

/** One partition at its end. */
interface Seat {
  readonly partition: number
  readonly follower: Follower
  isReady: boolean
  /** Was read, and waits for its schema. */
  unopened: LogEntry | null
}

const turnItemsMax = 256
/** Others have their turn after so long: a filter may take its time over each message. */
export const turnMsMax = 10

export class Feed {
  readonly ring: Ring
  /** The offsets behind the newest item, by partition. */
  readonly next: number[] = []
  /**
   * It must be left: a partition's log was replaced by another, so that its offsets mean nothing any more, or
   * the topic has more partitions than can be streamed.
   */
  isReplaced = false
  readonly views
  readonly opener: Opener
  readonly readers = new Set<FeedReader>()
  private readonly seats: Seat[] = []
  private isStopped = false
  private isTurnDue = false
  /** Those that have not looked yet at what came last. */
  private readonly unwoken = new Set<FeedReader>()
  private isWakeDue = false

  constructor(
    readonly parts: FeedParts,
    readonly topic: FeedTopic,
  ) {
    const { clock, scheduler, registry, areIdsUsed, ringItemsMax, ringBytesMax } = parts
    this.ring = new Ring(ringItemsMax, ringBytesMax)
    this.views = createViews(parts.inspector)
    const ready = (): void => this.schemaCame()
    this.opener = createOpener(
      { clock, scheduler, registry, areIdsUsed, ready, avroRead: () => undefined, dropped: () => undefined },
      { topic: topic.name, isAvroTopic: topic.avroSubject !== null, isAvroWanted: false },
    )
  }

  /** Resolves when it stands at the end of every partition. Refuses a topic of too many partitions. */
  async start(): Promise<void> {
    const { findOffsets, cluster } = this.parts
    const { kafkaTopic } = this.topic
    // What is remembered may lack a partition, which would be read from its beginning once it is seen.
    await cluster.refresh([kafkaTopic])
    const partitions = await this.partitions()
    const ends = await findOffsets(kafkaTopic, partitions, latestTime)
    if (this.isStopped) return
    // All before the first is read: each position tells of every partition.
    for (const { partition, offset } of ends) this.next[partition] = offset
    for (const { partition, offset } of ends) this.follow(partition, offset)
  }

  /** The numbers of the topic's partitions. */
  async partitions(): Promise<number[]> {
    const { cluster } = this.parts
    const { kafkaTopic, name } = this.topic
    if (cluster.layout(kafkaTopic) === undefined) await cluster.refresh([kafkaTopic])
    const layout = cluster.layout(kafkaTopic)
    if (layout === undefined) throw notReady(`Kafka does not show the topic ${name}`)
    if (layout.length > partitionsMax)
      throw wrong('topic', `${name} has more than ${partitionsMax} partitions: too many to be streamed`)
    return layout.map(({ partition }) => partition)
  }

  /** Reads partitions that were added, from their beginning: nobody has read any of them. */
  grow(): void {
    const layout = this.parts.cluster.layout(this.topic.kafkaTopic) ?? []
    if (this.isStopped || this.seats.length === 0) return
    // Nobody can be told a position in all of them: who comes again is refused.
    if (layout.length > partitionsMax) this.isReplaced = true
    if (this.isReplaced) return
    const grown = layout.filter(({ partition }) => this.next[partition] === undefined)
    for (const { partition } of grown) this.follow(partition, 0)
    if (grown.length > 0) this.wake()
  }

  /** Where a reader stands who has read all that is there. */
  position(): string {
    return positionText(this.next)
  }

  stop(): void {
    this.isStopped = true
    this.unwoken.clear()
    for (const { follower } of this.seats) follower.close()
    this.opener.stop()
  }

  private follow(partition: number, offset: number): void {
    this.next[partition] = offset
    const seat: Seat = {
      partition,
      isReady: true,
      unopened: null,
      follower: this.parts.reader.follow({
        ...{ topic: this.topic.kafkaTopic, partition, offset },
        onReady: () => {
          seat.isReady = true
          this.turn()
        },
        onSkipped: (from, to) => this.skipped(partition, from, to),
      }),
    }
    this.seats.push(seat)
    // Nothing is asked for until the first look.
    this.turn()
  }

  private skipped(partition: number, from: number, to: number): void {
    this.next[partition] = to
    if (to < from) this.isReplaced = true
    this.ring.push(gapOf(partition, from, to, positionText(this.next, partition)))
    this.wake()
  }

  private schemaCame(): void {
    for (const seat of this.seats) if (seat.unopened !== null) seat.isReady = true
    this.turn()
    this.wake()
  }

  /** Takes in what there is, then lets the readers have it; the rest has its turn after them. */
  private turn(): void {
    if (this.isTurnDue || this.isStopped || this.unwoken.size > 0) return
    const bytesMax = this.parts.ringBytesMax() / 4
    const itemsMax = Math.min(turnItemsMax, Math.ceil(this.parts.ringItemsMax / 4))
    let [items, bytes] = [0, 0]
    for (let hasMoved = true; hasMoved && items < itemsMax && bytes < bytesMax; ) {
      hasMoved = false
      for (const seat of this.seats) {
        const item = seat.isReady ? this.take(seat) : null
        if (item === null) continue
        this.ring.push(item)
        hasMoved = true
        items++
        bytes += item.bytes
        if (items >= itemsMax || bytes >= bytesMax) break
      }
    }
    if (items === 0) return
    this.wake()
    this.turnIfReady()
  }

  private turnIfReady(): void {
    if (!this.isTurnDue && this.seats.some(({ isReady }) => isReady)) this.turnLater()
  }

  private turnLater(): void {
    this.isTurnDue = true
    this.parts.scheduler.after(0, () => {
      this.isTurnDue = false
      this.turn()
    })
  }

  private take(seat: Seat): StreamItem | null {
    const { partition, follower } = seat
    const entry = seat.unopened ?? follower.next()?.detach() ?? null
    if (entry === null || !this.opener.canOpen(entry)) {
      seat.isReady = false
      seat.unopened = entry
      if (entry === null) this.next[partition] = follower.position
      return null
    }
    seat.unopened = null
    this.next[partition] = entry.lastOffset + 1
    return messageOf(entry, this.opener.open(entry), positionText(this.next, partition))
  }

  private wake(): void {
    for (const reader of this.readers) this.unwoken.add(reader)
    if (!this.isWakeDue) this.wakeSome()
  }

  /** Wakes readers for a while; the others have their turn after whatever else waits in this process. */
  private wakeSome(): void {
    const { clock, scheduler } = this.parts
    const endMs = clock.monotonic() + turnMsMax
    for (const reader of this.unwoken) {
      this.unwoken.delete(reader)
      if (this.readers.has(reader)) reader.pump()
      if (clock.monotonic() >= endMs) break
    }
    if (this.unwoken.size === 0) return
    this.isWakeDue = true
    scheduler.after(0, () => {
      this.isWakeDue = false
      this.wakeSome()
      if (this.unwoken.size === 0) this.turnIfReady()
    })
  }
}
