// pure
/**
 * How high rows are that nobody has seen yet.
 * Takes the heights of the first rows that are made. Gives their average, and `rowPx` before there is any.
 * Promises: it stands still after `sampleMax` rows, so that nothing moves under who scrolls.
 */

const rowPx = 38
const sampleMax = 24

export interface UsualHeight {
  /** Counts a row that was made. */
  note(px: number): void
  px(): number
}

/** Makes the memory of it. */
export function createUsualHeight(): UsualHeight {
  let sum = 0
  let count = 0
  return {
    note(px) {
      // A table that is not shown has rows without a height.
      if (count >= sampleMax || px <= 0) return
      sum += px
      count++
    },
    px: () => (count === 0 ? rowPx : sum / count),
  }
}
