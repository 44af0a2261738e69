import { describe, expect, it } from 'vitest'
import { markerHeader, markerRangesMax, rangesOf, readMarker, writeMarkers } from './marker.js'

const record = (offset: number, value: string | Buffer | null, isMarker = true) => ({
  offset,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  header: (name: string) => (isMarker && name === markerHeader ? Buffer.from('purged') : null),
})

describe('a marker', () => {
  it('says what was written', () => {
    const ranges = [
      { first: 3, last: 3 },
      { first: 7, last: 90 },
    ]
    const [value] = writeMarkers(ranges)

    expect(readMarker(record(100, value!))).toEqual(ranges)
  })

  it('closes nothing at or above itself', () => {
    const value = '{"closed":[[1,20],[12,13],[14,14]]}'

    expect(readMarker(record(13, value))).toEqual([
      { first: 1, last: 12 },
      { first: 12, last: 12 },
    ])
  })

  it.each([
    '',
    'null',
    '{}',
    '{"closed":[[1]]}',
    '{"closed":[[-1,2]]}',
    '{"closed":[["1",2]]}',
    '{"closed":[[5,2]]}',
  ])('that is broken (%s) closes nothing', value => {
    expect(readMarker(record(13, value))).toEqual([])
  })

  it('is no letter, and a letter no marker, whatever is in them', () => {
    expect(readMarker(record(13, null))).toEqual([])
    expect(readMarker(record(13, '{"closed":[[1,2]]}', false))).toBeNull()
  })

  it('names a bounded number of ranges; more make more markers', () => {
    const ranges = (count: number) =>
      Array.from({ length: count }, (_each, index) => ({ first: 2 * index, last: 2 * index }))

    expect(writeMarkers([])).toHaveLength(0)
    expect(writeMarkers(ranges(markerRangesMax))).toHaveLength(1)
    expect(writeMarkers(ranges(markerRangesMax + 1))).toHaveLength(2)
  })

  it('joins neighbours', () => {
    expect(rangesOf([1, 2, 3, 5, 7, 8])).toEqual([
      { first: 1, last: 3 },
      { first: 5, last: 5 },
      { first: 7, last: 8 },
    ])
    expect(rangesOf([])).toEqual([])
  })
})
