// pure
/**
 * What another person changed in a definition while this one wrote.
 * Takes it as the form began with, as it is now, and as the form has it. Gives each member that is another
 * one now, and whether the form would write over it. Promises: no secret that is written is in what is given.
 */
import { withStars } from '../api/call.js'
import type { Draft } from './pointer.js'

/** A member that somebody changed; a value is undefined where the member is not there. */
export interface Meanwhile {
  /** Such as `retentionTime.duration`. */
  readonly member: string
  readonly began: unknown
  readonly now: unknown
  /** What the form would write; null where it leaves the member as it is now. */
  readonly mine: { readonly value: unknown } | null
}

/** Follows from each change, and says nothing. */
const untold = 'modifiedAt'

/** The members, in the order in which they stand. `secrets`: where the form has some, as pointers. */
export function changedMeanwhile(
  began: Draft,
  now: Draft,
  mine: Draft,
  secrets: readonly string[],
): readonly Meanwhile[] {
  return changesOf(began, now, mine, withStars(mine, secrets))
}

/** `shown` is `mine` as it may be shown: with it alone a new secret would look like the stored one. */
function changesOf(began: Draft, now: Draft, mine: Draft, shown: Draft): readonly Meanwhile[] {
  const members = new Set([...Object.keys(began), ...Object.keys(now)])
  members.delete(untold)
  return [...members].flatMap(member => {
    const [old, next, written] = [began[member], now[member], mine[member]]
    if (isSame(old, next)) return []
    if (isObject(old) && isObject(next)) {
      const below = changesOf(old, next, objectOf(written), objectOf(shown[member]))
      return below.map(each => ({ ...each, member: `${member}.${each.member}` }))
    }
    return [{ member, began: old, now: next, mine: isSame(old, written) ? null : { value: shown[member] } }]
  })
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function objectOf(value: unknown): Draft {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
