import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCommitNote, encodeCommitNote, type CommitNote } from '@iris/common/kafka/commit-metadata'
import { createWindow, settledBefore, type OffsetWindow } from './settle.js'

const fresh = (offset = 0, note: CommitNote | null = null, unsettledMax = 200): OffsetWindow =>
  createWindow({ offset, note, wallLeadMs: 1000, unsettledMax, endsTogether: false })

describe('the window of offsets', () => {
  it('commits nothing above an unsettled offset', () => {
    const window = fresh(10)
    const [first, second, third] = [10, 11, 12].map(offset => window.receive(offset))

    window.settle(second!)
    window.settle(third!)

    expect(window.commitPosition()).toBe(10)
    expect(window.note(7, 0)).toEqual({ lock: 7, settled: [[11, 12]], waiting: [] })
    window.settle(first!)
    expect(window.commitPosition()).toBe(13)
    expect(window.note(7, 0).settled).toEqual([])
  })

  it('moves over holes, which hold nothing to deliver', () => {
    const window = fresh(0)
    const late = window.receive(5)

    expect(window.commitPosition()).toBe(5)
    window.settle(late)
    expect(window.commitPosition()).toBe(6)
    window.advance(9)
    expect(window.commitPosition()).toBe(9)
  })

  it('treats an unreadable range as one entry', () => {
    const window = fresh(0)
    const range = window.receive(3, 8)
    const after = window.receive(9)

    window.settle(after)
    expect(window.commitPosition()).toBe(3)
    window.settle(range)
    expect(window.commitPosition()).toBe(10)
  })

  it('goes on where a former owner was: skips what it settled, keeps attempts and their first time', () => {
    const note: CommitNote = {
      lock: 1,
      settled: [[102, 4000]],
      waiting: [{ offset: 101, firstAttemptMs: 5000, attempts: 3 }],
    }
    const window = fresh(101, note)

    const waiting = window.receive(101)
    expect(window.attempts(waiting)).toBe(3)
    expect(window.firstAttemptMs(waiting)).toBe(4000)
    expect(window.receive(102)).toBe(settledBefore)
    expect(window.settledUntil(102)).toBe(4000)
    window.advance(4001)
    expect(window.note(2, 1000)).toEqual({ ...note, lock: 2 })
  })

  it('keeps what the former owner knew until it has been received again', () => {
    const note: CommitNote = {
      lock: 1,
      settled: [
        [11, 12],
        [15, 20],
      ],
      waiting: [{ offset: 13, firstAttemptMs: 5000, attempts: 1 }],
    }
    const window = fresh(10, note)

    expect(window.note(2, 1000)).toEqual({ ...note, lock: 2 })
    window.receive(10)
    expect(window.note(2, 1000)).toEqual({ ...note, lock: 2 })
  })

  it('has room up to its bound and not beyond', () => {
    const window = fresh(0, null, 3)
    const slots = [0, 1].map(offset => window.receive(offset))

    expect(window.hasRoom()).toBe(true)
    slots.push(window.receive(2))
    expect(window.hasRoom()).toBe(false)
    window.settle(slots[1]!)
    expect(window.hasRoom()).toBe(true)
  })

  it('stops reading before a note about the worst that may come no longer fits, and goes on when it does', () => {
    const window = fresh(0, null, 100_000)
    const slots: number[] = []
    for (let offset = 0; window.hasRoom(); offset += 5_000) {
      const slot = window.receive(offset)
      slots.push(slot)
      window.tried(slot, offset * 1000, 300)
    }
    expect(slots.length).toBeGreaterThan(150)
    expect(encodeCommitNote(window.commitPosition(), window.note(2 ** 40, 0))).not.toBeNull()

    for (const slot of slots.splice(0, 60)) window.settle(slot)
    expect(window.hasRoom()).toBe(true)
  })

  it('holds far more entries when they are close to each other, as they usually are', () => {
    const window = fresh(0, null, 100_000)
    let count = 0
    for (let offset = 0; window.hasRoom(); offset += 2) {
      window.tried(window.receive(offset), 1000 + count, 2)
      count++
    }

    expect(count).toBeGreaterThan(300)
    expect(encodeCommitNote(window.commitPosition(), window.note(2 ** 40, 0))).not.toBeNull()
  })

  it('holds up to its bound where entries end together, and notes the whole of a batch', () => {
    const start = { offset: 0, note: null, wallLeadMs: 0, unsettledMax: 5_000, endsTogether: true }
    const window = createWindow(start)
    const slots: number[] = []
    for (let offset = 0; window.hasRoom(); offset++) slots.push(window.receive(offset))
    for (const slot of slots) window.tried(slot, 1000, 7)
    expect(slots).toHaveLength(5_000)

    const text = encodeCommitNote(0, window.note(1, 0))!
    const next = createWindow({ ...start, note: decodeCommitNote(0, text) })
    expect(next.attempts(next.receive(0))).toBe(7)
    expect(next.hasRoom()).toBe(true)
  })

  it('counts what the former owner left against the room, and always lets one in', () => {
    const waiting = Array.from({ length: 250 }, (_, index) => ({
      offset: 11 + 2 * index,
      firstAttemptMs: 0,
      attempts: 1,
    }))
    const window = fresh(10, { lock: 1, settled: [], waiting }, 1000)

    expect(window.hasRoom()).toBe(true)
    const slot = window.receive(10)
    expect(window.hasRoom()).toBe(false)
    window.settle(slot)
    expect(window.hasRoom()).toBe(true)
  })

  it('refuses an offset that does not rise, and a slot settled twice', () => {
    const window = fresh(10)
    const slot = window.receive(10)
    window.settle(slot)

    expect(() => window.receive(10)).toThrow(/offsets rise/)
    expect(() => window.settle(slot)).toThrow(/unsettled/)
  })

  it('names the entry that the commit waits for, with its failed attempts', () => {
    const window = fresh(5)
    expect(window.oldest()).toBeNull()
    const [first, second] = [window.receive(5), window.receive(6)]
    window.settle(second)
    expect(window.oldest()).toMatchObject({ offset: 5, attempts: 0 })
    window.tried(first, 70, 3)

    expect(window.oldest()).toEqual({ offset: 5, publishedMs: 0, attempts: 3, firstAttemptMs: 70 })
    window.settle(first)
    expect(window.oldest()).toBeNull()
  })

  it('says by its version whether a commit would say something new', () => {
    const window = fresh(0)
    const before = window.version()
    const slot = window.receive(0)
    expect(window.version()).toBe(before)

    window.tried(slot, 5, 1)
    const tried = window.version()
    expect(tried).toBeGreaterThan(before)
    window.settle(slot)
    expect(window.version()).toBeGreaterThan(tried)
  })

  it('agrees with a naive model for any order of settling, and survives any restart', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('receive' as const), hole: fc.integer({ min: 0, max: 3 }) }),
        fc.record({ kind: fc.constant('settle' as const), pick: fc.nat() }),
        fc.record({ kind: fc.constant('try' as const), pick: fc.nat() }),
        fc.record({ kind: fc.constant('restart' as const) }),
      ),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(steps, all => {
        const log: number[] = []
        const settled = new Set<number>()
        const attempts = new Map<number, number>()
        let window = fresh(0, null, 10_000)
        let live = new Map<number, number>()
        const firstUnsettled = (): number => log.find(offset => !settled.has(offset)) ?? window.next()

        for (const step of all) {
          const picked = [...live][step.kind === 'settle' || step.kind === 'try' ? step.pick % live.size : 0]
          if (step.kind === 'receive') {
            const offset = (log.at(-1) ?? -1) + 1 + step.hole
            log.push(offset)
            live.set(offset, window.receive(offset))
          } else if (step.kind === 'settle' && picked !== undefined) {
            window.settle(picked[1])
            settled.add(picked[0])
            live.delete(picked[0])
          } else if (step.kind === 'try' && picked !== undefined) {
            const count = (attempts.get(picked[0]) ?? 0) + 1
            attempts.set(picked[0], count)
            window.tried(picked[1], picked[0], count)
          } else if (step.kind === 'restart') {
            const base = window.commitPosition()
            window = fresh(base, window.note(1, 1000), 10_000)
            live = new Map()
            for (const offset of log.filter(each => each >= base)) {
              const slot = window.receive(offset)
              expect(slot === settledBefore).toBe(settled.has(offset))
              if (slot === settledBefore) continue
              expect(window.attempts(slot)).toBe(attempts.get(offset) ?? 0)
              if (attempts.has(offset)) expect(window.firstAttemptMs(slot)).toBe(offset)
              live.set(offset, slot)
            }
          }
          expect(window.unsettledCount()).toBe(live.size)
          expect(window.commitPosition()).toBeGreaterThanOrEqual(
            firstUnsettled() === window.next() ? 0 : firstUnsettled(),
          )
          expect(log.every(offset => offset >= window.commitPosition() || settled.has(offset))).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
