// pure
/**
 * Turns among the targets of a subscription.
 * Takes the targets that there are, and how attempts at them ended. Gives the one whose turn it is.
 * Promises: each in turn; one that has just failed is passed over for a while, longer each time, unless all
 * have failed: then the one that has waited longest is tried. Bound: `remembered` failures.
 */

/** What takes turns. */
export interface Candidate {
  readonly id: string
  /** Lower is preferred; the others wait until none of them is left. */
  readonly priority: number
}

export interface Rotation {
  /** Index of the target whose turn it is; -1 of none. */
  next(candidates: readonly Candidate[], nowMs: number): number
  ended(id: string, isGood: boolean, nowMs: number): void
}

interface Failure {
  readonly times: number
  readonly untilMs: number
}

/** How long a target is passed over after its first failure in a row; doubles with each. */
const passMs = 1_000
const passMsMax = 30_000
const remembered = 200

/** Makes turns that begin with the first. */
export function createRotation(): Rotation {
  const failures = new Map<string, Failure>()
  let turn = 0

  return {
    next(candidates, nowMs) {
      const waitsMs = candidates.map(({ id }) => Math.max(0, (failures.get(id)?.untilMs ?? 0) - nowMs))
      const leastMs = Math.min(...waitsMs)
      const preferred = Math.min(
        ...candidates.filter((_each, index) => waitsMs[index] === leastMs).map(each => each.priority),
      )
      for (let step = 0; step < candidates.length; step++) {
        const index = (turn + step) % candidates.length
        if (waitsMs[index] !== leastMs || candidates[index]?.priority !== preferred) continue
        turn = index + 1
        return index
      }
      return -1
    },
    ended(id, isGood, nowMs) {
      const times = (failures.get(id)?.times ?? 0) + 1
      failures.delete(id)
      if (isGood) return
      if (failures.size >= remembered) failures.delete(failures.keys().next().value ?? '')
      failures.set(id, { times, untilMs: nowMs + Math.min(passMsMax, passMs * 2 ** (times - 1)) })
    },
  }
}
