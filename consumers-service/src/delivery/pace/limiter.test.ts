import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLimiter } from './limiter.js'

/** Times at which a sender that is always ready gets permits, waking exactly when told. */
function permits(rate: number, untilMs: number): number[] {
  const limiter = createLimiter(rate)
  const times: number[] = []
  let now = 0
  while (now <= untilMs) {
    if (limiter.take(now)) times.push(now)
    else now += limiter.waitMs(now)
  }
  return times
}

describe('the limiter', () => {
  it('starts at full speed', () => {
    expect(createLimiter(1).take(0)).toBe(true)
    expect(permits(400, 0)).toHaveLength(20)
  })

  it.each([1, 3, 7, 400, 20_000])('gives %d permits a second and at most a twentieth more', rate => {
    const times = permits(rate, 10_000)

    expect(times.length).toBeGreaterThanOrEqual(rate * 10)
    expect(times.length).toBeLessThanOrEqual(rate * 10 + Math.max(1, rate / 20))
  })

  it('spaces slow rates exactly', () => {
    expect(permits(4, 1000)).toEqual([0, 250, 500, 750, 1000])
  })

  it('remembers no more unused time than its burst', () => {
    const limiter = createLimiter(100)
    limiter.take(0)
    const burst = Array.from({ length: 100 }, () => limiter.take(60_000)).filter(Boolean)

    expect(burst).toHaveLength(5)
  })

  it.each<[string, { from: number; used: number; to: number; waitMs: number }]>([
    ['a higher one does not wait out the interval of the lower', { from: 0.01, used: 1, to: 20, waitMs: 50 }],
    ['what was used in advance is used of a higher one too', { from: 2, used: 8, to: 20, waitMs: 400 }],
    ['a lower one keeps the time of the next permit', { from: 20, used: 8, to: 2, waitMs: 400 }],
    ['one without a limit gives a permit now', { from: 1, used: 1, to: Infinity, waitMs: 0 }],
  ])('takes a new rate at once: %s', (_what, { from, used, to, waitMs }) => {
    const limiter = createLimiter(from)
    limiter.charge(used, 0)
    limiter.setRate(to, 0)

    expect(limiter.waitMs(0)).toBeCloseTo(waitMs)
    expect(limiter.rate()).toBeCloseTo(to)
  })

  it('never gives more than rate plus burst in any second, however it is asked', () => {
    const inputs = fc.record({
      rate: fc.integer({ min: 1, max: 2000 }),
      gaps: fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 100 }),
    })
    fc.assert(
      fc.property(inputs, ({ rate, gaps }) => {
        const limiter = createLimiter(rate)
        const times: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          for (let tries = 0; tries < 50; tries++) if (limiter.take(now)) times.push(now)
        }
        for (const from of times) {
          const inSecond = times.filter(time => time >= from && time < from + 1000).length
          expect(inSecond).toBeLessThanOrEqual(Math.ceil(rate * 1.05) + 1)
        }
      }),
    )
  })
})
