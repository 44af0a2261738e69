// pure
/**
 * Moments and durations as words say them.
 * Takes `2026-05-01T12:00:00Z`, `now`, milliseconds since the epoch, or a duration such as `15m`, `1h30m`.
 * Gives milliseconds. Refuses everything else.
 */
import { UsageError } from './declare.js'

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const durationPattern = /^(?:\d+(?:ms|s|m|h|d))+$/

/** A duration in milliseconds; null where the word is none. */
export function durationMs(word: string): number | null {
  if (!durationPattern.test(word)) return null
  return [...word.matchAll(/(\d+)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * unitsMs[unit as keyof typeof unitsMs],
    0,
  )
}

/** A duration that an option wants. */
export function durationOf(word: string, flag: string): number {
  const ms = durationMs(word)
  if (ms !== null) return ms
  throw new UsageError(`${flag} is a duration such as 10s, 15m or 1h30m, not ${word}`)
}

/** A moment; a duration is so long before now, or after it. */
export function momentOf(
  word: string,
  flag: string,
  now: { readonly ms: number; readonly sign: 1 | -1 },
): number {
  if (word === 'now') return now.ms
  const ms = durationMs(word.replace(/^[+-]/, ''))
  if (ms !== null) return now.ms + now.sign * ms
  const epochMs = /^\d{13}$/.test(word) ? Number(word) : Date.parse(word)
  if (Number.isFinite(epochMs) && /^\d/.test(word)) return epochMs
  throw new UsageError(
    `${flag} is a moment such as 2026-05-01T12:00:00Z, or a duration such as 15m, not ${word}`,
  )
}

/** The same as a date of ISO 8601; null for null. */
export function isoOf(
  word: string | null,
  flag: string,
  now: { readonly ms: number; readonly sign: 1 | -1 },
): string | null {
  return word === null ? null : new Date(momentOf(word, flag, now)).toISOString()
}
