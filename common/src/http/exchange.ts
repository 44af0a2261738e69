/**
 * One request on one connection, from the dispatch to the end of the answer's body.
 * Takes a request. Gives its result on the final status line and the connection back when it is free.
 * Promises: the whole of it ends at its deadline; silence longer than `socketTimeoutMs` ends it earlier.
 */
import type { Dispatcher } from 'undici'
import { resultOf, type AttemptResult, type OutgoingRequest, type Sending } from './attempt.js'
import type { DeadlineEntry, DeadlineWheel } from './deadline-wheel.js'

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

  onRequestStart(): void {
    // The wheel ends what takes too long; nothing is needed from the controller.
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.heardMs = this.now()
    if (status < 200) return
    this.settle({ kind: 'answer', status, retryAfter: retryAfterOf(status, headers) })
  }

  onResponseData(): void {
    this.heardMs = this.now()
  }

  onResponseEnd(): void {
    this.end()?.free(this)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
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

function retryAfterOf(status: number, headers: Record<string, string | string[] | undefined>): string | null {
  if (status !== 429 && status !== 503) return null
  const value = headers['retry-after']
  return (typeof value === 'string' ? value : value?.[0]) ?? null
}
