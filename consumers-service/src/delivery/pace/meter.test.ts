import { describe, expect, it } from 'vitest'
import { Meter } from './meter.js'

function metered(timesMs: readonly number[]): Meter {
  const meter = new Meter()
  for (const each of timesMs) meter.add(each)
  return meter
}
const every = (stepMs: number, fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs)

describe('a meter', () => {
  it.each([150, 400, 999, 1_234, 10_000])('measures a steady rate after %d ms', untilMs => {
    expect(metered(every(10, 0, untilMs)).perSecond(untilMs)).toBeCloseTo(100, -1)
  })

  it('forgets what is more than a second ago', () => {
    const meter = metered([...every(1, 0, 1_000), ...every(100, 1_000, 2_600)])

    expect(meter.perSecond(2_600)).toBeCloseTo(10, -1)
    expect(meter.perSecond(9_000)).toBe(0)
  })

  it('does not take a burst for a rate', () => {
    expect(metered([0, 0, 0, 0, 0]).perSecond(1)).toBe(50)
  })
})
