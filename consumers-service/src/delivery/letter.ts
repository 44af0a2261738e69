/**
 * One message on its way to one subscriber: the record that all steps work on.
 * Takes a log entry and its place in the window. Is itself the request that the HTTP client carries, so that
 * the way of a message makes one object and no closures.
 */
import type { FailureCause } from '@iris/common/domain/failure-cause'
import type { AttemptResult, OutgoingRequest, Sending } from '@iris/common/http/client'
import type { DelayFacts } from '@iris/common/kafka/delay-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Failure, Verdict } from './judge.js'
import { detachedAvro } from '@iris/common/kafka/open-avro'
import { openEntry, type LetterContent } from '@iris/common/kafka/open-entry'
import type { PartitionWork } from './partition-work.js'
import type { BroadcastState } from './send/broadcast-state.js'

/** Who is told the result of an attempt. */
export interface LetterSink {
  /** The one request of an attempt ended. */
  attemptEnded(letter: Letter, result: AttemptResult): void
  /** One of several requests ended: it is counted, and judged by itself. */
  requestEnded(letter: Letter, result: AttemptResult): Verdict
  /** All of them ended, and this is what they come to. */
  attemptJudged(letter: Letter, verdict: Verdict): void
  /** The attempt makes so many requests more than one. */
  requestsAdded(letter: Letter, count: number): void
  /** Why the letter must not leave now, or null. */
  refusal(letter: Letter): string | null
}

/** What is told of an attempt to OpenTelemetry. */
export interface LetterSpans {
  /** The publisher's lines as they go out with the attempt. */
  linesFor(propagated: readonly string[]): readonly string[]
  /** A request of it ended. */
  answered(result: AttemptResult): void
  /** The message is on its way to the dead letters. */
  died(className: string): void
  ended(letter: Letter, verdict: Verdict, nowMs: number): void
}

export class Letter implements OutgoingRequest {
  readonly method = 'POST'
  readonly wantsBody = null
  // What the client sends; the sender fills it in before each attempt.
  path = ''
  headers: readonly string[] = []
  /** What goes out instead of the message: the event around it, or null. */
  eventBody: Buffer | null = null
  timeoutMs = 0
  socketTimeoutMs = 0
  sending: Sending | null = null
  /** Requests of the attempt under way. */
  requestCount = 1
  /** What it has come to at each of several targets; null until then. */
  broadcast: BroadcastState | null = null

  /** What its record of the delay topic says, where it comes from there. */
  delayed: DelayFacts | null = null
  /** Where it was published, where its record is a dead letter and says so. */
  published: { readonly partition: number; readonly offset: number } | null = null
  /** Monotonic time before which it is not tried. */
  notBeforeMs = 0
  /** Failed attempts so far, those of a former owner included. */
  attempts: number
  /** Monotonic time of the first attempt; meaningless while `attempts` is 0. */
  firstAttemptMs: number
  attemptedAtMs = 0
  /** The batch of its last attempt; empty while it travels alone. */
  batchId = ''
  /** The hosts of its last attempt, joined by a comma; empty where it is the endpoint's. */
  remoteHosts = ''
  /** What is told of its attempt under way to OpenTelemetry; null for a message that is not traced. */
  spans: LetterSpans | null = null
  lastStatus: number | null = null
  lastReason = ''
  /** Empty before an attempt failed. */
  lastCause: FailureCause = ''
  /** Bytes that count against what a process may hold back; 0 while it does not wait. */
  heldBytes = 0
  /** Its partition was given away: whatever comes of it now changes nothing. */
  isGone = false
  /** It has waited its sending delay. */
  wasDelayed = false
  /** It may go before those behind it in its line. */
  hasTurn = false
  /** Its bytes are its own, no part of a fetch. */
  isDetached = false
  /** Why its filters came to no verdict, or null. */
  filterProblem: string | null = null

  constructor(
    private readonly sink: LetterSink,
    readonly work: PartitionWork,
    public entry: LogEntry,
    public content: LetterContent,
    readonly slot: number,
    /** Hash of its key; null without one. */
    readonly line: number | null,
    readonly readAtMs: number,
  ) {
    this.attempts = work.window.attempts(slot)
    this.firstAttemptMs = work.window.firstAttemptMs(slot)
  }

  get body(): Buffer {
    return this.eventBody ?? this.content.body
  }

  /** Why it cannot be delivered at all, or null. */
  get problem(): string | null {
    return this.content.problem ?? this.filterProblem
  }

  /** Where it was published, whatever partition it came back from. */
  get origin(): { readonly partition: number; readonly offset: number } {
    const { partition } = this.published ?? this.delayed ?? this.work
    const { offset } = this.published ?? this.delayed ?? this.entry
    return { partition, offset }
  }

  /** Age since the first attempt. */
  ageMs(nowMs: number): number {
    return this.attempts === 0 ? 0 : nowMs - this.firstAttemptMs
  }

  /** Counts a failed attempt of the subscriber's. */
  failed({ reason, cause, status }: Pick<Failure, 'reason' | 'cause' | 'status'>): void {
    if (this.attempts === 0) this.firstAttemptMs = this.attemptedAtMs
    this.attempts++
    this.work.window.tried(this.slot, this.firstAttemptMs, this.attempts)
    this.lastReason = reason
    this.lastCause = cause
    if (status !== null) this.lastStatus = status
  }

  refusal(): string | null {
    return this.sink.refusal(this)
  }

  /**
   * Copies the entry out of the fetched bytes, so that a message that waits does not hold a whole fetch in
   * memory.
   */
  detach(): void {
    if (this.isDetached) return
    this.isDetached = true
    this.entry = this.entry.detach()
    this.content =
      this.content.avro === null
        ? openEntry(this.entry, () => undefined)
        : detachedAvro(this.content, this.entry)
  }

  requestEnded(result: AttemptResult): Verdict {
    return this.sink.requestEnded(this, result)
  }

  judged(verdict: Verdict): void {
    this.sending = null
    this.sink.attemptJudged(this, verdict)
  }

  addRequests(count: number): void {
    this.sink.requestsAdded(this, count)
  }

  done(result: AttemptResult): void {
    this.sending = null
    this.sink.attemptEnded(this, result)
  }
}
