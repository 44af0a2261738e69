import { describe, expect, it } from 'vitest'
import { paceOptions } from '../testing/outside.js'
import { evaluate, HermesController, type HermesCounts, type HermesState } from './hermes.js'
import type { Outcome } from './outcome.js'

const options = paceOptions.hermes
const max = 100
const { periodMs } = options
const attempt = { attemptedAtMs: 0, attempts: 0 }

const counted = (succeeded: number, failed: number): HermesCounts => ({ succeeded, failed })
const at = (mode: HermesState['mode'], rate: number): HermesState => ({ mode, rate })

describe("Hermes' table", () => {
  it.each<[string, HermesState, HermesCounts, HermesState]>([
    ['speeds up by a fifth of the way', at('normal', 50), counted(99, 1), at('normal', 60)],
    ['speeds up without traffic too', at('normal', 50), counted(0, 0), at('normal', 60)],
    ['stays at the maximum', at('normal', 100), counted(10, 0), at('normal', 100)],
    ['changes nothing between the tolerances', at('normal', 50), counted(96, 4), at('normal', 50)],
    ['slows down by a fifth', at('normal', 50), counted(90, 10), at('normal', 40)],
    ['slows down to no less than SLOW', at('normal', 1.1), counted(90, 10), at('normal', 1)],
    ['goes to SLOW when most fail', at('normal', 50), counted(4, 5), at('slow', 1)],
    ['stays in NORMAL when half fail', at('normal', 50), counted(5, 5), at('normal', 40)],
    ['goes from SLOW to HEARTBEAT', at('slow', 1), counted(1, 2), at('heartbeat', 1 / 60)],
    ['goes back to NORMAL at the rate of SLOW', at('slow', 1), counted(1, 0), at('normal', 1)],
    ['stays in SLOW without traffic', at('slow', 1), counted(0, 0), at('slow', 1)],
    ['stays in SLOW with a failure', at('slow', 1), counted(3, 1), at('slow', 1)],
    ['goes back to SLOW', at('heartbeat', 1 / 60), counted(1, 0), at('slow', 1)],
    ['stays in HEARTBEAT', at('heartbeat', 1 / 60), counted(1, 1), at('heartbeat', 1 / 60)],
    ['is clipped when the maximum has fallen', at('normal', 500), counted(1, 0), at('normal', 100)],
  ])('%s', (_name, state, counts, next) => {
    const following = evaluate(state, counts, max, options)

    expect(following.mode).toBe(next.mode)
    expect(following.rate).toBeCloseTo(next.rate, 6)
  })
})

describe("Hermes' controller", () => {
  const made = (): HermesController => new HermesController(options, { max, timeoutMs: 1_000 }, 0)
  const end = (controller: HermesController, outcome: Outcome, nowMs: number, askedMs?: number): void =>
    controller.ended(attempt, outcome, askedMs ?? null, nowMs)

  it('begins at the maximum, and is never above a lowered one', () => {
    const controller = made()
    expect(controller.rate(0)).toBe(max)
    controller.update({ max: 30, timeoutMs: 1_000 })

    expect(controller.rate(0)).toBe(30)
  })

  it('changes nothing before the end of a period, and then by what was counted in it', () => {
    const controller = made()
    for (let count = 0; count < 10; count++) end(controller, 'failure', 1_000)
    expect([controller.mode(), controller.rate(periodMs - 1)]).toEqual(['normal', max])

    expect(controller.rate(periodMs)).toBe(1)
    expect([controller.mode(), controller.sinceMs()]).toEqual(['slow', periodMs])
    expect(controller.rate(2 * periodMs)).toBe(1)
  })

  it('evaluates every period that has passed, however long nobody asked', () => {
    const controller = made()
    for (let count = 0; count < 10; count++) end(controller, count === 0 ? 'failure' : 'success', 0)
    expect(controller.rate(periodMs)).toBeCloseTo(80)

    expect(controller.rate(3 * periodMs)).toBeCloseTo(100 - 20 * 0.8 ** 2)
    expect(controller.rate(1e9)).toBeCloseTo(max)
    expect(controller.reason(1e9).next).toContain('as Hermes does')
  })

  it('counts a 429 that says when as a success, and one that does not as a failure', () => {
    const [told, untold] = [made(), made()]
    end(told, 'throttled', 0, 1_000)
    end(untold, 'throttled', 0)
    end(untold, 'none', 0)

    expect([told.rate(periodMs), untold.rate(periodMs)]).toEqual([max, 1])
  })
})
