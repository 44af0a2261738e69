// pure
/**
 * Which offsets of a stretch of a dead-letter topic are closed: redriven, purged, replaced.
 * Takes ranges in any order, overlapping or beyond the stretch. Gives whether an offset is closed.
 * Promises: exact within the stretch. Bound: one bit an offset, `closedSpanMax` of them.
 */
import { invariant } from '../lifecycle/invariant.js'
import type { OffsetRange } from './marker.js'

/** The longest stretch: half a mebibyte of bits. Who has more goes on with another stretch. */
export const closedSpanMax = 4_194_304

export interface ClosedOffsets {
  /** The stretch: `next` is not part of it. */
  readonly first: number
  readonly next: number
  close(range: OffsetRange): void
  has(offset: number): boolean
  /** What is closed below `before`, ascending; null where that is more than `rangesMax` ranges. */
  rangesBelow(before: number, rangesMax: number): readonly OffsetRange[] | null
}

/** Makes the set of a stretch with nothing closed. */
export function createClosedOffsets(first: number, next: number): ClosedOffsets {
  const span = Math.max(0, next - first)
  invariant(span <= closedSpanMax, 'a stretch of offsets over its bound', { span })
  const bits = new Uint8Array(Math.ceil(span / 8))
  const isClosed = (index: number): boolean => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0

  const fill = (from: number, to: number): void => {
    for (let index = from; index <= to; index++) {
      if ((index & 7) === 0 && index + 7 <= to) {
        // Whole bytes at once: a purge may close millions.
        const end = (to + 1) >> 3
        bits.fill(0xff, index >> 3, end)
        index = end * 8 - 1
      } else bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
    }
  }

  return {
    first,
    next,
    close: range => fill(Math.max(0, range.first - first), Math.min(span - 1, range.last - first)),
    has: offset => offset >= first && offset < next && isClosed(offset - first),
    rangesBelow(before, rangesMax) {
      const end = Math.min(span, before - first)
      const ranges: OffsetRange[] = []
      for (let index = 0; index < end; index++) {
        if ((index & 7) === 0 && bits[index >> 3] === 0) {
          index += 7
          continue
        }
        if (!isClosed(index)) continue
        const start = index
        while (index + 1 < end && isClosed(index + 1)) index++
        if (ranges.length === rangesMax) return null
        ranges.push({ first: first + start, last: first + index })
      }
      return ranges
    },
  }
}
