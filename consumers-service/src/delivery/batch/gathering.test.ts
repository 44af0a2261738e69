import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gathering, isTooLarge, type BatchBounds } from './gathering.js'

const bounds: BatchBounds = { batchSize: 3, batchTimeMs: 100, batchVolume: 50 }
const gathered = (...sizes: number[]): Gathering<{ bytes: number }> => {
  const gathering = new Gathering<{ bytes: number }>()
  for (const bytes of sizes) gathering.add({ bytes }, 0)
  return gathering
}

describe('what is gathered for a batch', () => {
  it('is full at its count, and not before', () => {
    expect(gathered(1, 1).isFull(bounds)).toBe(false)
    expect(gathered(1, 1, 1).isFull(bounds)).toBe(true)
  })

  it.each([
    [[48], true],
    [[47], false],
    [[20, 27], true],
    [[20, 26], false],
  ])('with elements of %j bytes is full: %s, for lack of two bytes', (sizes, isFull) => {
    expect(gathered(...sizes).isFull(bounds)).toBe(isFull)
  })

  it.each([
    [[20], 27, true],
    [[20], 28, false],
    [[], 48, true],
    [[], 49, false],
  ])('with elements of %j bytes takes another of %d: %s', (sizes, bytes, fits) => {
    expect(gathered(...sizes).fits({ bytes }, bounds)).toBe(fits)
  })

  it('knows what no batch could hold', () => {
    expect(isTooLarge(48, bounds)).toBe(false)
    expect(isTooLarge(49, bounds)).toBe(true)
  })

  it('is ripe by the age of its oldest element, and never while it is empty', () => {
    const gathering = gathered()
    expect(gathering.ripeAtMs(bounds)).toBe(Infinity)
    gathering.add({ bytes: 1 }, 500)
    gathering.add({ bytes: 1 }, 550)
    expect(gathering.ripeAtMs(bounds)).toBe(600)

    gathering.add({ bytes: 1 }, -Infinity)
    expect(gathering.ripeAtMs(bounds)).toBe(-Infinity)
  })

  it('gives up elements and goes on with the others, as old as before', () => {
    const gathering = new Gathering<{ bytes: number }>()
    const [first, second, third] = [10, 20, 15].map(bytes => ({ bytes }))
    for (const element of [first!, second!, third!]) gathering.add(element, 7)

    expect(gathering.removeWhere(element => element === second)).toEqual([second])
    expect(gathering.elements).toEqual([first, third])
    expect(gathering.ripeAtMs(bounds)).toBe(107)
    expect(gathering.fits({ bytes: 21 }, bounds)).toBe(true)
    expect(gathering.fits({ bytes: 22 }, bounds)).toBe(false)
    gathering.removeWhere(() => true)
    expect(gathering.ripeAtMs(bounds)).toBe(Infinity)
  })

  it('never makes a body larger than its volume, and wastes no room that an element would fit in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 200 }),
        (sizes, batchVolume) => {
          const free = { batchSize: Infinity, batchTimeMs: 1, batchVolume }
          const gathering = gathered()
          const bodyBytes = (extra: number[]): number => {
            const all = [...gathering.elements.map(({ bytes }) => bytes), ...extra]
            return all.reduce((sum, bytes) => sum + bytes, 0) + all.length + 1
          }
          for (const bytes of sizes) {
            expect(gathering.fits({ bytes }, free)).toBe(bodyBytes([bytes]) <= batchVolume)
            if (gathering.fits({ bytes }, free)) gathering.add({ bytes }, 0)
          }
          if (gathering.elements.length > 0) expect(bodyBytes([])).toBeLessThanOrEqual(batchVolume)
          if (gathering.isFull(free)) expect(gathering.fits({ bytes: 1 }, free)).toBe(false)
        },
      ),
    )
  })
})
