import { describe, expect, it } from 'vitest'
import { compileRetryRules } from '@iris/common/domain/retry-rules'
import type { AttemptResult } from '@iris/common/http/client'
import { judge, type Verdict } from './judge.js'

const now = Date.parse('2026-01-01T00:00:00Z')
const lenient = { retryClientErrors: true, retriesUnauthorized: false, rules: [] }
const strict = { retryClientErrors: false, retriesUnauthorized: false, rules: [] }
const answer = (
  status: number,
  retryAfter: string | null = null,
  verdict: string | null = null,
): AttemptResult => ({
  kind: 'answer',
  status,
  retryAfter,
  verdict,
  body: null,
})

describe('the verdict', () => {
  it.each([200, 201, 202, 204, 226, 299])('is delivered for %d', status => {
    expect(judge(answer(status), strict, now)).toEqual({ kind: 'delivered' })
  })

  it.each([100, 101, 103, 300, 301, 302, 304, 399, 500, 502, 504, 599, 0, 600, 999])(
    'is retry for %d',
    status => {
      expect(judge(answer(status), strict, now)).toMatchObject({
        kind: 'retry',
        status,
        retryAfterMs: null,
        isCounted: true,
        reason: `Message sending failed with status code: ${status}`,
      })
    },
  )

  it.each([400, 401, 404, 408, 410, 422, 499])('is dead for %d unless client errors are retried', status => {
    expect(judge(answer(status), strict, now)).toEqual({
      kind: 'dead',
      status,
      cause: String(status),
      reason: `Message sending failed with status code: ${status}`,
    })
    expect(judge(answer(status), lenient, now).kind).toBe('retry')
  })

  it('is retry for 401 with OAuth, whatever client errors are, unless a rule says otherwise', () => {
    const withOAuth = { ...strict, retriesUnauthorized: true }
    const rules = compileRetryRules([{ on: '401', then: 'deadLetter', delayMs: null }])

    expect(judge(answer(401), withOAuth, now)).toMatchObject({ kind: 'retry', isCounted: true })
    expect(judge(answer(403), withOAuth, now).kind).toBe('dead')
    expect(judge(answer(401), { ...withOAuth, rules }, now).kind).toBe('dead')
  })

  it.each([429, 503])('is retry for %d with any policy, after what the receiver asks for', status => {
    for (const policy of [strict, lenient]) {
      expect(judge(answer(status), policy, now)).toMatchObject({ kind: 'retry', retryAfterMs: null })
      expect(judge(answer(status, '7'), policy, now)).toMatchObject({ kind: 'retry', retryAfterMs: 7000 })
    }
  })

  it.each([500, 502, 404, 302])('does not read Retry-After on %d', status => {
    const verdict = judge(answer(status, '7'), lenient, now)

    expect(verdict).toMatchObject({ kind: 'retry', retryAfterMs: null })
  })

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['1000000000', 1e12],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
    ['Thu Jan  1 00:00:30 2026', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ])('reads Retry-After %j as %d ms', (text, afterMs) => {
    expect(judge(answer(503, text), strict, now)).toMatchObject({ retryAfterMs: afterMs })
  })

  it.each([
    '',
    '-1',
    '1.5',
    '1e3',
    'soon',
    '5 s',
    '0x10',
    '99999999999',
    '2026-01-01',
    'Jan 1',
    'x'.repeat(10_000),
  ])('ignores Retry-After %j', text => {
    expect(judge(answer(429, text), strict, now)).toMatchObject({ kind: 'retry', retryAfterMs: null })
  })

  it('is retry for a timeout and for a network error, with their text', () => {
    expect(
      judge({ kind: 'timeout', afterMs: 1000, detail: 'Total timeout 1000 ms elapsed' }, strict, now),
    ).toEqual({
      kind: 'retry',
      reason: 'Total timeout 1000 ms elapsed',
      cause: 'timeout',
      status: null,
      retryAfterMs: null,
      isCounted: true,
    })
    const refused = judge({ kind: 'error', detail: 'ECONNREFUSED', isOurFault: false }, strict, now)
    expect(refused).toMatchObject({ kind: 'retry', isCounted: true })
  })

  it('never counts a fault of ours as an attempt', () => {
    const verdict = judge({ kind: 'error', detail: 'EMFILE', isOurFault: true }, strict, now)

    expect(verdict).toMatchObject({ kind: 'retry', isCounted: false })
  })

  it('retries a forbidden address, since a name may come to mean an allowed one', () => {
    const verdict = judge({ kind: 'forbidden', detail: '10.0.0.1 is private' }, strict, now)

    expect(verdict).toMatchObject({ kind: 'retry', isCounted: true, reason: '10.0.0.1 is private' })
  })
})

describe('the receiver’s own verdict', () => {
  it.each<[string, Verdict['kind']]>([
    ['retry', 'retry'],
    ['Retry ', 'retry'],
    ['discard', 'discard'],
    ['dead-letter', 'dead'],
  ])('%j is followed on every answer but 2xx', (verdict, kind) => {
    for (const status of [302, 404, 429, 500, 503])
      expect(judge(answer(status, null, verdict), strict, now)).toMatchObject({ kind, status })
    expect(judge(answer(204, null, verdict), strict, now)).toEqual({ kind: 'delivered' })
  })

  it.each(['', 'deadLetter', 'pause', 'retry, discard', 'x'.repeat(10_000)])('%j says nothing', verdict => {
    expect(judge(answer(404, null, verdict), strict, now)).toEqual(judge(answer(404), strict, now))
  })

  it('retry brings Retry-After with it, on any status', () => {
    expect(judge(answer(404, '7', 'retry'), strict, now)).toMatchObject({ retryAfterMs: 7000 })
  })

  it('goes before the rules', () => {
    const rules = compileRetryRules([{ on: 'any', then: 'pause', delayMs: null }])
    expect(judge(answer(404, null, 'discard'), { ...strict, rules }, now).kind).toBe('discard')
  })
})

describe('the rules of a subscription', () => {
  const judged = (result: AttemptResult, ...rules: [on: string, then: string, delayMs?: number][]): Verdict =>
    judge(
      result,
      {
        ...strict,
        rules: compileRetryRules(rules.map(([on, then, delayMs = null]) => ({ on, then, delayMs }))),
      },
      now,
    )

  it.each<[string, AttemptResult, Verdict['kind']]>([
    ['retry', answer(404), 'retry'],
    ['discard', answer(500), 'discard'],
    ['deadLetter', answer(503), 'dead'],
    ['pause', answer(429), 'pause'],
    ['deadLetter', { kind: 'timeout', afterMs: 1, detail: 'late' }, 'dead'],
    ['discard', { kind: 'error', detail: 'ECONNREFUSED', isOurFault: false }, 'discard'],
    ['pause', { kind: 'forbidden', detail: 'private' }, 'pause'],
  ])('%s go before the defaults for %j', (then, result, kind) => {
    expect(judged(result, ['any', then]).kind).toBe(kind)
  })

  it('never touch a 2xx or a fault of ours', () => {
    expect(judged(answer(200), ['any', 'discard'])).toEqual({ kind: 'delivered' })
    const ours = judged({ kind: 'error', detail: 'EMFILE', isOurFault: true }, ['any', 'discard'])
    expect(ours).toMatchObject({ kind: 'retry', isCounted: false })
  })

  it('leave what they do not name to the defaults', () => {
    expect(judged(answer(404), ['5xx', 'discard'])).toEqual(judge(answer(404), strict, now))
  })

  it('give a wait that the receiver’s Retry-After replaces', () => {
    expect(judged(answer(500), ['5xx', 'retry', 9])).toMatchObject({ retryAfterMs: 9 })
    expect(judged(answer(503, '7'), ['5xx', 'retry', 9])).toMatchObject({ retryAfterMs: 7000 })
    expect(judged(answer(500, '7'), ['5xx', 'retry'])).toMatchObject({ retryAfterMs: null })
  })

  it('say which of them spoke', () => {
    expect(judged(answer(500), ['404', 'pause'], ['5xx', 'deadLetter'])).toMatchObject({
      reason: 'Message sending failed with status code: 500 (retry rule 1: deadLetter)',
    })
  })
})
