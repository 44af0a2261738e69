import { describe, expect, it } from 'vitest'
import type { AttemptResult } from '@iris/common/http/client'
import { judge } from '../judge.js'
import { outcomeOf, type Outcome } from './outcome.js'

const answer = (
  status: number,
  retryAfter: string | null = null,
  verdict: string | null = null,
): AttemptResult => ({ kind: 'answer', status, retryAfter, verdict, body: null })
const error = (isOurFault: boolean): AttemptResult => ({ kind: 'error', detail: 'ECONNREFUSED', isOurFault })
const timeout: AttemptResult = { kind: 'timeout', afterMs: 1_000, detail: 'no answer' }

function outcome(result: AttemptResult, retryClientErrors: boolean, askedMs: number | null = null): Outcome {
  const policy = { retryClientErrors, retriesUnauthorized: false, rules: [] }
  return outcomeOf(result, judge(result, policy, 0), askedMs)
}

describe('the outcome of an attempt', () => {
  it.each<[string, AttemptResult, Outcome, Outcome]>([
    ['204', answer(204), 'success', 'success'],
    ['a refusal of the message', answer(404), 'success', 'failure'],
    ['302', answer(302), 'failure', 'failure'],
    ['500', answer(500), 'failure', 'failure'],
    ['429', answer(429), 'throttled', 'throttled'],
    ['503 without a time', answer(503), 'failure', 'failure'],
    ['a timeout', timeout, 'failure', 'failure'],
    ['a broken connection', error(false), 'failure', 'failure'],
    ['a fault of ours', error(true), 'none', 'none'],
  ])('of %s is as in Hermes, with and without retryClientErrors', (_name, result, without, withRetry) => {
    expect([outcome(result, false), outcome(result, true)]).toEqual([without, withRetry])
  })

  it('is that the endpoint asks for less, where 503 comes with a time', () => {
    expect(outcome(answer(503, '5'), false, 5_000)).toBe('throttled')
    expect(outcome(answer(500, '5'), false, null)).toBe('failure')
  })

  it('is good where the receiver speaks of the message, and still that it asks for less with 429 and 503', () => {
    expect(outcome(answer(500, '5', 'retry'), false, 5_000)).toBe('success')
    expect(outcome(answer(500, '5', 'nonsense'), false, 5_000)).toBe('failure')
    expect(outcome(answer(429, null, 'retry'), false)).toBe('throttled')
    expect(outcome(answer(503, '5', 'retry'), false, 5_000)).toBe('throttled')
  })
})
