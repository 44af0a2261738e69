import { describe, expect, it } from 'vitest'
import type { AttemptResult } from '@iris/common/http/client'
import { createRecentAttempts, recentWindowMs } from './recent.js'

const answer = (status: number): AttemptResult => ({
  ...{ kind: 'answer', status, retryAfter: null, verdict: null, body: null },
})
const timeout: AttemptResult = { kind: 'timeout', afterMs: 1_000, detail: 'Total timeout 1000 ms elapsed' }
const refused: AttemptResult = { kind: 'error', detail: 'connect ECONNREFUSED', isOurFault: false }
const noSockets: AttemptResult = { kind: 'error', detail: 'EMFILE', isOurFault: true }

describe('the recent attempts of a subscription', () => {
  it('are counted by outcome, with how long they took', () => {
    const recent = createRecentAttempts()
    for (let each = 0; each < 98; each++) recent.attempt(answer(200), true, 10, 1_000)
    recent.attempt(answer(500), false, 10, 1_000)
    recent.attempt(timeout, false, 1_000, 1_000)

    const view = recent.read(3_000)
    expect(view).toMatchObject({
      ...{ attempts: 100, succeeded: 98, outcomes: { 200: 98, 500: 1, timeout: 1 } },
      lastFailure: { outcome: 'timeout', detail: 'Total timeout 1000 ms elapsed', agoMs: 2_000 },
    })
    expect(view.meanMs).toBe(20)
    expect(Math.abs((view.p50Ms ?? 0) - 10)).toBeLessThan(2)
    expect(Math.abs((view.p99Ms ?? 0) - 10)).toBeLessThan(2)
  })

  it('tell what became of messages, of which each may take many attempts or none', () => {
    const recent = createRecentAttempts()
    recent.ended('delivered', 0)
    recent.ended('delivered', recentWindowMs / 2)
    recent.ended('filtered', recentWindowMs / 2)

    expect(recent.read(recentWindowMs / 2).ended).toEqual({ delivered: 2, givenUp: 0, filtered: 1 })
    expect(recent.read(recentWindowMs + 1).ended).toEqual({ delivered: 1, givenUp: 0, filtered: 1 })
  })

  it('tell a fault of the endpoint from one of ours', () => {
    const recent = createRecentAttempts()
    recent.attempt(refused, false, 1, 0)
    recent.attempt(noSockets, false, 1, 0)

    expect(recent.read(0).outcomes).toEqual({ error: 1, ownFault: 1 })
  })

  it('tell why they failed: how often by each cause, and the newest of it', () => {
    const recent = createRecentAttempts()
    recent.attempt(refused, false, 1, 0)
    recent.attempt({ ...refused, detail: 'connect ECONNREFUSED 1' }, false, 1, 6_000)
    recent.attempt(answer(503), false, 1, 6_000)
    recent.attempt(answer(200), true, 1, 7_000)

    const { failures } = recent.read(8_000)
    expect(failures).toEqual({
      connectionRefused: { count: 2, detail: 'connect ECONNREFUSED 1', agoMs: 2_000 },
      503: { count: 1, detail: 'answered 503', agoMs: 2_000 },
    })
    expect(recent.read(8_000).failures).toEqual(failures)
    expect(recent.read(6_000 + 2 * recentWindowMs).failures).toEqual({})
  })

  it('are forgotten after a minute, piece by piece', () => {
    const recent = createRecentAttempts()
    recent.attempt(answer(500), false, 10, 0)
    recent.attempt(answer(200), true, 10, recentWindowMs / 2)

    expect(recent.read(recentWindowMs - 1).attempts).toBe(2)
    expect(recent.read(recentWindowMs + 1)).toMatchObject({ attempts: 1, lastFailure: null })
    expect(recent.read(2 * recentWindowMs)).toMatchObject({ attempts: 0, outcomes: {} })
  })

  it('reuse the place of what is forgotten', () => {
    const recent = createRecentAttempts()
    for (let nowMs = 0; nowMs < 10 * recentWindowMs; nowMs += 1_000)
      recent.attempt(answer(200), true, 1, nowMs)

    expect(recent.read(10 * recentWindowMs).attempts).toBeLessThanOrEqual(60)
  })

  it('are nothing without attempts', () => {
    expect(createRecentAttempts().read(0)).toEqual({
      ...{ windowMs: recentWindowMs, attempts: 0, succeeded: 0, outcomes: {}, failures: {} },
      ...{ meanMs: null, p50Ms: null, p99Ms: null, lastFailure: null },
      ended: { delivered: 0, givenUp: 0, filtered: 0 },
    })
  })

  it.each([0, 0.1, 1e9])('take a time of %d ms', tookMs => {
    const recent = createRecentAttempts()
    recent.attempt(answer(200), true, tookMs, 0)

    expect(recent.read(0).p99Ms).toBeTypeOf('number')
  })
})
