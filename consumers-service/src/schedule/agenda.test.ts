import { describe, expect, it } from 'vitest'
import { createAgenda, type Agenda } from './agenda.js'
import { OverOffsets } from './over-offsets.js'

const bounds = { rowsMax: 1_000, topicUnderWayMax: 1_000, topicSendMax: 1_000 }
const limits = { countMax: 10, bytesMax: 1_000 }
const at = (offset: number): readonly { first: number; last: number }[] => [{ first: offset, last: offset }]

/** Message n is due at 100 - n. */
function filled(count: number, rowsMax = 1_000, over = new OverOffsets()): Agenda {
  const agenda = createAgenda({ ...bounds, rowsMax }, over)
  for (let offset = 0; offset < count; offset++) add(agenda, offset, 100 - offset)
  return agenda
}

function add(agenda: Agenda, offset: number, dueMs: number, topic = 'g.t'): void {
  agenda.add({ offset, dueMs, bytes: 400, topic })
}

describe('an agenda', () => {
  it('gives what is due, the earliest first, once, and not before its time', () => {
    const agenda = filled(4)

    expect(agenda.claim(96, 10)).toEqual([])
    expect(agenda.nextMs()).toBe(97)
    expect(agenda.claim(98, 10)).toEqual([3, 2])
    expect(agenda.claim(98, 10)).toEqual([])
    expect(agenda.claim(200, 1)).toEqual([1])
    expect(agenda.underWayCount()).toBe(3)
  })

  it('sends only what the log says was taken, by time and within its limits', () => {
    const agenda = filled(4)
    agenda.claim(200, 10)
    expect(agenda.next(200, limits)).toEqual([])

    agenda.mark('taken', [{ first: 1, last: 3 }])

    expect(agenda.next(98, limits)).toEqual([
      { offset: 3, dueMs: 97 },
      { offset: 2, dueMs: 98 },
    ])
    expect(agenda.next(200, { ...limits, bytesMax: 1 })).toEqual([{ offset: 1, dueMs: 99 }])
    expect(agenda.next(200, limits)).toEqual([])
  })

  it('lets a cancel count before the taking and not after it', () => {
    const agenda = filled(2)
    agenda.claim(200, 10)
    agenda.mark('taken', at(1))

    expect([agenda.mark('cancelled', at(0)), agenda.mark('cancelled', at(1))]).toEqual([1, 0])
    expect(agenda.mark('taken', at(0))).toBe(0)
    expect(agenda.next(200, limits).map(({ offset }) => offset)).toEqual([1])
    expect([agenda.pendingCount(), agenda.lowMark()]).toEqual([1, 1])
  })

  it('gives again what could not be taken or sent', () => {
    const agenda = filled(2)
    agenda.unclaim(agenda.claim(200, 10))
    expect(agenda.claim(200, 10)).toEqual([1, 0])

    agenda.mark('taken', at(0))
    agenda.next(200, limits)
    agenda.putBack(0, 300)
    expect(agenda.next(299, limits)).toEqual([])
    expect(agenda.nextMs()).toBe(300)
    expect(agenda.next(300, limits)).toEqual([{ offset: 0, dueMs: 100 }])

    agenda.mark('delivered', at(0))
    agenda.putBack(0, 400)
    expect(agenda.next(500, limits)).toEqual([])
  })

  it('holds its low mark at what is not over, and knows when all is', () => {
    const agenda = filled(5_000, 10_000)
    agenda.mark('delivered', [{ first: 0, last: 4_998 }])

    expect([agenda.lowMark(), agenda.pendingCount()]).toEqual([4_999, 1])
    agenda.mark('dropped', at(4_999))
    expect([agenda.lowMark(), agenda.pendingCount(), agenda.nextMs()]).toEqual([null, 0, null])
  })

  it('forgets the later half beyond its bound, and says when to read again', () => {
    const agenda = filled(16, 16)
    // A later one is no row either, an earlier one is.
    add(agenda, 16, 1_000)
    add(agenda, 17, 0)

    expect([agenda.pendingCount(), agenda.lowMark(), agenda.mustReread()]).toEqual([18, 0, false])
    const claimed = agenda.claim(200, 100)
    expect(claimed[0]).toBe(17)
    expect(claimed.length).toBeLessThan(12)
    expect(agenda.mustReread()).toBe(true)
  })

  it('is quiet while what it knows is what the log says', () => {
    const agenda = filled(2)
    expect(agenda.isQuiet()).toBe(true)
    agenda.claim(200, 10)
    expect(agenda.isQuiet()).toBe(false)
    agenda.mark('taken', [{ first: 0, last: 1 }])
    expect(agenda.isQuiet()).toBe(true)
    agenda.next(200, limits)
    agenda.ended(1)
    agenda.putBack(0, 300)
    expect(agenda.isQuiet()).toBe(false)
    agenda.mark('refused', at(1))
    expect(agenda.isQuiet()).toBe(true)
  })

  it('does not take in again what is known to be over', () => {
    const over = new OverOffsets()
    const first = filled(16, 16, over)
    first.mark('delivered', [{ first: 0, last: 14 }])
    expect(first.mustReread()).toBe(true)

    const second = filled(16, 16, over)
    expect([second.pendingCount(), second.mustReread(), second.lowMark()]).toEqual([1, false, 15])
  })
})

describe('a topic that Kafka takes nothing of', () => {
  const ofTwo = (): Agenda => {
    const agenda = createAgenda({ rowsMax: 1_000, topicUnderWayMax: 4, topicSendMax: 2 }, new OverOffsets())
    for (let offset = 0; offset < 10; offset++) add(agenda, offset, offset, 'g.stuck')
    for (let offset = 10; offset < 13; offset++) add(agenda, offset, offset)
    return agenda
  }
  const sent = (agenda: Agenda, nowMs: number): number[] =>
    agenda.next(nowMs, { countMax: 10, bytesMax: 10_000 }).map(({ offset }) => offset)

  it('has its part of what is under way and of what is sent, and no more', () => {
    const agenda = ofTwo()

    expect(agenda.claim(200, 100)).toEqual([0, 1, 2, 3, 10, 11, 12])
    agenda.mark('taken', [{ first: 0, last: 12 }])
    expect(sent(agenda, 200)).toEqual([0, 1, 10, 11])
  })

  it('is tried with its first message alone, after each rest, until it is taken; the order stays', () => {
    const agenda = ofTwo()
    const claimed = agenda.claim(200, 100)
    for (const offset of claimed) agenda.mark('taken', at(offset))
    expect(sent(agenda, 200)).toEqual([0, 1, 10, 11])
    for (const offset of [0, 1]) agenda.putBack(offset, 300)

    expect(sent(agenda, 299)).toEqual([])
    expect(agenda.nextMs()).toBe(300)
    expect(sent(agenda, 300)).toEqual([0])
    expect(agenda.claim(300, 100)).toEqual([])
    agenda.putBack(0, 400)
    expect(sent(agenda, 399)).toEqual([])
    expect(sent(agenda, 400)).toEqual([0])
    agenda.ended(0)
    agenda.mark('delivered', at(0))
    expect(sent(agenda, 400)).toEqual([1, 2])
    expect(agenda.claim(400, 100)).toEqual([4])
  })

  it('is not waited for while it may not go', () => {
    const agenda = ofTwo()
    agenda.claim(200, 100)

    expect(agenda.nextMs()).toBeNull()
  })
})

describe('what is over', () => {
  it('is remembered by offset, until nobody asks below', () => {
    const over = new OverOffsets()
    over.add(65_535)
    over.add(65_536)

    expect([65_534, 65_535, 65_536, 65_537].map(each => over.has(each))).toEqual([false, true, true, false])
    over.forgetBelow(65_536)
    expect([over.has(65_535), over.has(65_536)]).toEqual([false, true])
  })

  it('is remembered up to its bound', () => {
    const over = new OverOffsets()
    for (let page = 0; page <= 1_024; page++) over.add(page * 65_536)

    expect([over.has(1_023 * 65_536), over.has(1_024 * 65_536)]).toEqual([true, false])
  })
})
