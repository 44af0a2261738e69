/**
 * One request on one connection, from the dispatch to the end of the answer's body.
 * Takes a request, and what its connection hears. Gives its result on the final status line, or with the body
 * where that is wanted, and its place on the connection back when it is free.
 * Promises: the whole of it ends at its deadline; silence longer than `socketTimeoutMs` ends it earlier.
 */
import type { Dispatcher } from 'undici'
import { heldBackCode, resultOf, type AttemptResult, type OutgoingRequest, type Sending } from './attempt.js'
import type { DeadlineEntry, DeadlineWheel } from './deadline-wheel.js'

/** The headers of an answer that are read. */
export const retryAfterName = 'retry-after'
export const verdictName = 'iris-verdict'
export const contentTypeName = 'content-type'

/** An answer whose body is being read. Bound: `maxResponseSize` of the connection. */
interface Reading {
  readonly status: number
  readonly retryAfter: string | null
  readonly verdict: string | null
  readonly chunks: Buffer[]
}

/** What an exchange needs from the place on a connection that carries it. */
export interface Carrier {
  /** The place can take the next request. */
  free(exchange: Exchange): void
  /** The request failed by itself. */
  failed(exchange: Exchange): void
  /** What is still under way on the place must be cut off. */
  drop(exchange: Exchange): void
}

export class Exchange implements Dispatcher.DispatchHandler, DeadlineEntry, Sending {
  dueMs: number
  readonly begunMs: number
  /** How often a connection said that it had not begun with it. */
  refusals = 0
  wheelNext: DeadlineEntry | null = null
  wheelPrevious: DeadlineEntry | null = null
  private carrier: Carrier | null = null
  private isSettled = false
  private hasStatus = false
  private reading: Reading | null = null
  private readonly deadlineMs: number
  private heardMs: number

  constructor(
    readonly request: OutgoingRequest,
    private readonly wheel: DeadlineWheel,
    private readonly now: () => number,
  ) {
    this.begunMs = this.heardMs = now()
    this.deadlineMs = this.begunMs + request.timeoutMs
    this.dueMs = this.nextDueMs()
    wheel.add(this)
  }

  /** Called when a connection takes it up; until then it waits for one. */
  begin(carrier: Carrier): void {
    this.carrier = carrier
  }

  /** A status line came, with the headers that are read. An informational one only shows a sign of life. */
  answered(
    status: number,
    contentType: string | null,
    retryAfter: string | null,
    verdict: string | null,
  ): void {
    this.heardMs = this.now()
    if (status >= 100 && status < 200) return
    this.hasStatus = true
    if (this.request.wantsBody?.(status, contentType ?? '') === true)
      this.reading = { status, retryAfter, verdict, chunks: [] }
    else this.settle({ kind: 'answer', status, retryAfter, verdict, body: null })
  }

  /** The final status line came: all that may still come is the rest of the answer. */
  wasAnswered(): boolean {
    return this.hasStatus
  }

  /** A part of the answer's body came. */
  received(chunk: Buffer): void {
    this.heardMs = this.now()
    this.reading?.chunks.push(chunk)
  }

  /** The answer has ended. */
  completed(): void {
    const carrier = this.end()
    if (this.reading !== null) {
      const { chunks, ...answer } = this.reading
      this.settle({ kind: 'answer', ...answer, body: Buffer.concat(chunks) })
    }
    carrier?.free(this)
  }

  /** Asked right before its bytes are written: why they must not be, or null. */
  refusal(): Error | null {
    const reason = this.request.refusal()
    return reason === null ? null : Object.assign(new Error(reason), { code: heldBackCode })
  }

  /** Nothing more will come of it. */
  broke(error: Error): void {
    const carrier = this.end()
    // A refusal comes while the request is being sent, and its result must come after that.
    if ((error as NodeJS.ErrnoException).code === heldBackCode)
      queueMicrotask(() => this.settle(resultOf(error)))
    else this.settle(resultOf(error))
    carrier?.failed(this)
  }

  // undici's raw callbacks: the newer ones make an object of all headers for every answer.

  /** undici's last word before it writes. */
  onConnect(abort: (error: Error) => void): void {
    const refusal = this.refusal()
    if (refusal !== null) abort(refusal)
  }

  onHeaders(status: number, headers: readonly Buffer[]): boolean {
    const isSuccess = status >= 200 && status <= 299
    const retryAfter = isSuccess ? null : valueOf(headers, retryAfterName)
    const verdict = isSuccess ? null : valueOf(headers, verdictName)
    const contentType = this.request.wantsBody === null ? null : valueOf(headers, contentTypeName)
    this.answered(status, contentType, retryAfter, verdict)
    return true
  }

  onData(chunk: Buffer): boolean {
    this.received(chunk)
    return true
  }

  onComplete(): void {
    this.completed()
  }

  onError(error: Error): void {
    this.broke(error)
  }

  onDue(nowMs: number): void {
    const { timeoutMs, socketTimeoutMs } = this.request
    const isLate = nowMs >= this.deadlineMs
    this.dueMs = this.nextDueMs()
    if (!isLate && nowMs < this.dueMs) return this.wheel.add(this)
    const detail = isLate
      ? `Total timeout ${timeoutMs} ms elapsed`
      : `Socket timeout ${socketTimeoutMs} ms elapsed: nothing was received`
    this.settle({ kind: 'timeout', afterMs: isLate ? timeoutMs : socketTimeoutMs, detail })
    this.end()?.drop(this)
  }

  cancel(): void {
    this.isSettled = true
    this.end()?.drop(this)
  }

  /** Ends it with a failure of ours, as when the client stops. */
  fail(error: Error): void {
    this.settle(resultOf(error))
    this.end()?.drop(this)
  }

  private nextDueMs(): number {
    const { socketTimeoutMs } = this.request
    return socketTimeoutMs === 0 ? this.deadlineMs : Math.min(this.deadlineMs, this.heardMs + socketTimeoutMs)
  }

  private settle(result: AttemptResult): void {
    if (this.isSettled) return
    this.isSettled = true
    this.request.done(result)
  }

  /** Takes leave of wheel and connection; gives the connection the first time only. */
  private end(): Carrier | null {
    const { carrier } = this
    this.wheel.remove(this)
    this.carrier = null
    return carrier
  }
}

/** The first value of a header; `lowerName` in lower case. */
function valueOf(headers: readonly Buffer[], lowerName: string): string | null {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]
    if (name?.length === lowerName.length && name.toString('latin1').toLowerCase() === lowerName) {
      return headers[index + 1]?.toString('latin1') ?? null
    }
  }
  return null
}
