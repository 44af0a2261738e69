import { describe, expect, it } from 'vitest'
import { schedulePartition } from './schedule-partition.js'

describe('the partition of a scheduled message', () => {
  it.each([
    [0, 0],
    [60_000, 0],
    [60_001, 2],
    [600_000, 2],
    [3_600_000, 4],
    [21_600_000, 6],
    [86_400_000, 8],
    [7 * 86_400_000, 10],
  ])('of %d ms is of its term', (waitMs, first) => {
    const partitions = [0, 1, 2, 3].map(turn => schedulePartition(12, { waitMs, key: null, turn }))

    expect(partitions).toEqual([first, first + 1, first, first + 1])
  })

  it('is the same for the same key and term, whatever the turn', () => {
    const key = Buffer.from('order-17')
    const partitions = [0, 1, 2].map(turn => schedulePartition(60, { waitMs: 1_000, key, turn }))

    expect(new Set(partitions).size).toBe(1)
    expect(partitions[0]).toBeLessThan(10)
  })

  it('exists in a topic with fewer partitions than terms', () => {
    const place = { waitMs: 1e9, key: null, turn: 7 }

    expect(schedulePartition(1, place)).toBe(0)
    expect(schedulePartition(3, place)).toBe(1)
  })
})
