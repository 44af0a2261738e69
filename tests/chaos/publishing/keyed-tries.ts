// pure
/**
 * What a publisher knows after several tries with one `Idempotency-Key`.
 * Takes the outcomes of tries. Gives what they say together: one 201 is enough, one unknown try leaves the
 * message unknown whatever is refused later.
 */
import { kinds } from '../records.js'
import type { Outcome } from './judgement.js'

export interface Tries {
  readonly outcome: Outcome
  /** Nothing more can be learned by trying again. */
  readonly isOver: boolean
}

/** Statuses that mean: the same request again, later. 0 is no answer. */
const worthAnotherTry: ReadonlySet<number> = new Set([0, 408, 409, 429, 500, 503])
const keyInUse = 409

/** Adds the outcomes of tries made at the same time to what was known before; null before the first. */
export function gatherTries(before: Tries | null, outcomes: readonly Outcome[]): Tries {
  const stored = outcomes.find(each => each.kind === kinds.ok)
  if (stored !== undefined) return { outcome: stored, isOver: true }
  const last = outcomes.at(-1)
  if (last === undefined)
    return before ?? { outcome: { kind: kinds.refused, status: 0, messageId: '' }, isOver: false }
  const isUnsure = before?.outcome.kind === kinds.unknown || outcomes.some(isOpen)
  return {
    outcome: { ...last, kind: isUnsure ? kinds.unknown : kinds.refused },
    isOver: outcomes.every(each => !worthAnotherTry.has(each.status)),
  }
}

/** A try of the same key is under way, and may store it. */
function isOpen({ kind, status }: Outcome): boolean {
  return kind === kinds.unknown || status === keyInUse
}
