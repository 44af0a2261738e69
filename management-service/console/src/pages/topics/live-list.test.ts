import { describe, expect, it } from 'vitest'
import type { Message } from './message-shape.js'
import { keptMax, nothingYet, rateAt, withMessages, withSkipped } from './live-list.js'

const message = (offset: number): Message => ({
  ...{ id: `m${offset}`, key: null, time: null, partition: 0, offset, size: 1, headers: {}, masked: false },
})
const many = (count: number, from = 0): Message[] =>
  Array.from({ length: count }, (_, index) => message(from + index))

describe('a live list', () => {
  it('has the newest first', () => {
    const live = withMessages(withMessages(nothingYet, many(2), 1000), many(1, 2), 1100)

    expect(live.messages.map(({ offset }) => offset)).toEqual([2, 1, 0])
    expect(live.count).toBe(3)
  })

  it('keeps no more than its bound, and counts all', () => {
    const full = withMessages(nothingYet, many(keptMax), 0)
    const over = withMessages(full, many(1, keptMax), 0)

    expect(full.messages).toHaveLength(keptMax)
    expect(over.messages).toHaveLength(keptMax)
    expect(over.messages[0]?.offset).toBe(keptMax)
    expect(over.messages.at(-1)?.offset).toBe(1)
    expect(over.count).toBe(keptMax + 1)
  })

  it('tells how many come a second, over the last five', () => {
    const live = withMessages(withMessages(nothingYet, many(100), 0), many(10), 6000)

    expect(rateAt(live, 6000)).toBe(2)
    expect(rateAt(live, 20_000)).toBe(0)
  })

  it('adds up what was left out', () => {
    expect(withSkipped(withSkipped(nothingYet, 3), 4).skipped).toBe(7)
  })
})
