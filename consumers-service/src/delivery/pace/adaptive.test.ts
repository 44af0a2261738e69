import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { paceOptions } from '../testing/outside.js'
import { AdaptiveController } from './adaptive.js'
import type { Outcome } from './outcome.js'

const { adaptive: options } = paceOptions
const max = 1_000
const tookMs = 10

interface Driver {
  readonly controller: AdaptiveController
  nowMs: number
  /** Attempts one by one, each `stepMs` after the last, whatever the controller says. */
  attempts(count: number, outcome: (index: number) => Outcome, stepMs?: number, askedMs?: number): void
}

function driver(limit = max): Driver {
  const controller = new AdaptiveController(options, { max: limit, timeoutMs: 1_000 }, 0)
  const made: Driver = {
    controller,
    nowMs: 0,
    attempts(count, outcome, stepMs = 1, askedMs) {
      for (let index = 0; index < count; index++) {
        controller.began(made.nowMs)
        const attempt = { attemptedAtMs: made.nowMs, attempts: 0 }
        made.nowMs += stepMs
        controller.ended(attempt, outcome(index), askedMs ?? null, made.nowMs)
      }
    },
  }
  return made
}

const all = (outcome: Outcome) => (): Outcome => outcome
const oneIn =
  (count: number, outcome: Outcome) =>
  (index: number): Outcome =>
    index % count === count - 1 ? outcome : 'success'

/** Ten failures in a row over a fifth of a second: it is down. */
function downed(): Driver {
  const made = driver()
  made.attempts(100, all('success'))
  made.attempts(11, all('failure'), 20)
  expect(made.controller.mode()).toBe('probing')
  return made
}

describe('the adaptive controller', () => {
  it('begins at full speed', () => {
    const { controller } = driver()

    expect([controller.mode(), controller.rate(), controller.waitMs(0, false)]).toEqual(['full', max, 0])
  })

  it('stays there when one in ten fails, and for outcomes that say nothing', () => {
    const one = driver()
    one.attempts(10_000, oneIn(10, 'failure'))
    const other = driver()
    other.attempts(1_000, all('none'))

    expect([one.controller.mode(), other.controller.mode()]).toEqual(['full', 'full'])
  })

  it('goes down to what the endpoint took, within a moment', () => {
    const { controller, attempts } = driver()
    attempts(200, index => (index % 10 < 3 ? 'success' : 'failure'))

    expect(controller.mode()).toBe('limited')
    expect(controller.rate()).toBeGreaterThan(200)
    expect(controller.rate()).toBeLessThan(400)
    expect(controller.reason(200)).toEqual({
      why: '69 % of the attempts failed at 1000 messages/s',
      next: expect.stringContaining('which the endpoint has borne') as string,
    })
  })

  it('goes back to full speed where failures do not depend on the speed', () => {
    const made = driver()
    made.attempts(2_000, index => (index % 2 === 0 ? 'success' : 'failure'))

    expect([made.controller.mode(), made.controller.rate()]).toEqual(['full', max])
  })

  it('does not slow others down for a message that fails again and again', () => {
    const { controller } = driver()
    for (let index = 0; index < 5_000; index++) {
      const attempt = { attemptedAtMs: index * 20, attempts: index }
      controller.ended(attempt, 'failure', null, index * 20 + tookMs)
      if (index % 10 === 0)
        controller.ended({ ...attempt, attempts: 0 }, 'success', null, index * 20 + tookMs)
    }

    expect(controller.mode()).toBe('full')
  })

  it('sends nothing but probes to an endpoint that is down, one at a time', () => {
    const { controller, nowMs } = downed()
    expect([controller.waitMs(nowMs, false), controller.shownRate(nowMs)]).toEqual([230, 4])

    controller.began(nowMs + 250)
    expect(controller.waitMs(nowMs + 10_000, true)).toBe(Infinity)
    expect(controller.reason(nowMs).next).toContain('one is under way')
  })

  it('comes back with the first success, and is at full speed within a second', () => {
    const made = downed()
    const { controller } = made
    made.nowMs += 20_000
    controller.waitMs(made.nowMs, false)
    made.attempts(1, all('success'), tookMs)
    expect(controller.mode()).toBe('recovering')
    expect(controller.rate()).toBeLessThan(max / 10)

    const fromMs = made.nowMs
    while (controller.mode() !== 'full') made.attempts(1, all('success'), 1000 / controller.rate())
    expect(made.nowMs - fromMs).toBeLessThan(1_000)
  })

  it('does not take failures of before the outage for a new one', () => {
    const made = downed()
    const { controller, nowMs } = made
    controller.ended({ attemptedAtMs: nowMs, attempts: 0 }, 'success', null, nowMs + 5_000)
    for (let index = 0; index < 50; index++)
      controller.ended({ attemptedAtMs: nowMs, attempts: 0 }, 'failure', null, nowMs + 5_000 + index * 10)

    expect(controller.mode()).toBe('recovering')
  })

  it('is paused when an outage lasts, says so, and is not any more with the first success', () => {
    const made = downed()
    const { controller } = made
    made.nowMs = options.pauseAfterMs
    made.attempts(1, all('failure'))
    expect(controller.mode()).toBe('probing')
    made.nowMs += 1_000
    made.attempts(1, all('failure'))
    expect([controller.mode(), controller.sinceMs()]).toEqual(['paused', made.nowMs])
    expect(controller.reason(made.nowMs).why).toContain(
      'paused by itself: no attempt has succeeded for 5 min',
    )
    expect(controller.waitMs(made.nowMs, false)).toBeGreaterThan(options.probeMaxMs - 10)

    made.attempts(1, all('success'))
    expect(controller.mode()).toBe('recovering')
  })

  it('gives an endpoint the time it asks for, then probes', () => {
    const made = driver()
    const { controller } = made
    made.attempts(1, all('throttled'), tookMs, 5_000)
    expect(controller.mode()).toBe('holding')
    expect([controller.waitMs(tookMs, true), controller.shownRate(tookMs)]).toEqual([5_000, 0])
    controller.ended({ attemptedAtMs: 0, attempts: 0 }, 'success', null, 20)
    expect(controller.mode()).toBe('holding')

    expect(controller.waitMs(tookMs + 5_000, true)).toBe(0)
    expect(controller.mode()).toBe('probing')
    made.nowMs = tookMs + 5_000
    made.attempts(1, all('success'))
    expect(controller.mode()).toBe('recovering')
  })

  it('believes no wait longer than the longest', () => {
    const made = driver()
    made.attempts(1, all('throttled'), tookMs, 1e9)

    expect(made.controller.waitMs(tookMs, false)).toBe(options.holdMaxMs)
  })

  it('goes on when only single answers among many ask for time', () => {
    const made = driver()
    made.attempts(2_000, oneIn(40, 'throttled'), 1, 5_000)

    expect(made.controller.mode()).toBe('full')
  })

  it('takes a new maximum at once, up and down', () => {
    const { controller } = driver()
    controller.update({ max: 10, timeoutMs: 1_000 })
    expect(controller.rate()).toBe(10)
    controller.update({ max: 5_000, timeoutMs: 1_000 })
    expect(controller.rate()).toBe(5_000)
  })

  it('is never above its maximum, nor without a way on, whatever happens', () => {
    const event = fc.record({
      outcome: fc.constantFrom<Outcome>('success', 'failure', 'throttled', 'none'),
      askedMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
      attempts: fc.integer({ min: 0, max: 50 }),
      gapMs: fc.integer({ min: 0, max: 3_000 }),
      latencyMs: fc.integer({ min: 0, max: 2_000 }),
      isBegun: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), events => {
        const controller = new AdaptiveController(options, { max, timeoutMs: 1_000 }, 0)
        let nowMs = 0
        for (const { outcome, askedMs, attempts, gapMs, latencyMs, isBegun } of events) {
          nowMs += gapMs
          if (isBegun) controller.began(nowMs)
          const attempt = { attemptedAtMs: nowMs, attempts }
          controller.ended(attempt, outcome, askedMs, nowMs + latencyMs)
          nowMs += latencyMs
          expect(controller.rate()).toBeGreaterThan(0)
          expect(controller.rate()).toBeLessThanOrEqual(max)
          expect(controller.shownRate(nowMs)).toBeLessThanOrEqual(max)
          expect(controller.reason(nowMs).why).not.toContain('NaN')
          const waitMs = controller.waitMs(nowMs, false)
          expect(waitMs).toBeLessThanOrEqual(Math.max(options.probeMaxMs, options.holdMaxMs))
        }
      }),
    )
  })
})
