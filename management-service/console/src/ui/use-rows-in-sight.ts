/**
 * Which rows of a long table are made: those in sight, with some around them.
 * Takes all rows and the key of each. Gives those to make, the room of the others, and a `measure` for each
 * row that is made: its real height counts, since it may wrap. Rows never made are taken to be as high as the
 * first ones are on average, so that the scroll bar is nearly true from the start.
 */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef, type RefObject } from 'react'
import { createUsualHeight } from './usual-height.js'

const aroundCount = 12

export interface RowsInSight<Row> {
  /** What scrolls. */
  readonly place: RefObject<HTMLDivElement | null>
  readonly shown: readonly { readonly row: Row; readonly index: number }[]
  readonly abovePx: number
  readonly belowPx: number
  readonly measure: (row: HTMLTableRowElement | null) => void
}

/** The rows to make. */
export function useRowsInSight<Row>(rows: readonly Row[], keyOf: (row: Row) => string): RowsInSight<Row> {
  const place = useRef<HTMLDivElement>(null)
  const usual = useMemo(createUsualHeight, [])
  const keys = useMemo(() => rows.map(keyOf), [rows])
  const virtual = useVirtualizer<HTMLDivElement, HTMLTableRowElement>({
    count: rows.length,
    getScrollElement: () => place.current,
    getItemKey: useCallback((index: number) => keys[index] ?? index, [keys]),
    estimateSize: usual.px,
    measureElement: (row, entry) => {
      const px = entry?.borderBoxSize[0]?.blockSize ?? row.getBoundingClientRect().height
      usual.note(px)
      return px
    },
    rangeExtractor: fromEven,
    overscan: aroundCount,
  })
  const inSight = virtual.getVirtualItems()
  return {
    place,
    shown: inSight.flatMap(({ index }) => {
      const row = rows[index]
      return row === undefined ? [] : [{ row, index }]
    }),
    abovePx: inSight[0]?.start ?? 0,
    belowPx: virtual.getTotalSize() - (inSight.at(-1)?.end ?? 0),
    measure: virtual.measureElement,
  }
}

/** Rows are striped by their place among those made: an even first one keeps each stripe on its row. */
function fromEven(range: Range): number[] {
  const made = defaultRangeExtractor(range)
  const [first] = made
  return first === undefined || first % 2 === 0 ? made : [first - 1, ...made]
}
