// pure
/**
 * Marker records of a dead-letter topic: Kafka cannot take single records out, so a later record says which
 * ones no longer count.
 * Takes offsets that were redriven or purged. Gives the values of markers, and the ranges a marker names.
 * Promises: a marker closes nothing at or above itself, and a broken one closes nothing at all.
 */
import { z } from 'zod'

/** Offsets from `first` to `last`, both included. */
export interface OffsetRange {
  readonly first: number
  readonly last: number
}

/** Why a dead letter no longer counts. */
export type ClosedAs =
  | 'redriven'
  | 'purged'
  /** An edited copy took its place. */
  | 'replaced'
  /** It belongs to a removed subscription of the same name. */
  | 'former'

/** The header that tells a marker from a dead letter; its value is a {@link ClosedAs}. */
export const markerHeader = 'Dlq-Closed'

/** Ranges of one marker: some 20 KiB of JSON at most. */
export const markerRangesMax = 1_000

const markerShape = z.object({ closed: z.array(z.tuple([z.int().min(0), z.int().min(0)])) })

/** What of a record tells whether it is a marker. */
export interface MarkerRecord {
  readonly offset: number
  readonly value: Buffer | null
  header(name: string): Buffer | null
}

/** The values of the markers that close these ranges, each for a record of its own. */
export function writeMarkers(ranges: readonly OffsetRange[]): readonly Buffer[] {
  const values: Buffer[] = []
  for (let from = 0; from < ranges.length; from += markerRangesMax) {
    const closed = ranges.slice(from, from + markerRangesMax).map(({ first, last }) => [first, last])
    values.push(Buffer.from(JSON.stringify({ closed })))
  }
  return values
}

/** The ranges that a record closes; null for one that is no marker. */
export function readMarker(record: MarkerRecord): readonly OffsetRange[] | null {
  return record.header(markerHeader) === null ? null : rangesIn(record)
}

/** The ranges in the value of a marker; none where it is broken. */
export function rangesIn(record: Pick<MarkerRecord, 'offset' | 'value'>): readonly OffsetRange[] {
  const marker = markerShape.safeParse(jsonOrNull(record.value))
  if (!marker.success) return []
  return marker.data.closed
    .map(([first, last]) => ({ first, last: Math.min(last, record.offset - 1) }))
    .filter(({ first, last }) => first <= last)
}

/** Single offsets, ascending, as ranges. */
export function rangesOf(offsets: Iterable<number>): readonly OffsetRange[] {
  const ranges: { first: number; last: number }[] = []
  for (const offset of offsets) {
    const present = ranges.at(-1)
    if (present !== undefined && offset <= present.last + 1) present.last = Math.max(present.last, offset)
    else ranges.push({ first: offset, last: offset })
  }
  return ranges
}

function jsonOrNull(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? '')
  } catch {
    return null
  }
}
