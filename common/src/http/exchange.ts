/**
 * One request on one connection, from the dispatch to the end of the answer's body.
 * Takes a request. Gives its result on the final status line, or with the body where that is wanted, and the
 * connection back when it is free.
 * Promises: the whole of it ends at its deadline; silence longer than `socketTimeoutMs` ends it earlier.
 */
import type { Dispatcher } from 'undici'
import { resultOf, type AttemptResult, type OutgoingRequest, type Sending } from './attempt.js'
import type { DeadlineEntry, DeadlineWheel } from './deadline-wheel.js'

const retryAfterName = 'retry-after'
const verdictName = 'iris-verdict'
const contentTypeName = 'content-type'

/** An answer whose body is being read. Bound: `maxResponseSize` of the connection. */
interface Reading {
  readonly status: number
  readonly retryAfter: string | null
  readonly verdict: string | null
  readonly chunks: Buffer[]
}

/** What an exchange needs from the connection that carries it. */
export interface Carrier {
  /** The connection can take the next request. */
  free(exchange: Exchange): void
  /** The connection must go: something on it is still under way. */
  drop(exchange: Exchange): void
}

export class Exchange implements Dispatcher.DispatchHandler, DeadlineEntry, Sending {
  dueMs: number
  wheelNext: DeadlineEntry | null = null
  wheelPrevious: DeadlineEntry | null = null
  private carrier: Carrier | null = null
  private isSettled = false
  private reading: Reading | null = null
  private readonly deadlineMs: number
  private heardMs: number

  constructor(
    readonly request: OutgoingRequest,
    private readonly wheel: DeadlineWheel,
    private readonly now: () => number,
  ) {
    this.heardMs = now()
    this.deadlineMs = this.heardMs + request.timeoutMs
    this.dueMs = this.nextDueMs()
    wheel.add(this)
  }

  /** Called when a connection takes it up; until then it waits for one. */
  begin(carrier: Carrier): void {
    this.carrier = carrier
  }

  // undici's raw callbacks: the newer ones make an object of all headers for every answer.

  onConnect(): void {
    // The wheel ends what takes too long; undici's way to abort is not needed.
  }

  onHeaders(status: number, headers: readonly Buffer[]): boolean {
    this.heardMs = this.now()
    if (status < 200) return true
    const isSuccess = status <= 299
    const retryAfter = isSuccess ? null : valueOf(headers, retryAfterName)
    const verdict = isSuccess ? null : valueOf(headers, verdictName)
    if (this.isBodyWanted(status, headers)) this.reading = { status, retryAfter, verdict, chunks: [] }
    else this.settle({ kind: 'answer', status, retryAfter, verdict, body: null })
    return true
  }

  onData(chunk: Buffer): boolean {
    this.heardMs = this.now()
    this.reading?.chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const carrier = this.end()
    if (this.reading !== null) {
      const { chunks, ...answer } = this.reading
      this.settle({ kind: 'answer', ...answer, body: Buffer.concat(chunks) })
    }
    carrier?.free(this)
  }

  onError(error: Error): void {
    const carrier = this.end()
    this.settle(resultOf(error))
    carrier?.free(this)
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

  private isBodyWanted(status: number, headers: readonly Buffer[]): boolean {
    const { wantsBody } = this.request
    return wantsBody !== null && wantsBody(status, valueOf(headers, contentTypeName) ?? '')
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
