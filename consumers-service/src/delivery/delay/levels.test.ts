import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delayLevelsMs, delayMsMin, delayOf, levelOf } from './levels.js'

const wait = { waitMs: 0, leftMs: 3_600_000, attempts: 1, isMemoryFull: false }
const policy = { fastAttempts: 3 }

describe('a wait', () => {
  it.each([
    [9_999, null],
    [10_000, 10_000],
    [7_200_000, 7_200_000],
  ])('of %d ms is spent in the delay topic from ten seconds on', (waitMs, expected) => {
    expect(delayOf(policy, { ...wait, waitMs })).toBe(expected)
  })

  it('is spent there after the fast attempts, and then lasts ten seconds at least', () => {
    expect(delayOf(policy, { ...wait, waitMs: 100, attempts: 2 })).toBeNull()
    expect(delayOf(policy, { ...wait, waitMs: 100, attempts: 3 })).toBe(10_000)
    expect(delayOf(policy, { ...wait, waitMs: 100, attempts: 3, leftMs: 10_000 })).toBeNull()
  })

  it('is spent there when memory is full, unless its life would end meanwhile', () => {
    const full = { ...wait, waitMs: 100, isMemoryFull: true }
    expect(delayOf(policy, full)).toBe(10_000)
    expect(delayOf(policy, { ...full, leftMs: 10_000 })).toBeNull()
  })

  it('is never spent there without a policy', () => {
    expect(delayOf(null, { ...wait, waitMs: 1e9, attempts: 9, isMemoryFull: true })).toBeNull()
  })

  it('takes the longest level that does not outlast it, and ends within its hours and twelve steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: delayMsMin, max: 30 * 86_400_000 }), waitMs => {
        let leftMs = waitMs
        let steps = 0
        for (; leftMs >= delayMsMin; steps++) {
          const levelMs = delayLevelsMs[levelOf(leftMs)]!
          expect(levelMs).toBeLessThanOrEqual(leftMs)
          leftMs -= levelMs
        }
        expect(steps).toBeLessThanOrEqual(Math.floor(waitMs / 3_600_000) + 12)
      }),
    )
  })
})
