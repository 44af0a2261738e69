// pure
/**
 * Why attempts of a subscription fail, one row a cause.
 * Takes what management tells of the last minute and of the dead letters. Gives both together, what fails now
 * first; causes in words.
 */
import type { ReadOf } from '../../api/client.js'
import type { Diagnosis } from './subscription-shape.js'

type Summary = ReadOf<'/topics/{topic}/subscriptions/{subscription}/dead-letters/summary'>

/** One cause. */
export interface FailuresOfCause {
  /** A status, or a word of management. */
  readonly cause: string
  /** Attempts of the last minute; null where no process told of them. */
  readonly attempts: number | null
  /** Of all attempts of the last minute, from 0 to 1; null without any. */
  readonly share: number | null
  /** Of the newest attempt; empty where there was none in the last minute. */
  readonly detail: string
  /** Milliseconds since 1970; null where nothing is known. */
  readonly lastAtMs: number | null
  /** Null where nobody has counted yet. */
  readonly letters: number | null
}

/** The rows. `toldAtMs`: when the diagnosis came. */
export function failuresOf(
  lastMinute: Diagnosis['lastMinute'] | undefined,
  toldAtMs: number,
  byCause: Summary['byCause'] | undefined,
): readonly FailuresOfCause[] {
  const recent = new Map((lastMinute?.failures ?? []).map(each => [each.cause, each]))
  const dead = new Map((byCause ?? []).map(each => [each.cause, each]))
  const rows = [...new Set([...recent.keys(), ...dead.keys()])].map((cause): FailuresOfCause => {
    const failure = recent.get(cause)
    const letters = dead.get(cause)
    const isTold = lastMinute !== null && lastMinute !== undefined
    const attempts = isTold ? (failure?.count ?? 0) : null
    return {
      cause,
      attempts,
      share: isTold && lastMinute.attempts > 0 ? (failure?.count ?? 0) / lastMinute.attempts : null,
      detail: failure?.detail ?? '',
      lastAtMs: latest(failure === undefined ? null : toldAtMs - failure.agoMs, letters?.newest ?? null),
      letters: byCause === undefined ? null : (letters?.count ?? 0),
    }
  })
  return rows.sort(
    (one, other) => (other.attempts ?? 0) - (one.attempts ?? 0) || (other.letters ?? 0) - (one.letters ?? 0),
  )
}

/** `12 %` of 0.12; what is little and not nothing is `under 1 %`; a dash where it is not known. */
export function percentOf(share: number | null): string {
  if (share === null) return '–'
  return share > 0 && share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`
}

function latest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}
