import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laneRowsMax, Lanes, type Lane } from './lanes.js'
import type { OutboxRow } from './source.js'

const row = (id: number, lane: string | null): OutboxRow => ({
  ...{ id: String(id), lane },
  message: { id: String(id), topic: 'a.b', key: lane, headers: {}, body: Buffer.alloc(0) },
})

describe('a lane', () => {
  it('that gave rows back takes nothing from a read that had begun before: it would leave a gap', () => {
    const lanes = new Lanes()
    lanes.beginRead()
    lanes.add([row(1, 'a'), row(2, 'a'), row(3, 'a')])
    const lane = lanes.next()!
    lanes.beginRead() // finds 4, and takes its time
    lanes.wait(lane)
    lanes.resume(lane)
    lanes.sent(lanes.next()!)
    lanes.add([row(4, 'a')])
    expect(lanes.next()).toBeNull()

    expect(lanes.beginRead().known).toEqual(['1'])
    lanes.add([row(2, 'a'), row(3, 'a'), row(4, 'a')])
    expect(lanes.next()?.rows.map(({ id }) => id)).toEqual(['2', '3', '4'])
  })

  it('holds so many rows and asks for no more until there is room', () => {
    const lanes = new Lanes()
    lanes.add(Array.from({ length: laneRowsMax + 5 }, (_, id) => row(id, 'a')))

    expect(lanes.rowCount).toBe(laneRowsMax)
    expect(lanes.beginRead().blocked.map(({ id }) => id)).toEqual(['0'])
    lanes.sent(lanes.next()!)
    expect(lanes.beginRead().blocked).toEqual([])
  })
})

/** A store of rows, reads that take their time, requests that end in any way, in any interleaving. */
function runs(steps: readonly number[], laneCount: number): readonly OutboxRow[] {
  const lanes = new Lanes()
  const sent: OutboxRow[] = []
  const settled = new Set<string>()
  const rows = Array.from({ length: 40 }, (_, id) => row(id, id % 7 === 0 ? null : `lane ${id % laneCount}`))
  let read: readonly OutboxRow[] | null = null
  const [sending, waiting] = [[] as Lane[], [] as Lane[]]
  const take = (from: Lane[], step: number): Lane | undefined => from.splice(step % from.length, 1)[0]
  const act = (step: number): void => {
    const kind = step % 6
    if (kind === 0 && read === null) {
      const { known, blocked } = lanes.beginRead()
      const isOpen = ({ id, lane }: OutboxRow): boolean =>
        !known.includes(id) && !settled.has(id) && !blocked.some(each => lane !== null && each.lane === lane)
      read = rows.filter(isOpen).slice(0, 5)
    } else if (kind === 1 && read !== null) {
      lanes.add(read)
      read = null
    } else if (kind === 2) {
      const lane = lanes.next()
      if (lane !== null) sending.push(lane)
    } else if (kind === 3 && sending.length > 0) {
      const lane = take(sending, step)!
      sent.push(lane.rows[0]!)
      lanes.sent(lane)
    } else if (kind === 4 && step % 3 === 0 && sending.length > 0) {
      const lane = take(sending, step)!
      lanes.wait(lane)
      waiting.push(lane)
    } else if (kind === 4 && waiting.length > 0) {
      lanes.resume(take(waiting, step)!)
    } else if (kind === 5 && read === null) {
      const told = lanes.unsettled().sent
      for (const { id } of told) settled.add(id)
      lanes.settled(told)
    }
  }
  for (const step of steps) act(step)
  // To the end, with nothing that fails.
  for (let round = 0; settled.size < rows.length && round < 2_000; round++)
    for (const step of [1, 4, 2, 3, 5, 0, 1, 2, 3]) act(step + 6 * round)
  return sent
}

describe('lanes, whatever comes in between', () => {
  it('give every row once and the rows of a lane in their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, laneCount) => {
          const sent = runs(steps, laneCount)
          expect(sent).toHaveLength(40)
          for (const lane of new Set(sent.map(each => each.lane))) {
            if (lane === null) continue
            const ids = sent.filter(each => each.lane === lane).map(each => Number(each.id))
            expect(ids).toEqual([...ids].sort((one, other) => one - other))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
