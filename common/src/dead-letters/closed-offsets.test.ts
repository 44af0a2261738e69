import { describe, expect, it } from 'vitest'
import { seededRandom, wholeBetween } from '../time/seeded-random.js'
import { closedSpanMax, createClosedOffsets } from './closed-offsets.js'

describe('closed offsets', () => {
  it('are what a plain set of them says, whatever is closed', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed)
      const first = wholeBetween(random, 0, 50)
      const next = first + wholeBetween(random, 0, 120)
      const closed = createClosedOffsets(first, next)
      const plain = new Set<number>()
      for (let count = wholeBetween(random, 0, 8); count > 0; count--) {
        const from = wholeBetween(random, -10, 190)
        const range = { first: from, last: from + wholeBetween(random, -2, 60) }
        closed.close(range)
        for (const offset of between(range.first, range.last)) plain.add(offset)
      }
      const before = first + wholeBetween(random, 0, 140)
      const expected = (limit: number): number[] =>
        between(first, limit - 1).filter(offset => offset < next && plain.has(offset))

      expect(between(-5, 220).filter(closed.has)).toEqual(expected(next))
      const ranges = closed.rangesBelow(before, 1_000) ?? []
      expect(ranges.flatMap(range => between(range.first, range.last))).toEqual(expected(before))
      expect(ranges.every((range, index) => range.first > (ranges[index - 1]?.last ?? -2) + 1)).toBe(true)
    }
  })

  it('say so when they are more ranges than asked for', () => {
    const closed = createClosedOffsets(0, 100)
    for (const offset of [1, 3, 5]) closed.close({ first: offset, last: offset })

    expect(closed.rangesBelow(100, 3)).toHaveLength(3)
    expect(closed.rangesBelow(100, 2)).toBeNull()
    expect(closed.rangesBelow(4, 2)).toHaveLength(2)
  })

  it('of a stretch over the bound are a mistake of ours', () => {
    expect(createClosedOffsets(7, 7 + closedSpanMax).has(7)).toBe(false)
    expect(() => createClosedOffsets(7, 8 + closedSpanMax)).toThrow('over its bound')
  })
})

function between(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_each, index) => first + index)
}
