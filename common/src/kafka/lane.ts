/**
 * The queue of one partition, with one batch in flight (decisions 3 to 6).
 * Takes messages, the time, and Kafka's word on its batch. Gives the next batch and each outcome.
 * Promises: what was sent under a sequence number is repeated unchanged or never; order is that of `add`.
 * Does no input or output. Bound: the ledger's, kept by the producer.
 */
import { invariant } from '../lifecycle/invariant.js'
import { backoffMs, type Backoff } from '../time/backoff.js'
import { LaneQueue, type Entry } from './lane-queue.js'
import type { ProducerIdentity } from './producer-identity.js'
import type { AppendOutcome, NotStoredCause, ProducerMessage } from './producer-message.js'
import { verdictOn, type ProduceVerdict } from './produce-verdict.js'
import { nameOfCode } from './protocol/kafka-error.js'
import { RecentMax } from './recent-max.js'
import { anonymous, type BatchIdentity, encodeRecordBatch, withIdentity } from './record-batch.js'

/**
 * - `idle`: nothing to send
 * - `ready`: wants to be in the next request to its leader
 * - `sent`: its batch is on the wire
 * - `resting`: tries again at `restUntilMs`, or when something it waits for has come
 */
export type LaneState = 'idle' | 'ready' | 'sent' | 'resting'

export interface LaneOptions {
  /** Batches stay under this; a single message over it goes alone and Kafka decides. */
  readonly batchBytesMax: number
  /** How long a batch is repeated after it was first sent. */
  readonly deliveryTimeoutMs: number
  readonly isIdempotent: boolean
}

/** Bytes of the messages that lanes hold, summed over all lanes of a producer. */
export interface Ledger {
  bytesHeld: number
  storedCount: number
  batchCount: number
  repeatCount: number
  abandonedCount: number
  /** How long messages waited for their batch, in milliseconds. */
  readonly queueTimes: RecentMax
}

/** A ledger of lanes that hold nothing. */
export function emptyLedger(): Ledger {
  const counts = { storedCount: 0, batchCount: 0, repeatCount: 0, abandonedCount: 0 }
  return { ...counts, bytesHeld: 0, queueTimes: new RecentMax() }
}

/** What is on the wire, or will be again. */
export interface Batch {
  bytes: Buffer
  readonly entries: readonly Entry[]
  /** False after the identity it was written under is of no use any more. */
  hasIdentity: boolean
  /** True once a try had no answer, or one that leaves open whether Kafka has the batch. */
  isUnsure: boolean
  readonly giveUpMs: number
}

/** Kafka's word on a batch. */
export interface BatchAnswer {
  readonly code: number
  readonly detail: string | null
  readonly baseOffset: number
}

const nothingWrong = 'Kafka has not answered the batch before it yet'
const rest: Backoff = { firstMs: 20, factor: 2, capMs: 500 }

export class Lane {
  state: LaneState = 'idle'
  restUntilMs = 0
  identity: ProducerIdentity | null = null
  /** Bytes a batch may have; lowered by the producer when it learns the topic's own limit. */
  batchBytesMax: number
  /** What keeps this lane from going on, for the texts of outcomes. */
  problem = nothingWrong

  private readonly queue = new LaneQueue()
  /** Null, or on the wire, or was there and may be stored. */
  private batch: Batch | null = null
  private failures = 0
  /** While the guilty message of a refused batch is looked for: how many go at a time, among how many. */
  private countMax = Infinity
  private suspectsLeft = 0
  private nextDeadlineMs = Infinity

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly options: LaneOptions,
    private readonly ledger: Ledger,
  ) {
    this.batchBytesMax = options.batchBytesMax
  }

  /** Takes a message and the bytes it holds. The caller has checked that there is room for it. */
  add(message: ProducerMessage, bytes: number, nowMs: number): void {
    this.ledger.bytesHeld += bytes
    this.queue.push({ message, bytes, addedMs: Math.trunc(nowMs), isAnswered: false })
    if (message.deadlineMs < this.nextDeadlineMs) this.nextDeadlineMs = message.deadlineMs
    if (this.state === 'idle') this.state = 'ready'
  }

  /** True when a batch cannot be made before the producer has fetched a producer id. */
  get needsIdentity(): boolean {
    return this.options.isIdempotent && this.identity === null
  }

  /** The batch to put on the wire now; null when every message left at its deadline. */
  take(nowMs: number): Batch | null {
    invariant(this.state === 'ready' && !this.needsIdentity, 'a lane asked for a batch out of turn')
    this.batch ??= this.nextBatch(nowMs)
    if (this.batch === null) {
      this.settleState()
      return null
    }
    if (!this.batch.hasIdentity) {
      this.batch.bytes = withIdentity(this.batch.bytes, this.claim(this.batch.entries.length))
      this.batch.hasIdentity = true
    }
    this.state = 'sent'
    return this.batch
  }

  /** Kafka's word on a batch. Gives the verdict it acted on; null for a batch that was given up before. */
  answered(batch: Batch, answer: BatchAnswer, nowMs: number): ProduceVerdict | null {
    if (batch !== this.batch || this.state !== 'sent') return null
    const verdict = verdictOn(answer.code)
    if (verdict.action === 'stored') {
      this.finishStored(batch, answer.baseOffset)
      return verdict
    }
    this.ledger.repeatCount += 1
    this.problem = problemOf(answer)
    if (verdict.mayBeStored) batch.isUnsure = true
    if (verdict.action === 'split') this.split(batch, verdict.cause)
    else if (verdict.action === 'refuse') this.refuse(batch)
    else this.repeat(batch, verdict, nowMs)
    return verdict
  }

  /** No word on a batch that was on the wire: it is repeated unchanged. */
  lost(batch: Batch, detail: string, nowMs: number): void {
    if (batch !== this.batch || this.state !== 'sent') return
    this.ledger.repeatCount += 1
    batch.isUnsure = true
    this.problem = detail
    this.pause(nowMs)
  }

  /** It could not be sent at all: no leader, no connection, no producer id. */
  blocked(detail: string, nowMs: number): void {
    if (this.state !== 'ready') return
    this.problem = detail
    this.pause(nowMs)
  }

  /** What a resting lane waits for may have come. */
  wake(): void {
    if (this.state === 'resting') this.state = 'ready'
  }

  /** Answers what is past its deadline. `waitingCause` is the cause for what was never sent. */
  expire(nowMs: number, waitingCause: NotStoredCause): void {
    if (nowMs < this.nextDeadlineMs) return
    const detail = `${this.name} did not come to it in time: ${this.problem}`
    for (const entry of this.queue.removeExpired(nowMs)) this.drop(entry, notStored(waitingCause, detail))
    if (this.batch !== null) this.expireBatch(this.batch, nowMs)
    this.settleState()
    this.nextDeadlineMs = Math.min(this.queue.earliestDeadlineMs(), batchDeadlineMs(this.batch))
  }

  /** Answers everything: the producer stops. */
  finish(detail: string): void {
    if (this.batch !== null) this.abandon(this.batch, detail)
    for (const entry of this.queue.removeAll()) this.drop(entry, notStored('stopped', detail))
    this.state = 'idle'
  }

  private get name(): string {
    return `partition ${this.partition} of ${this.topic}`
  }

  private nextBatch(nowMs: number): Batch | null {
    const { expired, taken } = this.queue.take(this.batchBytesMax, this.countMax, nowMs)
    for (const entry of expired) this.drop(entry, notStored('deadline', `${this.name}: ${this.problem}`))
    const [first] = taken
    if (first === undefined) return null
    this.ledger.batchCount += 1
    // The first has waited for the longest: the queue never reorders.
    this.ledger.queueTimes.observe(nowMs - first.addedMs, nowMs)
    const messages = taken.map(entry => entry.message)
    const bytes = encodeRecordBatch(messages, this.claim(taken.length))
    const giveUpMs = nowMs + this.options.deliveryTimeoutMs
    this.nextDeadlineMs = Math.min(this.nextDeadlineMs, giveUpMs)
    return { bytes, entries: taken, hasIdentity: true, isUnsure: false, giveUpMs }
  }

  private claim(count: number): BatchIdentity {
    return this.identity === null ? anonymous : this.identity.claim(count)
  }

  private finishStored(batch: Batch, baseOffset: number): void {
    this.ledger.storedCount += batch.entries.length
    let offset = baseOffset
    for (const entry of batch.entries) {
      this.drop(entry, { kind: 'stored', partition: this.partition, offset })
      if (baseOffset >= 0) offset += 1
    }
    this.cleared(batch.entries.length)
    this.problem = nothingWrong
    this.endBatch()
  }

  /** The same bytes again when Kafka may have them; back to the head of the queue when it surely has not. */
  private repeat(batch: Batch, verdict: ProduceVerdict, nowMs: number): void {
    if (!batch.isUnsure) this.dissolve(batch)
    else if (verdict.action !== 'repeat') {
      batch.hasIdentity = false
      this.retire(verdict.action === 'replaceId')
    }
    if (verdict.action === 'replaceId') this.identity = null
    this.pause(nowMs)
  }

  private split(batch: Batch, cause: 'tooLarge' | 'refused'): void {
    const count = batch.entries.length
    if (batch.isUnsure) return this.abandon(batch, this.problem)
    if (count === 1) return this.blame(batch, cause)
    this.dissolve(batch)
    this.countMax = Math.ceil(count / 2)
    this.suspectsLeft = Math.max(this.suspectsLeft, count)
    this.settleState()
  }

  private blame(batch: Batch, cause: 'tooLarge' | 'refused'): void {
    for (const entry of batch.entries) this.drop(entry, notStored(cause, this.problem))
    this.cleared(1)
    this.retire(false)
    this.endBatch()
  }

  /** After each batch that held no guilty one, twice as many go at a time: the search costs few requests. */
  private cleared(count: number): void {
    if (this.suspectsLeft === 0) return
    this.suspectsLeft = Math.max(0, this.suspectsLeft - count)
    this.countMax = this.suspectsLeft === 0 ? Infinity : this.countMax * 2
  }

  private refuse(batch: Batch): void {
    if (batch.isUnsure) return this.abandon(batch, this.problem)
    for (const entry of batch.entries) this.drop(entry, notStored('barred', this.problem))
    this.retire(false)
    this.endBatch()
  }

  private expireBatch(batch: Batch, nowMs: number): void {
    if (batch.giveUpMs <= nowMs) return this.abandon(batch, `given up: ${this.problem}`)
    for (const entry of batch.entries) {
      if (entry.isAnswered || sentDeadlineMs(entry) > nowMs) continue
      this.answer(entry, {
        kind: 'unknown',
        detail: `sent to ${this.name} and not answered: ${this.problem}`,
      })
    }
  }

  /** Gives a batch up. What follows goes under the next epoch, so that a late copy cannot come after it. */
  private abandon(batch: Batch, detail: string): void {
    this.ledger.abandonedCount += 1
    for (const entry of batch.entries) this.drop(entry, { kind: 'unknown', detail })
    this.retire(false)
    this.endBatch()
  }

  /** Puts a batch that is surely not in Kafka back to the head of the queue, without what was answered. */
  private dissolve(batch: Batch): void {
    this.queue.putBack(batch.entries.filter(entry => !entry.isAnswered))
    for (const entry of batch.entries) if (entry.isAnswered) this.release(entry)
    this.retire(false)
    this.batch = null
  }

  /**
   * A sequence number that was on the wire never carries other bytes. Under the next epoch sequences begin
   * anew, and Kafka refuses every copy of an older epoch as soon as it has stored one batch of the newer.
   */
  private retire(isIdGone: boolean): void {
    if (this.identity !== null && (isIdGone || !this.identity.nextEpoch())) this.identity = null
  }

  private endBatch(): void {
    this.batch = null
    this.failures = 0
    this.settleState()
  }

  private pause(nowMs: number): void {
    this.failures += 1
    this.restUntilMs = nowMs + backoffMs(rest, this.failures)
    this.state = this.batch === null && this.queue.isEmpty ? 'idle' : 'resting'
  }

  private settleState(): void {
    if (this.batch === null) {
      if (this.queue.isEmpty) this.state = 'idle'
      else if (this.state !== 'resting') this.state = 'ready'
    }
  }

  private drop(entry: Entry, outcome: AppendOutcome): void {
    this.release(entry)
    this.answer(entry, outcome)
  }

  private release(entry: Entry): void {
    this.ledger.bytesHeld -= entry.bytes
  }

  private answer(entry: Entry, outcome: AppendOutcome): void {
    if (entry.isAnswered) return
    entry.isAnswered = true
    entry.message.done(outcome)
  }
}

function problemOf({ code, detail }: BatchAnswer): string {
  return `Kafka answered ${nameOfCode(code)}${detail === null ? '' : `: ${detail}`}`
}

function notStored(cause: NotStoredCause, detail: string): AppendOutcome {
  return { kind: 'notStored', cause, detail }
}

function batchDeadlineMs(batch: Batch | null): number {
  if (batch === null) return Infinity
  return batch.entries.reduce(
    (earliest, entry) => (entry.isAnswered ? earliest : Math.min(earliest, sentDeadlineMs(entry))),
    batch.giveUpMs,
  )
}

/** Until when the caller of a message that was sent waits; the end of its batch comes before in any case. */
function sentDeadlineMs({ message }: Entry): number {
  return message.isPatient === true ? Infinity : message.deadlineMs
}
