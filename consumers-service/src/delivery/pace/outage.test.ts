import { describe, expect, it } from 'vitest'
import { Outage } from './outage.js'

const probeMaxMs = 30_000
const first = { attemptedAtMs: 0, attempts: 0 }
const tenth = { attemptedAtMs: 0, attempts: 9 }

function outage(failures: readonly { attempts: number; atMs: number }[]): Outage {
  const made = new Outage(probeMaxMs)
  for (const { attempts, atMs } of failures) made.failed({ attemptedAtMs: 0, attempts }, atMs)
  return made
}
const failures = (count: number, attempts: number, stepMs: number): { attempts: number; atMs: number }[] =>
  Array.from({ length: count }, (_, index) => ({ attempts, atMs: index * stepMs }))

describe('an outage', () => {
  it.each<[string, boolean, Outage, number]>([
    ['ten messages in a row fail', true, outage(failures(10, 0, 20)), 180],
    ['all of that happens at once', false, outage(failures(10, 0, 1)), 9],
    ['nine fail', false, outage(failures(9, 0, 20)), 4_000],
    ['one message fails again and again for a moment', false, outage(failures(40, 9, 100)), 4_000],
    ['one message fails again and again and nothing succeeds', true, outage(failures(50, 9, 100)), 5_000],
    ['few attempts fail in a long time', false, outage(failures(9, 0, 10_000)), 90_000],
  ])('is assumed or not when %s', (_name, isDown, made, nowMs) => {
    expect(made.isDown(nowMs)).toBe(isDown)
  })

  it('is over with a success', () => {
    const made = outage(failures(50, 0, 20))
    made.end()

    expect([made.isDown(1_000), made.ageMs(1_000)]).toEqual([false, 0])
  })

  it('is probed with one attempt at a time, first soon, then each eighth of its length, at last seldom', () => {
    const made = outage(failures(10, 0, 20))
    made.probe(200)
    expect([made.waitMs(200, false), made.waitMs(450, false)]).toEqual([250, 0])
    made.began(450)
    expect(made.waitMs(9_999, false)).toBe(Infinity)
    made.ended({ attemptedAtMs: 100, attempts: 0 })
    expect(made.waitMs(9_999, false)).toBe(Infinity)
    made.ended({ attemptedAtMs: 450, attempts: 0 })

    expect(made.waitMs(450, false)).toBe(250)
    made.began(80_000)
    made.ended({ attemptedAtMs: 80_000, attempts: 0 })
    expect(made.waitMs(80_000, false)).toBe(10_000)
    made.began(900_000)
    made.ended({ attemptedAtMs: 900_000, attempts: 0 })
    expect(made.waitMs(900_000, false)).toBe(probeMaxMs)
  })

  it('lets a message that was never tried go sooner where few have failed', () => {
    const made = outage([{ attempts: 0, atMs: 0 }, ...failures(50, 9, 100)])
    made.probe(80_000, 0)
    made.began(80_000)
    made.ended({ attemptedAtMs: 80_000, attempts: 1 })
    expect([made.waitMs(80_000, true), made.waitMs(80_000, false)]).toEqual([500, 10_000])

    for (let count = 0; count < 9; count++) made.failed(first, 80_000)
    made.failed(tenth, 80_000)
    expect(made.waitMs(80_000, true)).toBe(10_000)
  })
})
