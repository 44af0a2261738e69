// pure
/**
 * Which row is about the widest in a column, so that it may stand for all of them.
 * Takes rows and what a column is sorted by, which is nearly what it shows. Gives the row of the longest
 * text.
 */
import type { By } from './arrange.js'

/** The row; undefined where there is none. */
export function widestOf<Row>(rows: readonly Row[], by: By<Row> | undefined): Row | undefined {
  let [widest] = rows
  if (by === undefined) return widest
  let lengthMax = -1
  for (const row of rows) {
    const { length } = String(by(row) ?? '')
    if (length <= lengthMax) continue
    lengthMax = length
    widest = row
  }
  return widest
}
