// pure
/**
 * Tables that fit the terminal.
 * Takes columns, rows and a width. Gives lines. Promises: only what may be cut is cut, the widest first, with
 * an ellipsis; nothing is where the width is infinite, as in a pipe.
 */
import { harmless, type Paint, type Style } from './paint.js'

export interface Column {
  readonly title: string
  readonly isRight?: boolean
  /** May be cut where the lines are too long. */
  readonly isLong?: boolean
}

/** A text, or one with a colour. */
export type Cell = string | { readonly text: string; readonly style: Style | null }

export interface TableOptions {
  readonly width: number
  readonly paint: Paint
}

const between = '  '
const longMin = 12

/** The lines of a table, with a line of titles. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: TableOptions,
): readonly string[] {
  const texts = rows.map(row => row.map(cell => harmless(textOf(cell)).replace(/[\n\t]/g, ' ')))
  const widths = fitted(columns, naturalWidths(columns, texts), width)
  const line = (cells: readonly string[], styleOf: (index: number) => Style | null): string =>
    columns
      .map(({ isRight = false }, index) => {
        const cut = shortened(cells[index] ?? '', widths[index] ?? 0)
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - cut.length))
        const style = styleOf(index)
        const painted = style === null ? cut : paint(style, cut)
        return isRight ? space + painted : painted + space
      })
      .join(between)
      .trimEnd()
  const head = line(
    columns.map(({ title }) => title),
    () => 'dim',
  )
  return [head, ...texts.map((cells, at) => line(cells, index => styleOfCell(rows[at]?.[index])))]
}

/** Cut to so many letters, with an ellipsis in the place of the last. */
export function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

function naturalWidths(columns: readonly Column[], texts: readonly (readonly string[])[]): number[] {
  return columns.map(({ title }, index) =>
    texts.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), title.length),
  )
}

/** Takes from the widest of the long columns until the line fits, or none can give any more. */
function fitted(columns: readonly Column[], widths: number[], width: number): readonly number[] {
  const fit = [...widths]
  const total = (): number => fit.reduce((sum, each) => sum + each, between.length * (fit.length - 1))
  while (total() > width) {
    const longest = columns.reduce<number | null>((best, { isLong = false }, index) => {
      if (!isLong || (fit[index] ?? 0) <= longMin) return best
      return best === null || (fit[index] ?? 0) > (fit[best] ?? 0) ? index : best
    }, null)
    if (longest === null) break
    fit[longest] = (fit[longest] ?? 0) - 1
  }
  return fit
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function styleOfCell(cell: Cell | undefined): Style | null {
  return cell === undefined || typeof cell === 'string' ? null : cell.style
}
