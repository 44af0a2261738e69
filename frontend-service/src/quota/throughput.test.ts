import { describe, expect, it } from 'vitest'
import { createThroughput, RateMeter, type Throughput, type ThroughputRule } from './throughput.js'

const dynamic: ThroughputRule = {
  ...{ type: 'dynamic', max: 1_000, threshold: 500, desired: 200, idle: 0.5, checkMs: 30_000 },
}
/** Sends `perSecond` bytes each second from `fromMs` on, for `seconds`. */
const send = (limits: Throughput, rates: Record<string, number>, fromMs: number, seconds: number): number => {
  for (let second = 0; second < seconds; second++)
    for (const [topic, rate] of Object.entries(rates)) limits.received(topic, rate, fromMs + second * 1_000)
  return fromMs + seconds * 1_000
}
const limitsOf = (rule: ThroughputRule): Throughput => createThroughput(rule, 0) as Throughput

describe('the meter', () => {
  it('shows the rate of the first five seconds after them, and follows with a minute’s weight', () => {
    const meter = new RateMeter(0)
    for (let second = 0; second < 5; second++) meter.add(100, second * 1_000)

    expect(meter.perSecond(4_999)).toBe(0)
    expect(meter.perSecond(5_000)).toBe(100)
    expect(meter.perSecond(65_000)).toBeCloseTo(100 * Math.exp(-1), 5)
  })

  it('says the same whether it is asked often or once', () => {
    const [often, once] = [new RateMeter(0), new RateMeter(0)]
    for (const meter of [often, once]) meter.add(1_000, 0)
    for (let nowMs = 0; nowMs <= 300_000; nowMs += 700) often.perSecond(nowMs)

    expect(once.perSecond(300_000)).toBeCloseTo(often.perSecond(300_000), 9)
  })
})

describe('throughput limits', () => {
  it('are none by default', () => {
    expect(createThroughput({ type: 'unlimited' }, 0)).toBeNull()
  })

  it('fixed refuse above the limit, with the words of Hermes', () => {
    const limits = limitsOf({ type: 'fixed', max: 100 })
    const nowMs = send(limits, { over: 102, at: 100 }, 0, 5)

    expect(limits.problem('over', nowMs)).toBe('Current throughput exceeded limit [current:102, limit:100].')
    expect(limits.problem('at', nowMs)).toBeNull()
    expect(limits.problem('silent', nowMs)).toBeNull()
    expect(limits.problem('over', nowMs + 10_000)).toBeNull()
  })

  it('dynamic refuse everybody above the global limit', () => {
    const limits = limitsOf(dynamic)
    const nowMs = send(limits, { one: 600, two: 600 }, 0, 5)

    expect(limits.problem('three', nowMs - 1)).toBeNull()
    expect(limits.problem('three', nowMs)).toBe('Global throughput exceeded. Sorry for the inconvenience.')
  })

  it('dynamic lower the busiest topics while all together are over the threshold', () => {
    const limits = limitsOf(dynamic)
    const nowMs = send(limits, { busy: 700, calm: 50 }, 0, 30)

    expect(limits.problem('busy', nowMs)).toContain('limit:100].')
    expect(limits.problem('calm', nowMs)).toBeNull()
    expect(limits.problem('busy', nowMs + 120_000)).toBeNull()
  })

  it('forget a topic that is gone', () => {
    const limits = limitsOf({ type: 'fixed', max: 1 })
    const nowMs = send(limits, { topic: 100 }, 0, 5)

    limits.forget('topic')

    expect(limits.problem('topic', nowMs)).toBeNull()
  })
})
