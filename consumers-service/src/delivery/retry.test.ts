import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastTryMarginMs, mayTry, nextTry, type RetryPolicy } from './retry.js'

const policy = (ttlMs: number, firstMs: number, factor = 1, capMs = 600_000): RetryPolicy => ({
  messageTtlMs: ttlMs,
  backoff: { firstMs, factor, capMs },
})

describe('the next try', () => {
  it('keeps the gaps of the reference: 200, 600, 1000 ms', () => {
    const gaps = [1, 2, 3, 4].map(attempts => nextTry(policy(60_000, 200, 3, 1000), attempts, 0, null))

    expect(gaps).toEqual([200, 600, 1000, 1000].map(afterMs => ({ kind: 'again', afterMs })))
  })

  it('makes attempts 0 to 3 with a TTL of 2 s and a back-off of 500 ms', () => {
    let ageMs = 0
    let attempts = 1
    for (;;) {
      const next = nextTry(policy(2000, 500), attempts, ageMs, null)
      if (next.kind === 'expired') break
      ageMs += next.afterMs
      attempts++
    }

    expect(attempts).toBe(4)
  })

  it('makes one attempt with a TTL of zero, whatever the receiver asks for', () => {
    expect(nextTry(policy(0, 100), 1, 0, null)).toEqual({ kind: 'expired' })
    expect(nextTry(policy(0, 100), 1, 0, 0)).toEqual({ kind: 'expired' })
  })

  it('lets the receiver choose the delay, also a shorter one', () => {
    expect(nextTry(policy(60_000, 5000), 1, 0, 1000)).toEqual({ kind: 'again', afterMs: 1000 })
    expect(nextTry(policy(60_000, 5000), 1, 0, 0)).toEqual({ kind: 'again', afterMs: 0 })
  })

  it('leaves one last attempt before the end where the receiver asks for more time than is left', () => {
    expect(nextTry(policy(60_000, 100), 1, 10_000, 1e12)).toEqual({
      kind: 'again',
      afterMs: 50_000 - lastTryMarginMs,
    })
  })

  it('never plans an attempt after the TTL, and ends after finitely many', () => {
    const inputs = fc.record({
      ttlMs: fc.integer({ min: 0, max: 7_200_000 }),
      firstMs: fc.integer({ min: 0, max: 1_000_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      attempts: fc.integer({ min: 1, max: 10_000 }),
      ageMs: fc.double({ min: 0, max: 8_000_000, noNaN: true }),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 2 ** 40 })),
    })
    fc.assert(
      fc.property(inputs, ({ ttlMs, firstMs, factor, attempts, ageMs, retryAfterMs }) => {
        const next = nextTry(policy(ttlMs, firstMs, factor), attempts, ageMs, retryAfterMs)
        if (next.kind === 'again') expect(ageMs + next.afterMs).toBeLessThanOrEqual(ttlMs)
        if (ageMs >= ttlMs) expect(next.kind).toBe('expired')
      }),
    )
  })

  it('does not let a message be tried that outlived its TTL while it waited for us', () => {
    expect(mayTry(policy(1000, 100), 1, 1001)).toBe(false)
    expect(mayTry(policy(1000, 100), 1, 1000)).toBe(true)
    expect(mayTry(policy(0, 100), 0, 0)).toBe(true)
  })
})
