// pure
/**
 * What a check has found: how many times, and the first few in full.
 * Takes findings one by one. Gives a count that is exact and a list that is bounded.
 */

/** One thing that must not be. */
export interface Finding {
  /** The message it is about, 0 for none. */
  readonly id: number
  /** The subscription it is about, -1 for none. */
  readonly subscription: number
  readonly text: string
}

export interface Findings {
  readonly check: string
  readonly count: number
  readonly first: readonly Finding[]
}

/** Findings kept in full; a broken build makes millions. */
export const findingsKept = 20

/** Takes a finding. `text` is called only for those that are kept. */
export type AddFinding = (id: number, subscription: number, text: () => string) => void

export interface FindingsCollector {
  readonly add: AddFinding
  done(): Findings
}

/** Collects the findings of `check`. */
export function collectFindings(check: string): FindingsCollector {
  const first: Finding[] = []
  let count = 0
  return {
    add(id, subscription, text) {
      count++
      if (first.length < findingsKept) first.push({ id, subscription, text: text() })
    },
    done: () => ({ check, count, first }),
  }
}
