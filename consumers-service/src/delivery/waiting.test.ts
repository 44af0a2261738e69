import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWaitingList, hasRoom } from './waiting.js'

describe('the waiting list', () => {
  it('gives what is due, the earliest first, equals in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }), times => {
        const list = createWaitingList<{ at: number; order: number }>()
        times.forEach((at, order) => list.add({ at, order }, at))

        const taken = []
        for (let item = list.takeDue(25); item !== null; item = list.takeDue(25)) taken.push(item)

        const due = times.map((at, order) => ({ at, order })).filter(each => each.at <= 25)
        expect(taken).toEqual(due.sort((a, b) => a.at - b.at || a.order - b.order))
        expect(list.size()).toBe(times.length - taken.length)
        expect(list.nextDueMs()).toBeGreaterThan(25)
      }),
    )
  })

  it('takes out what is gone and keeps the order of the rest', () => {
    const list = createWaitingList<number>()
    for (const at of [5, 1, 4, 2, 3]) list.add(at, at)

    expect([...list.removeWhere(at => at % 2 === 0)].sort()).toEqual([2, 4])
    expect([list.takeDue(9), list.takeDue(9), list.takeDue(9), list.takeDue(9)]).toEqual([1, 3, 5, null])
  })
})

describe('the waiting budget', () => {
  it('has room below both bounds and not at one of them', () => {
    const budget = { messagesMax: 2, bytesMax: 100, messages: 1, bytes: 99 }

    expect(hasRoom(budget)).toBe(true)
    expect(hasRoom({ ...budget, messages: 2 })).toBe(false)
    expect(hasRoom({ ...budget, bytes: 100 })).toBe(false)
  })
})
