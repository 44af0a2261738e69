import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '../time/virtual-time.js'
import { createDeadlineWheel, type DeadlineEntry } from './deadline-wheel.js'

function entry(dueMs: number, onDue: (nowMs: number) => void): DeadlineEntry {
  return { dueMs, wheelNext: null, wheelPrevious: null, onDue }
}

describe('the deadline wheel', () => {
  it('calls each entry once, never early and at most two ticks late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 60 }), async delays => {
        const time = createVirtualTime()
        const wheel = createDeadlineWheel({ clock: time, scheduler: time })
        const late: number[] = []
        for (const dueMs of delays) wheel.add(entry(dueMs, nowMs => late.push(nowMs - dueMs)))
        await time.advance(60_100)

        expect(late).toHaveLength(delays.length)
        expect(Math.min(0, ...late)).toBe(0)
        expect(Math.max(0, ...late)).toBeLessThanOrEqual(40)
        expect(wheel.size()).toBe(0)
        expect(time.pending()).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('never calls what was removed, and removing twice does nothing', async () => {
    const time = createVirtualTime()
    const wheel = createDeadlineWheel({ clock: time, scheduler: time })
    const gone = entry(100, () => expect.unreachable())
    wheel.add(gone)
    wheel.remove(gone)
    wheel.remove(gone)

    await time.advance(1000)
    expect(wheel.size()).toBe(0)
  })

  it('asks an entry again that was moved later', async () => {
    const time = createVirtualTime()
    const wheel = createDeadlineWheel({ clock: time, scheduler: time })
    const calls: number[] = []
    const moved = entry(100, nowMs => calls.push(nowMs))
    wheel.add(moved)
    moved.dueMs = 500

    await time.advance(400)
    expect(calls).toEqual([])
    await time.advance(200)
    expect(calls).toHaveLength(1)
  })

  it('lets an entry that is due add and remove others', async () => {
    const time = createVirtualTime()
    const wheel = createDeadlineWheel({ clock: time, scheduler: time })
    const calls: string[] = []
    const neighbour = entry(100, () => calls.push('neighbour'))
    const first = entry(100, () => {
      calls.push('first')
      wheel.remove(neighbour)
      wheel.add(entry(100, () => calls.push('again')))
    })
    wheel.add(neighbour)
    wheel.add(first)

    await time.advance(300)
    expect(calls).toEqual(['first', 'again'])
  })
})
