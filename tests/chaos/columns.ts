// pure
/**
 * Columns of numbers that grow: a table of ten million rows without ten million objects.
 * Takes numbers. Gives them by row; a row that was never written reads as the column's blank.
 */

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array
type NumbersMaker = new (length: number) => Numbers

export interface Column {
  get(row: number): number
  set(row: number, value: number): void
}

/** A column of `Maker`'s numbers; rows never written read as `blank`. */
export function createColumn(Maker: NumbersMaker, blank = 0): Column {
  let cells: Numbers = new Maker(1024).fill(blank)
  return {
    get: row => cells[row] ?? blank,
    set(row, value) {
      if (row >= cells.length) {
        const grown = new Maker(Math.max(row + 1, cells.length * 2)).fill(blank)
        grown.set(cells)
        cells = grown
      }
      cells[row] = value
    },
  }
}

/** Not a time: what the columns of times hold where nothing happened. */
export const never = Number.POSITIVE_INFINITY
