import { describe, expect, it } from 'vitest'
import { createRefreshLimiter } from './refresh-limiter.js'

const pace = { initialDelayMs: 100, maxDelayMs: 500, factor: 2 }

/** Times at which a request is made when one is wanted all the time, up to `untilMs`. */
function requests(subject: ReturnType<typeof createRefreshLimiter>, untilMs: number): number[] {
  const times: number[] = []
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 50) if (subject.take(nowMs)) times.push(nowMs)
  return times
}

describe('the limit of token requests', () => {
  it('lets one go at once, then makes each wait longer by the factor, up to the maximum', () => {
    expect(requests(createRefreshLimiter(pace), 2_000)).toEqual([0, 100, 300, 700, 1_200, 1_700])
  })

  it('begins anew with a delivered message', () => {
    const subject = createRefreshLimiter(pace)
    requests(subject, 750)
    subject.reset(800)

    expect(subject.take(850)).toBe(false)
    expect(subject.take(900)).toBe(true)
    expect(subject.nextMs()).toBe(1_000)
  })

  it('grows from no wait at all, and stays under a maximum below the first wait', () => {
    const fromNothing = createRefreshLimiter({ initialDelayMs: 0, maxDelayMs: 400, factor: 2 })
    for (let times = 0; times < 20; times++) fromNothing.take(1e6 * times)
    const low = createRefreshLimiter({ initialDelayMs: 400, maxDelayMs: 100, factor: 2 })

    expect(fromNothing.nextMs()).toBe(1e6 * 19 + 400)
    expect(requests(low, 700)).toEqual([0, 400, 500, 600, 700])
  })

  it('leaves a failing server alone for longer each time, 30 s at most, whatever is delivered', () => {
    const subject = createRefreshLimiter({ initialDelayMs: 0, maxDelayMs: 0, factor: 2 })
    const pauses: number[] = []
    let nowMs = 0
    for (let times = 0; times < 10; times++) {
      subject.failed(null, nowMs)
      subject.reset(nowMs)
      pauses.push(subject.nextMs() - nowMs)
      nowMs = subject.nextMs()
    }

    expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000])
    subject.succeeded()
    subject.failed(null, nowMs)
    expect(subject.leftAloneUntilMs()).toBe(nowMs + 200)
  })

  it('gives a server the time it asks for, an hour at most', () => {
    const subject = createRefreshLimiter(pace)
    subject.failed(7_000, 0)
    subject.reset(0)
    expect(subject.nextMs()).toBe(7_000)
    subject.failed(1e12, 0)

    expect(subject.nextMs()).toBe(3_600_000)
  })
})
