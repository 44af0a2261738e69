// pure
/**
 * What a task has done, so that whoever goes on with it loses nothing and counts nothing twice.
 * Takes outcomes by range and offset. Gives what to close in the dead-letter topic, and progress to save.
 * Promises: a delivered dead letter counts once its marker is stored, all else once it lies below the saved
 * position. Bound: outcomes above the positions, which the windows bound; `failuresMax` failures.
 */
import { failuresMax, type TaskFailure, type TaskProgress } from '@iris/common/tasks/task'

export interface LedgerStart {
  readonly progress: TaskProgress
  readonly failures: readonly TaskFailure[]
  /** Whether what is delivered must be closed by markers. */
  readonly isRedrive: boolean
}

/** What of the progress the ledger knows. */
export type LedgerProgress = Pick<TaskProgress, 'done' | 'failed' | 'filtered' | 'positions' | 'keptFrom'> & {
  readonly failures: readonly TaskFailure[]
}

export interface Ledger {
  /** Delivered, or forgotten on request. */
  done(range: number, offset: number): void
  failed(range: number, offset: number, failure: TaskFailure): void
  filtered(range: number, offset: number): void
  /** A dead letter that stays as it is. */
  kept(offset: number): void
  /** Delivered dead letters without a marker yet, ascending. */
  closings(): readonly number[]
  closingsCount(): number
  /** Their markers are stored. */
  closed(offsets: readonly number[]): void
  /** All outcomes so far, saved or not. */
  outcomeCount(): number
  /**
   * The progress to save with these positions. A position never passes a dead letter that is delivered and
   * not closed: the range of such a task then stops below it.
   */
  progress(positions: readonly number[]): LedgerProgress
}

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'failed'; readonly failure: TaskFailure }

/** Goes on from saved progress. */
export function createLedger({ progress: start, failures: known, isRedrive }: LedgerStart): Ledger {
  let { done, failed, filtered, keptFrom } = start
  const failures = [...known]
  const open = start.positions.map(() => new Map<number, Outcome>())
  const unclosed = new Set<number>()
  let outcomes = 0

  const note = (range: number, offset: number, outcome: Outcome): void => {
    outcomes++
    open[range]?.set(offset, outcome)
  }
  const keep = (offset: number): void => {
    keptFrom = Math.min(keptFrom ?? offset, offset)
  }
  const count = (outcome: Outcome): void => {
    if (outcome.kind === 'done') done++
    else if (outcome.kind === 'filtered') filtered++
    else {
      failed++
      if (failures.length < failuresMax) failures.push(outcome.failure)
    }
  }

  return {
    done(range, offset) {
      if (!isRedrive) return note(range, offset, { kind: 'done' })
      outcomes++
      unclosed.add(offset)
    },
    failed(range, offset, failure) {
      if (isRedrive) keep(offset)
      note(range, offset, { kind: 'failed', failure })
    },
    filtered: (range, offset) => note(range, offset, { kind: 'filtered' }),
    kept: keep,
    closings: () => [...unclosed].sort((one, other) => one - other),
    closingsCount: () => unclosed.size,
    closed(offsets) {
      for (const offset of offsets) if (unclosed.delete(offset)) done++
    },
    outcomeCount: () => outcomes,
    progress(positions) {
      const bound = Math.min(Infinity, ...unclosed)
      const safe = positions.map(position => Math.min(position, bound))
      open.forEach((outcomesOf, range) => {
        const below = [...outcomesOf].filter(([offset]) => offset < (safe[range] ?? 0))
        for (const [offset, outcome] of below.sort(([one], [other]) => one - other)) {
          count(outcome)
          outcomesOf.delete(offset)
        }
      })
      return { done, failed, filtered, keptFrom, positions: safe, failures: [...failures] }
    },
  }
}
