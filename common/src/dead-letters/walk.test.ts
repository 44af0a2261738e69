import { describe, expect, it } from 'vitest'
import { seededRandom, wholeBetween } from '../time/seeded-random.js'
import { createClosedOffsets } from './closed-offsets.js'
import { createMemoryLog, type MemoryLog } from './testing/memory-log.js'
import { gatherMarkers, heldBytesMax, walkBack, type Walk } from './walk.js'

/** A log of letters, holes and markers, with what is open in it at the end. */
function randomLog(seed: number): { memory: MemoryLog; open: number[] } {
  const random = seededRandom(seed)
  const chance = (max: number): number => wholeBetween(random, 0, max - 1)
  const memory = createMemoryLog(chance(20))
  const open = new Set<number>()
  for (let steps = chance(80); steps > 0; steps--) {
    const kind = chance(10)
    if (kind < 6) open.add(memory.letter())
    else if (kind < 7) memory.skip(1 + chance(5))
    else {
      const first = memory.first + chance(Math.max(1, memory.next - memory.first))
      const range = { first, last: first + chance(12) }
      const own = memory.next
      memory.close([range])
      for (const offset of open)
        if (offset >= range.first && offset <= range.last && offset < own) open.delete(offset)
    }
  }
  return { memory, open: [...open].sort((one, other) => other - one) }
}

async function walk(
  memory: MemoryLog,
  options: Partial<Walk<number>> = {},
): Promise<{ seen: number[]; position: number }> {
  const before = options.before ?? memory.next
  const closed = createClosedOffsets(memory.first, before)
  if (before < memory.next) await gatherMarkers(memory.log, before, closed)
  const seen: number[] = []
  const position = await walkBack<number>(memory.log, {
    closed,
    before,
    windowFirst: 3,
    pick: entry => entry.offset,
    bytesOf: () => 0,
    take: offset => seen.push(offset) > 0,
    mayGoOn: () => true,
    ...options,
  })
  return { seen, position }
}

describe('a walk back', () => {
  it('gives every open letter once and no closed one, in one go or in pieces', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const { memory, open } = randomLog(seed)
      expect((await walk(memory)).seen).toEqual(open)

      const pieces: number[] = []
      const perPage = 1 + (seed % 4)
      for (let before = memory.next; ; ) {
        const page: number[] = []
        const { position } = await walk(memory, { before, take: offset => page.push(offset) < perPage })
        pieces.push(...page)
        if (position <= memory.first) break
        expect(position).toBeLessThan(before)
        before = position
      }
      expect(pieces).toEqual(open)
    }
  })

  it('holds a bounded number of bytes, and loses nothing by it', async () => {
    const memory = createMemoryLog()
    for (let count = 0; count < 40; count++) memory.letter()
    const held = heldBytesMax / 4

    const { seen } = await walk(memory, { windowFirst: 40, bytesOf: () => held })

    expect(seen).toEqual(Array.from({ length: 40 }, (_each, index) => 39 - index))
    // Four items at a time fit: the windows end where the fifth would begin.
    expect(memory.scans.length).toBeGreaterThanOrEqual(10)
  })

  it('stops when it may not go on, and says where it was', async () => {
    const memory = createMemoryLog()
    for (let count = 0; count < 40; count++) memory.letter()
    let windows = 0

    const { seen, position } = await walk(memory, { mayGoOn: () => ++windows <= 2 })

    expect(seen).toEqual([39, 38, 37, 36, 35, 34, 33, 32, 31])
    expect(position).toBe(31)
  })

  it('gives only what is picked', async () => {
    const memory = createMemoryLog()
    for (let count = 0; count < 10; count++) memory.letter({}, count % 3 === 0 ? 'yes' : 'no')

    const { seen } = await walk(memory, {
      pick: entry => (entry.value?.toString() === 'yes' ? entry.offset : null),
    })

    expect(seen).toEqual([9, 6, 3, 0])
  })
})
