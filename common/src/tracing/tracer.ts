/**
 * Which messages are traced, and where their spans begin.
 * Takes the `traceparent` that came with a message. Gives the place of a new span, or null: nothing of the
 * message is recorded. Promises: what is not sampled makes no object; ids are random and never zero.
 */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../time/clock.js'
import { isSampled, isTraceparent, remoteSpanOf } from './context.js'
import type { Span, SpanPlace } from './span.js'

export interface Tracer {
  /** Goes on with the trace that the sender records, or begins one where the sampler wants it. */
  begin(traceparent: string | undefined): SpanPlace | null
  /** Goes on with a trace that is recorded; begins none. */
  follow(traceparent: string | undefined): SpanPlace | null
  /** The first place of a new trace, whatever the sampler says. */
  start(): SpanPlace
  /** The place of a span below another one of ours. */
  below(parent: SpanPlace): SpanPlace
  record(span: Span): void
}

export interface TracerOptions {
  /** The part of messages without a trace that begin one, 0 to 1. */
  readonly ratio: number
  /** Whether a sender's word on its own trace counts; otherwise the ratio decides on every message. */
  readonly isParentObeyed: boolean
}

const traceIdBytes = 16
const spanIdBytes = 8
const poolBytes = 4_096

/** Makes a tracer whose spans go to `record`. */
export function createTracer(
  record: (span: Span) => void,
  random: Random,
  { ratio, isParentObeyed }: TracerOptions,
): Tracer {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  const id = (bytes: number): string => {
    if (used + bytes > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    // The last bit is set: an id of nothing but zeros is invalid.
    const last = used + bytes - 1
    pool[last] = (pool[last] ?? 0) | 1
    const text = pool.toString('hex', used, used + bytes)
    used += bytes
    return text
  }
  const following = (traceparent: string): SpanPlace => {
    const { traceId, spanId: parentId } = remoteSpanOf(traceparent)
    return { traceId, spanId: id(spanIdBytes), parentId }
  }
  const start = (): SpanPlace => ({ traceId: id(traceIdBytes), spanId: id(spanIdBytes), parentId: '' })
  const isDrawn = (): boolean => ratio > 0 && random() < ratio

  return {
    begin(traceparent) {
      const isInTrace = traceparent !== undefined && isTraceparent(traceparent)
      const isWanted = isInTrace && isParentObeyed ? isSampled(traceparent) : isDrawn()
      if (!isWanted) return null
      return isInTrace ? following(traceparent) : start()
    },
    follow(traceparent) {
      const isWanted = traceparent !== undefined && isTraceparent(traceparent) && isSampled(traceparent)
      return isWanted ? following(traceparent) : null
    },
    start,
    below: ({ traceId, spanId: parentId }) => ({ traceId, spanId: id(spanIdBytes), parentId }),
    record,
  }
}
