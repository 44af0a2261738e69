// pure
/**
 * What the filters of one message may cost.
 * Takes steps as they are made. Gives their sum. Promises: no message and no filter costs more than
 * `effortMax`, whatever is in them; beyond it the judgement fails, which is a dead letter and never a loss.
 */

/**
 * Steps for one message. A step is a look at one JSON value, or one letter at one place of a pattern; the
 * slowest kind measured takes 30 ns, so that the event loop never waits longer than about 30 ms for a filter.
 */
export const effortMax = 1_000_000

/** Why filters came to no verdict about a message. */
export class FilterFailure extends Error {
  override readonly name = 'FilterFailure'
}

/** A count of steps. */
export interface Effort {
  /** Counts steps that are about to be made; throws {@link FilterFailure} where there are too many. */
  spend(steps: number): void
  spent(): number
  reset(): void
}

/** Makes a count at zero. */
export function createEffort(stepsMax: number = effortMax): Effort {
  let steps = 0
  return {
    spend(more) {
      steps += more
      if (steps <= stepsMax) return
      throw new FilterFailure(`the filters need more than ${stepsMax} steps for this message`)
    },
    spent: () => Math.min(steps, stepsMax),
    reset() {
      steps = 0
    },
  }
}
