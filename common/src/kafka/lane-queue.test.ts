import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LaneQueue, type Entry } from './lane-queue.js'
import { batchHeaderBytes } from './record-batch.js'

function entry(id: number, bytes: number, deadlineMs: number): Entry {
  const content = { topic: 't', partition: 0, key: null, value: [], headers: [] }
  return {
    message: { ...content, timestampMs: id, deadlineMs, done: () => undefined },
    bytes,
    addedMs: 0,
    isAnswered: false,
  }
}

const ids = (entries: readonly Entry[]): number[] => entries.map(({ message }) => message.timestampMs)

const command = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), bytes: fc.nat(60), lifeMs: fc.nat(50) }),
  fc.record({
    kind: fc.constant('take' as const),
    count: fc.integer({ min: 1, max: 5 }),
    isPutBack: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('expire' as const), afterMs: fc.nat(20) }),
)

describe('the queue of a lane', () => {
  it('keeps the order through taking, putting back and expiring, and loses nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), commands => {
        const queue = new LaneQueue()
        let model: Entry[] = []
        let nowMs = 0
        let nextId = 0
        for (const step of commands) {
          if (step.kind === 'push') {
            const pushed = entry(nextId++, step.bytes, nowMs + step.lifeMs)
            queue.push(pushed)
            model.push(pushed)
          } else if (step.kind === 'take') {
            const { expired, taken } = queue.take(batchHeaderBytes + 100, step.count, nowMs)
            const bytes = taken.reduce((sum, { bytes: size }) => sum + size, 0)
            expect(taken.length === 1 || bytes <= 100).toBe(true)
            expect(ids(taken)).toEqual(
              ids(model.filter(({ message }) => message.deadlineMs > nowMs)).slice(0, taken.length),
            )
            const gone = new Set([...expired, ...(step.isPutBack ? [] : taken)])
            if (step.isPutBack) queue.putBack(taken)
            model = model.filter(one => !gone.has(one))
          } else {
            nowMs += step.afterMs
            const expired = queue.removeExpired(nowMs)
            expect(ids(expired)).toEqual(ids(model.filter(({ message }) => message.deadlineMs <= nowMs)))
            model = model.filter(({ message }) => message.deadlineMs > nowMs)
          }
          expect(queue.isEmpty).toBe(model.length === 0)
        }
        expect(ids(queue.removeAll())).toEqual(ids(model))
        expect(queue.isEmpty).toBe(true)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('knows the earliest deadline wherever it stands', () => {
    const queue = new LaneQueue()
    for (const deadlineMs of [50, 20, 90]) queue.push(entry(deadlineMs, 1, deadlineMs))

    expect(queue.earliestDeadlineMs()).toBe(20)
    expect(new LaneQueue().earliestDeadlineMs()).toBe(Infinity)
  })
})
