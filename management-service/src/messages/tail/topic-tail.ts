/**
 * The end of one topic, read once for all who watch it.
 * Takes the log of each partition. Gives each message to every viewer, opened once and encoded once where
 * somebody wants it. Promises: partitions that are added are read from their beginning; what is gone from the
 * log is told. Bound: `turnItemsMax` messages or about `turnMsMax`, then others have their turn.
 */
import type { Topic } from '@iris/common/domain/topic'
import type { Cluster } from '@iris/common/kafka/cluster'
import type { FindOffsets } from '@iris/common/kafka/log-ends'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { latestTime } from '@iris/common/kafka/offset-calls'
import { createOpener, type Opener } from '@iris/common/kafka/opener'
import type { Follower, LogReader } from '@iris/common/kafka/reader'
import { refusal } from '@iris/common/errors/hermes-error'
import type { OpenRegistry } from '@iris/common/schema/open'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Masks } from '../shown-message.js'
import { tailedMessage } from './tailed-message.js'
import type { TailStream } from './tail-stream.js'

export interface TopicTailParts {
  readonly reader: Pick<LogReader, 'follow'>
  readonly cluster: Pick<Cluster, 'layout' | 'refresh'>
  readonly findOffsets: FindOffsets
  /** Null where no schema registry is configured. */
  readonly registry: OpenRegistry | null
  readonly areIdsUsed: boolean
  readonly masks: Masks
  readonly clock: Clock
  readonly scheduler: Scheduler
}

interface Seat {
  readonly partition: number
  readonly follower: Follower
  isReady: boolean
  /** Was read, and waits for its schema. */
  unopened: LogEntry | null
}

const turnItemsMax = 256
const turnMsMax = 10

export class TopicTail {
  readonly viewers = new Set<TailStream>()
  private readonly seats = new Map<number, Seat>()
  private readonly opener: Opener
  private isStopped = false
  private isTurnDue = false

  constructor(
    private readonly parts: TopicTailParts,
    readonly topic: Pick<Topic, 'name' | 'contentType'>,
    private readonly kafkaTopic: string,
    /** The log was replaced by another: what is read means nothing any more. */
    private readonly onReplaced: () => void,
  ) {
    const ready = (): void => {
      for (const seat of this.seats.values()) if (seat.unopened !== null) seat.isReady = true
      this.turn()
    }
    this.opener = createOpener(
      { ...parts, ready, avroRead: () => undefined, dropped: () => undefined },
      { topic: topic.name, isAvroTopic: topic.contentType === 'AVRO', isAvroWanted: false },
    )
  }

  /** Resolves when it stands at the end of every partition. */
  async start(): Promise<void> {
    const { cluster, findOffsets } = this.parts
    await cluster.refresh([this.kafkaTopic])
    const layout = cluster.layout(this.kafkaTopic)
    if (layout === undefined)
      throw refusal('NOT_READY', { problem: `Kafka does not show the topic ${this.topic.name}` })
    const partitions = layout.map(({ partition }) => partition)
    const ends = await findOffsets(this.kafkaTopic, partitions, latestTime)
    if (this.isStopped) return
    for (const { partition, offset } of ends) this.follow(partition, offset)
  }

  /** Reads partitions that were added, from their beginning. */
  grow(): void {
    if (this.isStopped || this.seats.size === 0) return
    for (const { partition } of this.parts.cluster.layout(this.kafkaTopic) ?? [])
      if (!this.seats.has(partition)) this.follow(partition, 0)
  }

  stop(): void {
    this.isStopped = true
    for (const { follower } of this.seats.values()) follower.close()
    this.opener.stop()
  }

  private follow(partition: number, offset: number): void {
    const seat: Seat = {
      partition,
      isReady: true,
      unopened: null,
      follower: this.parts.reader.follow({
        ...{ topic: this.kafkaTopic, partition, offset },
        onReady: () => {
          seat.isReady = true
          this.turn()
        },
        onSkipped: (from, to) => {
          if (to < from) return this.onReplaced()
          for (const viewer of this.viewers) viewer.skip({ partition, from, to })
        },
      }),
    }
    this.seats.set(partition, seat)
    // Nothing is asked for until the first look.
    this.turn()
  }

  /** Gives what there is, a partition after the other; the rest has its turn after whatever else waits. */
  private turn(): void {
    if (this.isTurnDue || this.isStopped) return
    const { clock, scheduler } = this.parts
    const endMs = clock.monotonic() + turnMsMax
    let left = turnItemsMax
    for (let hasMoved = true; hasMoved && left > 0 && clock.monotonic() < endMs; ) {
      hasMoved = false
      for (const seat of this.seats.values()) {
        const entry = seat.isReady ? this.take(seat) : null
        if (entry === null) continue
        hasMoved = true
        left--
        this.give(entry)
      }
    }
    if (![...this.seats.values()].some(({ isReady }) => isReady)) return
    this.isTurnDue = true
    scheduler.after(0, () => {
      this.isTurnDue = false
      this.turn()
    })
  }

  private take(seat: Seat): LogEntry | null {
    const entry = seat.unopened ?? seat.follower.next()?.detach() ?? null
    const canOpen = entry !== null && this.opener.canOpen(entry)
    seat.unopened = canOpen ? null : entry
    seat.isReady = canOpen
    return canOpen ? entry : null
  }

  private give(entry: LogEntry): void {
    const message = tailedMessage({ entry, content: this.opener.open(entry) }, this.parts.masks)
    for (const viewer of this.viewers) viewer.offer(message)
  }
}
