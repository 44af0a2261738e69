// pure
/**
 * The `Retry-After` header of an answer.
 * Takes its text and the wall time. Gives milliseconds to wait, or null where it is absent or junk.
 * Reads whole seconds and the three date forms of HTTP; a date in the past means now.
 */
import { httpDateMs } from '../domain/http-date.js'

/** Longer texts are junk: the longest date form has 33 characters. */
const lengthMax = 40

const seconds = /^\d{1,10}$/

/** How long whoever answered asks us to wait, or null. */
export function retryAfterMs(text: string | null, wallMs: number): number | null {
  const trimmed = text?.slice(0, lengthMax + 1).trim() ?? ''
  if (trimmed === '' || trimmed.length > lengthMax) return null
  if (seconds.test(trimmed)) return Number(trimmed) * 1000
  const at = httpDateMs(trimmed)
  return at === null ? null : Math.max(0, at - wallMs)
}
