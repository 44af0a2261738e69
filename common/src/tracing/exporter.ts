/**
 * The way of finished spans to a collector, beside the work that they tell of.
 * Takes spans, which cost it a place in a list. Sends them in batches, one request at a time.
 * Promises: never waits, never throws; one timer for all; what finds no room, or what the collector does not
 * take, is dropped and counted. Bounds: `spansMax` in all, `batchMax` a request, `triesMax` tries of a batch.
 */
import type { Caller } from '../http/calls.js'
import type { Log } from '../lifecycle/log.js'
import type { CounterHandle } from '../metrics/registry.js'
import { backoffMs } from '../time/backoff.js'
import type { Clock } from '../time/clock.js'
import { withDeadline, type Cancel, type Scheduler } from '../time/scheduler.js'
import { encodeSpans, rejectedIn, type Resource } from './otlp.js'
import type { Span } from './span.js'

export interface SpanExporter {
  add(span: Span): void
  /** Spans that the collector has not taken yet. */
  waitingCount(): number
  /** Sends what is there for up to `drainMs`; what is left is dropped. */
  stop(drainMs: number): Promise<void>
}

export interface SpanExporterParts {
  readonly caller: Pick<Caller, 'call' | 'stop'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly figures: {
    readonly exported: CounterHandle
    readonly droppedForRoom: CounterHandle
    readonly droppedByCollector: CounterHandle
  }
}

export interface SpanExporterOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly resource: Resource
  readonly spansMax: number
  readonly batchMax: number
  /** How long spans gather. */
  readonly periodMs: number
  /** For one request. */
  readonly limitMs: number
}

/** What became of one try. */
type Taken =
  | { readonly isTaken: true; readonly rejected: number }
  | { readonly isTaken: false; readonly mayRetry: boolean; readonly detail: unknown }

export const triesMax = 4
const retry = { firstMs: 1_000, factor: 2, capMs: 30_000 }
/** Answers that OTLP says to try again after. */
const retried: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** A collector that is away is in the log once, and again after so long. */
const logAgainMs = 60_000

/** Makes the exporter. Nothing is connected before the first span. */
export function createSpanExporter(parts: SpanExporterParts, options: SpanExporterOptions): SpanExporter {
  const { caller, clock, scheduler, log, figures } = parts
  const headers = { ...options.headers, 'Content-Type': 'application/json' }
  let queue: Span[] = []
  let underWayCount = 0
  let cancelTimer: Cancel | null = null
  let sending: Promise<void> | null = null
  let isStopped = false
  let loggedMs = -Infinity
  let endPause = (): void => undefined

  const plan = (afterMs: number): void => {
    if (cancelTimer !== null || sending !== null || isStopped) return
    cancelTimer = scheduler.after(afterMs, () => {
      cancelTimer = null
      sending = sendBatch().finally(() => {
        sending = null
        if (queue.length > 0) plan(queue.length >= options.batchMax ? 0 : options.periodMs)
      })
    })
  }
  const sendBatch = async (): Promise<void> => {
    const batch = queue.slice(0, options.batchMax)
    queue = queue.slice(batch.length)
    underWayCount = batch.length
    const body = encodeSpans(options.resource, batch, clock.now() - clock.monotonic())
    const rejected = await sendUntilTaken(body, batch.length)
    underWayCount = 0
    figures.exported.value += batch.length - rejected
    figures.droppedByCollector.value += rejected
  }
  /** Gives how many spans were not taken. */
  const sendUntilTaken = async (body: string, count: number): Promise<number> => {
    for (let tries = 1; ; tries++) {
      const taken = await send(body)
      if (taken.isTaken) return Math.min(taken.rejected, count)
      const isLast = !taken.mayRetry || tries >= triesMax || isStopped
      tell(taken.detail, isLast ? count : 0)
      if (isLast) return count
      await pause(backoffMs(retry, tries))
    }
  }
  /** A stop ends it at once. */
  const pause = (forMs: number): Promise<void> =>
    new Promise(resolve => {
      const cancel = scheduler.after(forMs, resolve)
      endPause = () => {
        cancel()
        resolve()
      }
    })
  const send = async (body: string): Promise<Taken> => {
    const { url, limitMs } = options
    try {
      const { status, text } = await caller.call({ method: 'POST', url, headers, body, limitMs })
      if (status >= 200 && status <= 299) return { isTaken: true, rejected: rejectedIn(text) }
      return { isTaken: false, mayRetry: retried.has(status), detail: `it answered ${status}` }
    } catch (error) {
      return { isTaken: false, mayRetry: true, detail: error }
    }
  }
  const tell = (detail: unknown, dropped: number): void => {
    const nowMs = clock.monotonic()
    if (nowMs - loggedMs < logAgainMs) return
    loggedMs = nowMs
    log.warn('tracing.collectorAway', { detail, dropped, waiting: queue.length })
  }
  const sendAll = async (): Promise<void> => {
    await sending
    while (queue.length > 0) await sendBatch()
  }

  return {
    add(span) {
      if (isStopped || queue.length + underWayCount >= options.spansMax) {
        figures.droppedForRoom.value++
        return
      }
      queue.push(span)
      plan(options.periodMs)
    },
    waitingCount: () => queue.length + underWayCount,
    async stop(drainMs) {
      isStopped = true
      cancelTimer?.()
      endPause()
      try {
        await withDeadline(scheduler, drainMs, 'sending the last spans', sendAll())
      } catch (error) {
        log.warn('tracing.spansLeft', { spans: queue.length + underWayCount, error })
      }
      await caller.stop()
    },
  }
}
