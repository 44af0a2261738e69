/**
 * READ FIRST. One partition of the schedule topic in the process that holds its lock: read, take, send, tell.
 * Takes the partition's log. Gives each message to its topic at its time. The log decides: what is due is
 * marked as taken, only what was taken before it was cancelled is sent, and once its topic has it, or never
 * will, that is told: so a restart forgets nothing and repeats only what was not told. Bounds: `underWayMax`
 * messages from taking to telling, `sendBytesMax` bytes read at once, a part of them for each topic.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Follower, FollowRequest } from '@iris/common/kafka/reader'
import type { Log } from '@iris/common/lifecycle/log'
import { readScheduleRecord, type NewMark } from '@iris/common/schedule/schedule-record'
import type { Clock } from '@iris/common/time/clock'
import { sleep, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import { createAgenda, type Agenda, type AgendaBounds, type DueMessage } from './agenda.js'
import type { ScheduleFigures, WaitReason } from './figures.js'
import { OverOffsets } from './over-offsets.js'

/** What became of a message that was to be sent. `refused`: why Kafka will never take it. */
export type Sending =
  | 'delivered'
  | 'dropped'
  | { readonly refused: string }
  | { readonly againAtMs: number; readonly waits: WaitReason }

export interface PartitionRunParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly figures: ScheduleFigures
  follow(request: Omit<FollowRequest, 'topic'>): Follower
  /** Resolves when Kafka has acknowledged the marks. */
  writeMarks(partition: number, mark: NewMark): Promise<void>
  /** Reads the messages again and appends them; tells of each once, never from within. */
  send(
    partition: number,
    messages: readonly DueMessage[],
    ended: (message: DueMessage, outcome: Sending) => void,
  ): void
  /** Says where a later owner may begin. */
  commit(partition: number, offset: number): Promise<void>
  /** Why nothing may be taken or sent now, or null. */
  heldBack(): string | null
}

export interface PartitionRunOptions extends AgendaBounds {
  readonly underWayMax: number
  readonly sendMax: number
  readonly sendBytesMax: number
  /** Between commits of a place that moved. */
  readonly commitMs: number
  /** Between commits of a place that did not: offsets without members expire. */
  readonly recommitMs: number
  /** Between tries after something failed. */
  readonly retryMs: number
}

/** Where to begin, and the log's end at that moment: nothing is taken before all up to it was read. */
export interface PartitionStart {
  readonly partition: number
  readonly offset: number
  readonly end: number
}

export interface PartitionRun {
  /** Takes and sends nothing more; resolves when what is under way has ended, or `drainMs` later. */
  stop(drainMs: number): Promise<void>
  pendingCount(): number
}

/** Entries read before others have their turn. */
const sliceMax = 2_000
/** The longest sleep: a clock may be set. */
const napMs = 1_000
const heldBackLookMs = 100
const drainLookMs = 10
/** What a record costs beside its value. */
const recordBytes = 512

/** Begins. */
export function runPartition(
  parts: PartitionRunParts,
  options: PartitionRunOptions,
  start: PartitionStart,
): PartitionRun {
  return new Run(parts, options, start)
}

class Run implements PartitionRun {
  private agenda: Agenda
  private over = new OverOffsets()
  private follower: Follower
  private readonly partition: number
  /** Nothing is taken before the log was read up to here. */
  private readUntil: number
  private readonly beganMs: number
  private isStopped = false
  private isTaking = false
  private isTelling = false
  private sendingCount = 0
  /** What was known to be over when the log was read again; null once something was tried since. */
  private overAtReread: number | null = null
  private told: Told[] = []
  private committed = { offset: -1, atMs: -Infinity }
  private isCommitting = false
  private cancelTurn: Cancel | null = null
  private cancelAlarm: Cancel | null = null

  constructor(
    private readonly parts: PartitionRunParts,
    private readonly options: PartitionRunOptions,
    start: PartitionStart,
  ) {
    this.partition = start.partition
    this.readUntil = start.end
    this.beganMs = parts.clock.now()
    this.agenda = createAgenda(options, this.over)
    this.follower = this.followFrom(start.offset)
    this.soon()
  }

  pendingCount(): number {
    return this.agenda.pendingCount()
  }

  async stop(drainMs: number): Promise<void> {
    const { clock, scheduler } = this.parts
    this.isStopped = true
    const untilMs = clock.monotonic() + drainMs
    const isBusy = (): boolean => this.sendingCount > 0 || this.told.length > 0 || this.isTelling
    while (isBusy() && clock.monotonic() < untilMs) {
      this.tell()
      await sleep(scheduler, drainLookMs)
    }
    this.cancelTurn?.()
    this.cancelAlarm?.()
    this.follower.close()
  }

  private followFrom(offset: number): Follower {
    return this.parts.follow({
      ...{ partition: this.partition, offset },
      onReady: () => this.soon(),
      onSkipped: (from, to) => this.skipped(from, to),
    })
  }

  /**
   * Retention took what nobody had read: whatever waited there is gone, and that must be seen. A log that
   * goes on below where it was is another one.
   */
  private skipped(from: number, to: number): void {
    this.parts.log.error('schedule.offsetsSkipped', { partition: this.partition, from, to })
    if (to < from) {
      this.over = new OverOffsets()
      this.overAtReread = null
      this.agenda = createAgenda(this.options, this.over)
    }
    this.readUntil = Math.min(this.readUntil, to)
    this.soon()
  }

  private soon(): void {
    this.cancelTurn ??= this.parts.scheduler.after(0, () => {
      this.cancelTurn = null
      this.turn()
    })
  }

  private turn(): void {
    if (this.isStopped) return
    const hasMore = this.read()
    if (hasMore) this.soon()
    const isCaughtUp = this.follower.position >= this.readUntil
    if (isCaughtUp && this.parts.heldBack() === null) {
      this.reread()
      this.take()
      this.send()
    }
    this.tell()
    if (isCaughtUp) this.commit()
    this.nap()
  }

  private read(): boolean {
    for (let count = 0; count < sliceMax; count++) {
      const entry = this.follower.next()
      if (entry === null) return false
      this.apply(entry)
    }
    return true
  }

  private apply(entry: LogEntry): void {
    const record = readScheduleRecord(entry)
    if (record === null) {
      this.parts.log.error('schedule.unreadable', {
        ...{ partition: entry.partition, offset: entry.offset, lastOffset: entry.lastOffset },
        problem: entry.problem ?? 'no record of ours',
      })
    } else if (record.mark === null) {
      const { dueMs, topic } = record.message
      const bytes = recordBytes + (entry.value?.length ?? 0)
      this.agenda.add({ offset: entry.offset, dueMs, bytes, topic })
    } else {
      const count = this.agenda.mark(record.mark.kind, record.mark.ranges)
      if (record.mark.kind === 'cancelled' && this.isNews(entry)) this.parts.figures.cancelled(count)
    }
  }

  /** Not told by the log of what an earlier owner has counted. */
  private isNews(entry: LogEntry): boolean {
    return entry.offset >= this.readUntil
  }

  /** What was forgotten for want of room is read again, once what is on its way has ended. */
  private reread(): void {
    const from = this.agenda.lowMark()
    if (from === null || !this.mustReread()) return
    if (!this.agenda.isQuiet() || this.isTaking || this.isTelling || this.told.length > 0) return
    this.parts.log.info('schedule.readAgain', { partition: this.partition, from })
    this.readUntil = this.follower.position
    this.overAtReread = this.over.added
    this.follower.close()
    this.agenda = createAgenda(this.options, this.over)
    this.follower = this.followFrom(from)
    this.soon()
  }

  /**
   * Whether the log is to be read again before anything is taken or sent. Not where it just was and nothing
   * more is known to be over: what is under way leaves no room for what is forgotten, so that must go first.
   */
  private mustReread(): boolean {
    return this.agenda.mustReread() && this.over.added !== this.overAtReread
  }

  private take(): void {
    const { parts, agenda, options } = this
    const room = options.underWayMax - agenda.underWayCount()
    if (this.isTaking || room <= 0 || this.mustReread()) return
    const offsets = agenda.claim(parts.clock.now(), room)
    if (offsets.length === 0) return
    this.isTaking = true
    parts.writeMarks(this.partition, { kind: 'taken', offsets }).then(
      () => {
        this.isTaking = false
        this.soon()
      },
      (error: unknown) => {
        parts.log.warn('schedule.notTaken', { partition: this.partition, count: offsets.length, error })
        parts.scheduler.after(options.retryMs, () => {
          this.isTaking = false
          agenda.unclaim(offsets)
          this.soon()
        })
      },
    )
  }

  private send(): void {
    const { parts, agenda, options } = this
    const countMax = options.sendMax - this.sendingCount
    // What is taken and not sent is found again in the log, so that it may lie while the log is read again.
    if (countMax <= 0 || this.mustReread()) return
    const messages = agenda.next(parts.clock.now(), { countMax, bytesMax: options.sendBytesMax })
    if (messages.length === 0) return
    this.sendingCount += messages.length
    parts.send(this.partition, messages, (message, outcome) => this.ended(message, outcome))
    // There may be more than fits in one go.
    this.soon()
  }

  private ended(message: DueMessage, outcome: Sending): void {
    const { agenda, parts } = this
    const { offset } = message
    this.sendingCount--
    this.overAtReread = null
    if (typeof outcome === 'object' && 'againAtMs' in outcome) {
      agenda.putBack(offset, outcome.againAtMs)
      parts.figures.waits(outcome.waits)
    } else {
      agenda.ended(offset)
      this.told.push({ ...toldOf(outcome), offset })
      if (outcome === 'delivered') parts.figures.delivered(message.dueMs, parts.clock.now(), this.beganMs)
      else if (outcome === 'dropped') parts.figures.dropped()
      else parts.figures.refused()
    }
    if (!this.isStopped) this.soon()
  }

  /** Says in the log what has ended; goes on until Kafka has it. */
  private tell(): void {
    const { parts } = this
    if (this.isTelling || this.told.length === 0) return
    this.isTelling = true
    const telling = this.told
    this.told = []
    Promise.all(marksOf(telling).map(mark => parts.writeMarks(this.partition, mark))).then(
      () => this.hasTold(),
      (error: unknown) => {
        parts.log.warn('schedule.notTold', { partition: this.partition, count: telling.length, error })
        this.told.unshift(...telling)
        parts.scheduler.after(this.options.retryMs, () => this.hasTold())
      },
    )
  }

  private hasTold(): void {
    this.isTelling = false
    if (!this.isStopped) this.soon()
  }

  private commit(): void {
    const { parts, options } = this
    const offset = this.agenda.lowMark() ?? this.follower.position
    const ageMs = parts.clock.monotonic() - this.committed.atMs
    const isDue = offset === this.committed.offset ? ageMs >= options.recommitMs : ageMs >= options.commitMs
    if (this.isCommitting || !isDue) return
    this.isCommitting = true
    this.over.forgetBelow(offset)
    const atMs = parts.clock.monotonic()
    parts
      .commit(this.partition, offset)
      .catch((error: unknown) =>
        parts.log.warn('schedule.notCommitted', { partition: this.partition, offset, error }),
      )
      .finally(() => {
        this.isCommitting = false
        this.committed = { offset, atMs }
      })
  }

  private nap(): void {
    this.cancelAlarm?.()
    const nextMs = this.agenda.nextMs()
    const untilMs = nextMs === null ? napMs : Math.max(0, nextMs - this.parts.clock.now())
    const isHeld = untilMs === 0
    this.cancelAlarm = this.parts.scheduler.after(
      Math.min(napMs, isHeld ? heldBackLookMs : Math.ceil(untilMs)),
      () => this.soon(),
    )
  }
}

/** What the log is to be told of a message. */
interface Told {
  readonly kind: 'delivered' | 'dropped' | 'refused'
  /** Of a refusal. */
  readonly reason: string
  readonly offset: number
}

function toldOf(outcome: Exclude<Sending, { waits: WaitReason }>): Omit<Told, 'offset'> {
  return typeof outcome === 'object'
    ? { kind: 'refused', reason: outcome.refused }
    : { kind: outcome, reason: '' }
}

/** A mark for all that ended in the same way. */
function marksOf(told: readonly Told[]): readonly NewMark[] {
  const marks = new Map<string, NewMark & { readonly offsets: number[] }>()
  for (const { kind, reason, offset } of told) {
    const name = `${kind} ${reason}`
    const mark = marks.get(name)
    if (mark === undefined) marks.set(name, { kind, reason, offsets: [offset] })
    else mark.offsets.push(offset)
  }
  return [...marks.values()]
}
