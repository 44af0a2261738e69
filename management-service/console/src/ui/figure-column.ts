/**
 * Columns of figures.
 */
import type { ReactNode } from 'react'
import type { Column } from './table.js'

/** A column whose cells say in words, such as `rateOf`, the figure that it is sorted by. */
export function figureColumn<Row, Figure extends number | null>(
  title: string,
  of: (row: Row) => Figure,
  words: (figure: Figure) => ReactNode,
): Column<Row> {
  return { title, by: of, cell: row => words(of(row)), isNumeric: true }
}
