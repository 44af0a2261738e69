// pure
/**
 * What another person changed in a definition while this one wrote.
 * Takes it as the form began with, as it is now, and as the form has it. Gives each member that is another
 * one now, and whether the form would write over it.
 */
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

/** The members, in the order in which they stand. */
export function changedMeanwhile(began: Draft, now: Draft, mine: Draft): readonly Meanwhile[] {
  const members = new Set([...Object.keys(began), ...Object.keys(now)])
  members.delete(untold)
  return [...members].flatMap(member => {
    const [old, next, written] = [began[member], now[member], mine[member]]
    if (isSame(old, next)) return []
    if (isObject(old) && isObject(next)) {
      const below = changedMeanwhile(old, next, isObject(written) ? written : {})
      return below.map(each => ({ ...each, member: `${member}.${each.member}` }))
    }
    return [{ member, began: old, now: next, mine: isSame(old, written) ? null : { value: written } }]
  })
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isObject(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
