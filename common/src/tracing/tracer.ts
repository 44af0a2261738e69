/**
 * Which messages are traced, and where their spans begin.
 * Takes the `traceparent` that came with a message. Gives the place of a new span, or null: nothing of the
 * message is recorded. Promises: what is not sampled makes no object; ids are random and never zero.
 */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../time/clock.js'
import { isSampled, isTraceparent, lotBytes, lotOf, lotText, remoteSpanOf } from './context.js'
import type { Span, SpanPlace } from './span.js'

export interface Tracer {
  /** Goes on with the trace that the sender records, or begins one where the sampler wants it. */
  begin(traceparent: string | undefined): SpanPlace | null
  /** Goes on with a trace that is recorded; begins none. */
  follow(traceparent: string | undefined): SpanPlace | null
  /** Whether it would go on with it. */
  follows(traceparent: string | undefined): traceparent is string
  /** The first place of a new trace, whatever the sampler says. */
  start(): SpanPlace
  /** The place of a span below another one of ours. */
  below(parent: SpanPlace): SpanPlace
  record(span: Span): void
}

export interface TracerOptions {
  /** The part of messages without a trace that begin one, 0 to 1. */
  readonly ratio: number
  /**
   * Whether a sender's word on its own trace counts; otherwise the ratio decides on every message, by the id
   * of its trace, so that all services with one ratio decide alike. A sender chooses its ids, and may choose
   * wanted ones: against that stands only the bound of the spans that wait.
   */
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
  const startWith = (traceId: string): SpanPlace => ({ traceId, spanId: id(spanIdBytes), parentId: '' })
  const isWanted = (traceparent: string): boolean =>
    isParentObeyed ? isSampled(traceparent) : lotOf(traceparent) < ratio
  const drawn = (): SpanPlace | null => {
    const lot = ratio > 0 ? random() : 1
    if (lot >= ratio) return null
    // Where ids decide, the id says what was drawn: whoever gets the message finds it wanted too.
    return startWith(isParentObeyed ? id(traceIdBytes) : id(traceIdBytes - lotBytes) + lotText(lot))
  }
  const follows = (traceparent: string | undefined): traceparent is string =>
    traceparent !== undefined && isTraceparent(traceparent) && isSampled(traceparent) && isWanted(traceparent)

  return {
    begin(traceparent) {
      if (traceparent === undefined || !isTraceparent(traceparent)) return drawn()
      return isWanted(traceparent) ? following(traceparent) : null
    },
    follow: traceparent => (follows(traceparent) ? following(traceparent) : null),
    follows,
    start: () => startWith(id(traceIdBytes)),
    below: ({ traceId, spanId: parentId }) => ({ traceId, spanId: id(spanIdBytes), parentId }),
    record,
  }
}
