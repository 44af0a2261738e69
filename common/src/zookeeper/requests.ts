/**
 * The requests of one process to ZooKeeper, over all connections of its session.
 * Takes calls. Gives their answers, or `ZooUnavailableError` at the request's own deadline.
 * Promises: a question lost with its connection is asked again; a change is not, and its error says that it
 * may have been made. Bounds: `inFlightMax` sent and unanswered, `waitingMax` not yet sent.
 */
import type { Cancel, Scheduler } from '../time/scheduler.js'
import type { ZooCall } from './calls.js'
import type { ZooConnection } from './connection.js'
import { UniqueQueue } from './unique-queue.js'
import { ConnectionLostError, SessionEndedError, ZooUnavailableError } from './zoo-errors.js'

/** Sent and unanswered, beside the watches' own reads. */
export const inFlightMax = 256
/** Waiting for room or for a connection. */
export const waitingMax = 10_000

export interface RequestsOptions {
  readonly servers: string
  readonly requestTimeoutMs: number
}

interface Request {
  readonly call: ZooCall<unknown>
  /** The only session that may carry it; null for any. */
  readonly sessionId: string | null
  readonly cancelDeadline: Cancel
  resolve(value: unknown): void
  reject(error: Error): void
  isSent: boolean
  isDone: boolean
}

/** Made once for a session; told of each connection. */
export class Requests {
  private readonly waiting = new UniqueQueue<Request>()
  private inFlightCount = 0
  private connection: ZooConnection | null = null
  private sessionId = ''
  private isStopped = false

  constructor(
    private readonly scheduler: Scheduler,
    private readonly options: RequestsOptions,
  ) {}

  /** Asks. A request bound to a session is never sent in another, and may then be repeated. */
  ask<T>(call: ZooCall<T>, sessionId: string | null = null): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.isStopped) return reject(this.stopped(call, sessionId))
      if (this.waiting.size >= waitingMax)
        return reject(this.unavailable(call, `${waitingMax} requests are waiting`))
      const request: Request = {
        call,
        sessionId,
        resolve: value => resolve(value as T),
        reject,
        isSent: false,
        isDone: false,
        cancelDeadline: this.scheduler.after(this.options.requestTimeoutMs, () => this.expire(request)),
      }
      this.waiting.add(request)
      this.pump()
    })
  }

  /** A connection is there. */
  connected(connection: ZooConnection, sessionId: string): void {
    this.connection = connection
    this.sessionId = sessionId
    this.pump()
  }

  /** It ended; the connection itself fails what it carried. */
  disconnected(): void {
    this.connection = null
  }

  /** Fails all that waits and all that comes. */
  stop(): void {
    this.isStopped = true
    this.connection = null
    for (const request of this.waiting) this.settle(request, this.stopped(request.call, request.sessionId))
    this.waiting.clear()
  }

  private pump(): void {
    while (this.connection !== null && this.inFlightCount < inFlightMax) {
      const request = this.waiting.shift()
      if (request === undefined) return
      if (request.sessionId !== null && request.sessionId !== this.sessionId)
        this.settle(request, new SessionEndedError(request.sessionId))
      else void this.send(this.connection, request)
    }
  }

  private async send(connection: ZooConnection, request: Request): Promise<void> {
    request.isSent = true
    this.inFlightCount++
    try {
      const value = await connection.send(request.call)
      request.isDone = true
      request.cancelDeadline()
      request.resolve(value)
    } catch (error) {
      this.failed(request, error as Error)
    } finally {
      this.inFlightCount--
      this.pump()
    }
  }

  private failed(request: Request, error: Error): void {
    if (!(error instanceof ConnectionLostError)) return this.settle(request, error)
    const isRepeatable = request.call.isRepeatable || request.sessionId !== null
    if (request.isDone) return
    if (isRepeatable && !this.isStopped) this.waiting.add(request)
    else
      this.settle(request, this.unavailable(request.call, error.message, !request.call.isRepeatable, error))
  }

  /** The deadline. What was sent keeps its place in flight until the connection answers or ends. */
  private expire(request: Request): void {
    const wasWaiting = this.waiting.delete(request)
    request.isDone = true
    const why = wasWaiting && !request.isSent ? 'there is no connection' : 'no answer came'
    const within = `${why} within ${this.options.requestTimeoutMs} ms`
    request.reject(this.unavailable(request.call, within, request.isSent && !request.call.isRepeatable))
  }

  private settle(request: Request, error: Error): void {
    request.isDone = true
    request.cancelDeadline()
    request.reject(error)
  }

  private stopped(call: ZooCall<unknown>, sessionId: string | null): Error {
    return sessionId === null ? this.unavailable(call, 'it is stopped') : new SessionEndedError(sessionId)
  }

  private unavailable(
    call: ZooCall<unknown>,
    why: string,
    isOutcomeUnknown = false,
    cause?: Error,
  ): ZooUnavailableError {
    const text = `ZooKeeper at ${this.options.servers} cannot ${call.name}: ${why}`
    return new ZooUnavailableError(text, isOutcomeUnknown, { cause })
  }
}
