/**
 * A sealed batch on its way to a subscriber: a set of messages that is sent until each has its outcome.
 * Takes elements in the order of their reading. Is itself the request that the HTTP client carries.
 * Promises: the set never changes; what is left of it after an answer about parts is another batch with
 * another id.
 */
import type { AttemptResult, OutgoingRequest, Sending } from '@iris/common/http/client'
import type { Letter } from '../letter.js'
import { speaksOfParts } from './answer.js'
import { bytesOf, elementOf } from './element.js'

/** Who is told the result of an attempt. */
export interface BatchSink {
  attemptEnded(batch: Batch, result: AttemptResult): void
  /** Why the batch must not leave now, or null. */
  refusal(batch: Batch): string | null
}

/** What is told of an attempt to OpenTelemetry. */
export interface BatchSpans {
  /** What the receiver is told. */
  readonly traceparent: string
  /** The attempt ended: so many of the messages were delivered. */
  ended(batch: Batch, result: AttemptResult, deliveredCount: number, nowMs: number): void
}

/** A message in a batch. */
export class Element {
  private pieces: readonly Buffer[]
  readonly bytes: number

  constructor(readonly letter: Letter) {
    this.pieces = elementOf(letter.entry, letter.content)
    this.bytes = bytesOf(this.pieces)
  }

  /** Copies the message out of the fetched bytes: what waits must not hold a whole fetch in memory. */
  detach(): void {
    if (this.letter.isDetached) return
    this.letter.detach()
    this.pieces = elementOf(this.letter.entry, this.letter.content)
  }

  /** Writes its bytes; gives the place behind them. */
  writeTo(target: Buffer, at: number): number {
    for (const piece of this.pieces) at += piece.copy(target, at)
    return at
  }
}

/** Detaches a list whose end is what was not detached yet. */
export function detachAll(elements: readonly Element[]): void {
  for (let index = elements.length - 1; index >= 0; index--) {
    const element = elements[index]
    if (element === undefined || element.letter.isDetached) return
    element.detach()
  }
}

const nothing = Buffer.alloc(0)
const [open, comma, close] = [0x5b, 0x2c, 0x5d]

export class Batch implements OutgoingRequest {
  readonly method = 'POST'
  readonly socketTimeoutMs = 0
  readonly wantsBody = speaksOfParts
  // What the client sends; the sender fills it in before each attempt.
  path = ''
  headers: readonly string[] = []
  timeoutMs = 0
  body: Buffer = nothing
  sending: Sending | null = null
  /** Of its attempt under way; null where no message of it is traced. */
  spans: BatchSpans | null = null

  attemptedAtMs = 0
  isUnderWay = false

  constructor(
    private readonly sink: BatchSink,
    readonly id: string,
    readonly elements: readonly Element[],
  ) {}

  /** Whether the lock of one of its partitions is in doubt. */
  get isDoubtful(): boolean {
    return this.elements.some(({ letter }) => letter.work.isDoubtful)
  }

  /** When the first of its messages was read. */
  get readAtMs(): number {
    return this.elements[0]?.letter.readAtMs ?? Infinity
  }

  /** Failed attempts so far: of a batch that a restart put together anew, those of its oldest message. */
  get attempts(): number {
    return this.elements.reduce((most, { letter }) => Math.max(most, letter.attempts), 0)
  }

  /** The status of the last answer about its oldest message; null before one came. */
  get lastStatus(): number | null {
    return this.elements[0]?.letter.lastStatus ?? null
  }

  /** What is left of it: itself where all is, else a batch with another id; null where nothing is. */
  only(elements: readonly Element[], newId: () => string): Batch | null {
    if (elements.length === this.elements.length) return this
    return elements.length === 0 ? null : new Batch(this.sink, newId(), elements)
  }

  /** Makes the body; it is there from now until the result. */
  write(): void {
    const bytes = this.elements.reduce((sum, element) => sum + element.bytes + 1, 1)
    this.body = Buffer.allocUnsafeSlow(bytes)
    let at = 0
    for (const element of this.elements) {
      this.body[at] = at === 0 ? open : comma
      at = element.writeTo(this.body, at + 1)
    }
    this.body[at] = close
  }

  refusal(): string | null {
    return this.sink.refusal(this)
  }

  done(result: AttemptResult): void {
    this.sending = null
    this.sink.attemptEnded(this, result)
    this.body = nothing
  }
}
