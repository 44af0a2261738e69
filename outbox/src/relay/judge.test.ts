import { describe, expect, it } from 'vitest'
import { fateOf } from './judge.js'

const answer = (status: number, retryAfter: string | null = null) =>
  fateOf({ kind: 'answer', status, retryAfter, text: '{"code":"X"}' }, Date.UTC(2026, 0, 1))

describe('an answer of Iris', () => {
  it.each([200, 201, 202])('%d: sent', status => {
    expect(answer(status)).toEqual({ kind: 'sent' })
  })

  it.each([400, 413, 415, 422, 431])('%d is about the message: failed, with the reason', status => {
    expect(answer(status)).toEqual({ kind: 'failed', reason: `${status} {"code":"X"}` })
  })

  it.each([301, 401, 403, 404, 408, 409, 429, 500, 503])('%d passes: again', status => {
    expect(answer(status)).toMatchObject({ kind: 'again', afterMs: null })
  })

  it.each([
    ['3', 3_000],
    ['Thu, 01 Jan 2026 00:00:02 GMT', 2_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['86400', 300_000],
    ['soon', null],
  ])('asks to wait %s', (retryAfter, afterMs) => {
    expect(answer(503, retryAfter)).toMatchObject({ kind: 'again', afterMs })
  })

  it('that does not come: again', () => {
    const fate = fateOf({ kind: 'none', problem: 'connect ECONNREFUSED' }, 0)
    expect(fate).toEqual({ kind: 'again', afterMs: null, reason: 'connect ECONNREFUSED' })
  })
})
