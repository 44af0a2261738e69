import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRetryRules } from '@iris/common/domain/retry-rules'
import type { AttemptResult } from '@iris/common/http/client'
import type { JudgePolicy } from '../judge.js'
import { answerOf } from '../testing/pipeline-world.js'
import { isAttempt, judgeBatch, speaksOfParts, verdictFor, type BatchVerdict } from './answer.js'

const strict: JudgePolicy = { retryClientErrors: false, retriesUnauthorized: false, rules: [] }
const ids = new Set(['a', 'b', 'c'])
const parts = (body: string | Buffer): AttemptResult => ({ ...answerOf(207), body: Buffer.from(body) })
const judged = (result: AttemptResult, policy = strict): BatchVerdict =>
  judgeBatch(result, policy, id => ids.has(id), 0)
const failed = (entry: object, policy = strict): unknown =>
  verdictFor(judged(parts(JSON.stringify({ failed: [{ id: 'a', ...entry }] })), policy), 'a')

describe('the answer to a batch', () => {
  it.each([
    [207, 'application/json', true],
    [207, 'Application/JSON ; charset=utf-8', true],
    [207, 'application/xml', false],
    [207, 'application/jsonp', false],
    [207, '', false],
    [200, 'application/json', false],
    [500, 'application/json', false],
  ])('%d with the type "%s" speaks of parts: %s', (status, type, expected) => {
    expect(speaksOfParts(status, type)).toBe(expected)
  })

  it('speaks for the whole where no body was read, a plain 207 included', () => {
    const answer = (status: number): AttemptResult => answerOf(status, { retryAfter: '7' })

    expect(judged(answer(207))).toEqual({ kind: 'whole', verdict: { kind: 'delivered' } })
    expect(judged(answer(404))).toMatchObject({ kind: 'whole', verdict: { kind: 'dead', status: 404 } })
    expect(judged(answer(429))).toMatchObject({
      kind: 'whole',
      verdict: { kind: 'retry', retryAfterMs: 7000 },
    })
    expect(judged({ kind: 'timeout', afterMs: 1, detail: 'late' })).toMatchObject({
      ...{ kind: 'whole', verdict: { kind: 'retry', reason: 'late', status: null } },
    })
  })

  it('fails those it names, and delivers the others', () => {
    const verdict = judged(parts('{"failed":[{"id":"b","status":500,"retry":true,"more":1}],"note":"x"}'))

    expect(verdictFor(verdict, 'a')).toEqual({ kind: 'delivered' })
    expect(verdictFor(verdict, 'b')).toMatchObject({ kind: 'retry', status: 500, isCounted: true })
    expect(verdictFor(judged(parts('{"failed":[]}')), 'b')).toEqual({ kind: 'delivered' })
  })

  it.each([
    [{}, 'retry', 207],
    [{ status: 500 }, 'retry', 500],
    [{ status: 200 }, 'retry', 200],
    [{ status: 429 }, 'retry', 429],
    [{ status: 404 }, 'dead', 404],
    [{ status: 404, retry: true }, 'retry', 404],
    [{ status: 500, retry: false }, 'dead', 500],
    [{ retry: false }, 'dead', 207],
    [{ status: null, retry: null }, 'retry', 207],
  ])('means for a message reported with %j: %s', (entry, kind, status) => {
    expect(failed(entry)).toMatchObject({ kind, status })
  })

  it('retries client errors of messages where the policy does', () => {
    expect(failed({ status: 404 }, { ...strict, retryClientErrors: true })).toMatchObject({
      kind: 'retry',
      status: 404,
    })
  })

  it('lets the rules of the subscription decide about a status, for a message as for the whole', () => {
    const rules = compileRetryRules([
      { on: '409', then: 'discard', delayMs: null },
      { on: '500', then: 'retry', delayMs: 5000 },
      { on: '410', then: 'pause', delayMs: null },
    ])
    const ruled = { ...strict, rules }

    expect(failed({ status: 409 }, ruled)).toMatchObject({ kind: 'discard', status: 409 })
    expect(failed({ status: 500 }, ruled)).toMatchObject({ kind: 'retry', retryAfterMs: 5000 })
    expect(failed({ status: 409, retry: true }, ruled)).toMatchObject({ kind: 'retry' })
    expect(isAttempt(judged(answerOf(410), ruled))).toBe(false)
    expect(isAttempt(judged(answerOf(409), ruled))).toBe(true)
  })

  it.each([
    [''],
    ['no JSON'],
    ['[]'],
    ['{}'],
    ['{"failed":{}}'],
    ['{"failed":[1]}'],
    ['{"failed":[{"id":7}]}'],
    ['{"failed":[{"id":"a","status":"500"}]}'],
    ['{"failed":[{"id":"a","status":42}]}'],
    ['{"failed":[{"id":"a","retry":"no"}]}'],
    ['{"failed":[{"id":"of another batch"}]}'],
  ])('fails the whole batch where it says %s', body => {
    expect(judged(parts(body))).toMatchObject({
      kind: 'whole',
      verdict: {
        kind: 'retry',
        status: 207,
        cause: '207',
        isCounted: true,
        reason: expect.stringMatching(/^The answer 207/) as string,
      },
    })
  })

  it('never throws on junk, and never delivers by it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map(text => Buffer.from(text)),
          fc.uint8Array(),
        ),
        body => {
          const verdict = judged(parts(Buffer.from(body)))

          if (verdict.kind === 'whole') expect(verdict.verdict.kind).toBe('retry')
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
