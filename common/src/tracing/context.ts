// pure
/**
 * The place of a span in its trace, as the header `traceparent` carries it (W3C Trace Context, level 1).
 * Takes header values. Gives their parts, and values. Promises: a value that nobody may obey is none; what is
 * not sampled costs no allocation.
 */

/** A span of somebody else's. */
export interface RemoteSpan {
  readonly traceId: string
  readonly spanId: string
}

export const traceparentName = 'traceparent'

/** `00-` + 32 + `-` + 16 + `-` + 2 */
const length = 55
const dash = 0x2d
const traceIdAt = 3
const spanIdAt = 36
const flagsAt = 53
/** The last bytes of a trace's id are its lot: OpenTelemetry's ids end at random. */
export const lotBytes = 4
const lotDigits = 2 * lotBytes
const lots = 16 ** lotDigits

/** Whether a value says something: two hex digits of version, an id of a trace, of a span, and flags. */
export function isTraceparent(value: string): boolean {
  if (value.length < length || (value.length > length && !isOfLaterVersion(value))) return false
  if (value.startsWith('ff')) return false
  for (let index = 0; index < length; index++) {
    const isDash = index === traceIdAt - 1 || index === spanIdAt - 1 || index === flagsAt - 1
    const code = value.charCodeAt(index)
    if (isDash ? code !== dash : !isHex(code)) return false
  }
  return hasOther(value, traceIdAt, spanIdAt - 1) && hasOther(value, spanIdAt, flagsAt - 1)
}

/** Whether the sender of a value that says something records its trace. */
export function isSampled(value: string): boolean {
  return (parseInt(value.charAt(flagsAt + 1), 16) & 1) === 1
}

/** The lot that the trace of a value which says something has drawn, from 0 to below 1. */
export function lotOf(value: string): number {
  return parseInt(value.slice(spanIdAt - 1 - lotDigits, spanIdAt - 1), 16) / lots
}

/** How the id of a trace with this lot ends. */
export function lotText(lot: number): string {
  return Math.floor(lot * lots)
    .toString(16)
    .padStart(lotDigits, '0')
}

/** The span that a value which says something names. */
export function remoteSpanOf(value: string): RemoteSpan {
  return {
    traceId: value.slice(traceIdAt, spanIdAt - 1),
    spanId: value.slice(spanIdAt, flagsAt - 1),
  }
}

/** The value that makes a recorded span the parent of what comes after it. */
export function traceparentOf({ traceId, spanId }: RemoteSpan): string {
  return `00-${traceId}-${spanId}-01`
}

/** What a later version adds stands behind a dash; version 00 has nothing more. */
function isOfLaterVersion(value: string): boolean {
  return !value.startsWith('00') && value.charCodeAt(length) === dash
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66)
}

/** An id of nothing but zeros is none. */
function hasOther(value: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (value.charCodeAt(index) !== 0x30) return true
  return false
}
