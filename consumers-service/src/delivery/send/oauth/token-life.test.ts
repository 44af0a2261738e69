import { describe, expect, it } from 'vitest'
import { createTokenLife } from './token-life.js'

const pace = { initialDelayMs: 100, maxDelayMs: 10_000, factor: 2, firstWaitMs: 500 }
const life = (chance = 0): ReturnType<typeof createTokenLife> => createTokenLife(pace, () => chance)

/** A life whose token came at 1,000 ms. */
function granted(lifetimeMs: number | null = null): ReturnType<typeof createTokenLife> {
  const subject = life()
  subject.mayAsk(990)
  subject.granted('one', lifetimeMs, 1_000)
  return subject
}

describe('the life of a token', () => {
  it('begins with one request, for which deliveries wait until it is answered', () => {
    const subject = life()
    expect(subject.isAwaited(0)).toBe(false)
    expect([subject.mayAsk(0), subject.mayAsk(0)]).toEqual([true, false])
    expect([subject.isAwaited(0), subject.isAwaited(499)]).toEqual([true, true])
    subject.granted('one', null, 300)

    expect(subject.isAwaited(300)).toBe(false)
    expect(subject.token()).toBe('one')
    expect(subject.dueMs()).toBe(Infinity)
  })

  it('asks again after a failure, and holds deliveries no longer than the first wait', () => {
    const subject = life()
    subject.mayAsk(0)
    subject.failed(null, 10)
    expect(subject.dueMs()).toBe(210)
    expect(subject.isAwaited(209)).toBe(true)
    expect(subject.mayAsk(210)).toBe(true)

    expect(subject.isAwaited(499)).toBe(true)
    expect(subject.isAwaited(500)).toBe(false)
    subject.failed(null, 500)
    subject.mayAsk(subject.dueMs())
    expect(subject.isAwaited(subject.dueMs())).toBe(false)
  })

  it.each([
    [0, 60_000, 49_000],
    [1, 60_000, 55_000],
    [0, 10, 2_000],
    [0, 1e15, 1_000 + 0.8 * 86_400_000],
  ])('is renewed before its end: chance %d, lifetime %d ms → at %d', (chance, lifetimeMs, dueMs) => {
    const subject = life(chance)
    subject.mayAsk(990)
    subject.granted('one', lifetimeMs, 1_000)

    expect(subject.dueMs()).toBe(dueMs)
    expect(subject.mayAsk(dueMs - 1)).toBe(false)
    expect(subject.mayAsk(dueMs)).toBe(true)
    expect(subject.isAwaited(dueMs)).toBe(false)
  })

  it('stays as it is while its renewal fails, and is asked for again after a pause', () => {
    const subject = granted(10_000)
    subject.mayAsk(9_000)
    subject.failed(3_000, 9_000)

    expect(subject.token()).toBe('one')
    expect(subject.dueMs()).toBe(12_000)
  })

  it('is asked for after a 401 to an attempt that carried it, once', () => {
    const subject = granted()

    expect(subject.attemptEnded('unauthorized', 1_000, 1_100)).toBe(true)
    expect(subject.isAsking()).toBe(true)
    expect(subject.attemptEnded('unauthorized', 1_050, 1_101)).toBe(false)
    subject.granted('two', null, 1_200)
    // Sent with the token before.
    expect(subject.attemptEnded('unauthorized', 1_199, 1_300)).toBe(false)
    expect(subject.attemptEnded('unauthorized', 1_200, 1_300)).toBe(true)
  })

  it('is not asked for because of other failures', () => {
    const subject = granted()

    expect(subject.attemptEnded('failed', 1_000, 1_100)).toBe(false)
    expect(subject.attemptEnded('delivered', 1_000, 1_100)).toBe(false)
  })

  it('is asked for as often as the limiter allows where every token is refused', () => {
    const subject = granted()
    const askedMs: number[] = []
    for (let nowMs = 1_100; nowMs < 6_000; nowMs += 50) {
      if (!subject.attemptEnded('unauthorized', nowMs, nowMs)) continue
      askedMs.push(nowMs)
      subject.granted('another', null, nowMs)
    }

    expect(askedMs).toEqual([1_100, 1_300, 1_700, 2_500, 4_100])
    subject.attemptEnded('delivered', 6_000, 6_000)
    expect(subject.attemptEnded('unauthorized', 6_100, 6_100)).toBe(true)
  })

  it('that had to make room is awaited, and asked for only when wanted', () => {
    const subject = granted()
    subject.forget()
    expect(subject.token()).toBeNull()
    expect(subject.isAwaited(2_000)).toBe(true)
    expect(subject.mayAsk(2_000)).toBe(false)
    subject.wanted()

    expect(subject.mayAsk(2_000)).toBe(true)
    expect([subject.isAwaited(2_499), subject.isAwaited(2_500)]).toEqual([true, false])
  })

  it('forgets with its provider what held requests back', () => {
    const subject = life()
    subject.mayAsk(0)
    subject.failed(3_600_000, 0)
    subject.paceChanged(pace)

    expect(subject.mayAsk(1)).toBe(true)
  })
})
