import { describe, expect, it } from 'vitest'
import { Evidence } from './evidence.js'

const tolerance = { failures: 0.2, throttled: 0.05, timeoutMs: 1_000 }

/** So many outcomes, evenly over half a second. */
function seen({ good = 0, bad = 0, throttled = 0, tookMs = 20 }): Evidence {
  const evidence = new Evidence()
  const total = good + bad + throttled
  for (let index = 0; index < total; index++) {
    const nowMs = (500 * index) / total
    if (index < good) evidence.good(tookMs, nowMs)
    else evidence.failed(1, index >= good + bad, nowMs)
  }
  return evidence
}

describe('the evidence for too high a speed', () => {
  it.each([
    ['nothing fails', { good: 100 }, null],
    ['one in ten fails', { good: 90, bad: 10 }, null],
    ['the share that is tolerated fails', { good: 80, bad: 20 }, null],
    ['chance may explain it', { good: 72, bad: 28 }, null],
    ['more fail than chance explains', { good: 60, bad: 40 }, 'failing'],
    ['few were seen', { good: 4, bad: 5 }, null],
    ['a few answers ask for less', { good: 95, throttled: 5 }, null],
    ['more answers ask for less', { good: 80, throttled: 20 }, 'throttled'],
    ['answers take half of the time limit', { good: 50, tookMs: 600 }, null],
  ])('is there or not when %s', (_name, outcomes, pressure) => {
    expect(seen(outcomes).pressure(tolerance, 500)).toBe(pressure)
  })

  it('is that answers take much longer than usual and near the time limit', () => {
    const evidence = seen({ good: 50, tookMs: 20 })
    evidence.learnLatency(500)
    evidence.clear()
    for (let index = 0; index < 20; index++) evidence.good(300, 600 + index * 10)
    expect([evidence.pressure(tolerance, 800), evidence.isPiledUp()]).toEqual([null, true])
    for (let index = 0; index < 20; index++) evidence.good(700, 800 + index * 10)

    expect(evidence.pressure(tolerance, 1_000)).toBe('slow')
    expect(evidence.usualMs()).toBe(20)
  })

  it('is not asked for when a message that failed often fails again', () => {
    const evidence = seen({ good: 20 })
    for (let index = 0; index < 100; index++) evidence.failed(1 / (50 + index), false, 500)

    expect(evidence.pressure(tolerance, 600)).toBeNull()
  })

  it('believes the first answer that asks for less when there is no other, and not one of many', () => {
    expect(seen({ throttled: 1 }).isThrottled(0.05)).toBe(true)
    expect(seen({ good: 20, throttled: 1 }).isThrottled(0.05)).toBe(false)
  })
})
