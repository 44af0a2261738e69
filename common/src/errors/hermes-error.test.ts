import { describe, expect, it } from 'vitest'
import { HermesError, refusal, withHeaders } from './hermes-error.js'
import { problemBody } from './problem.js'

describe('a refusal', () => {
  it('fills the text of the table in the voice of the service', () => {
    expect(refusal('TOPIC_NOT_EXISTS', { topic: 'a.b' }, 'frontend').message).toBe('Topic not found: a.b')
    expect(refusal('TOPIC_NOT_EXISTS', { topic: 'a.b' }).message).toBe('Topic a.b does not exist')
  })

  it('carries the status of the table unless the contract names another', () => {
    expect(refusal('TOPIC_NOT_EXISTS', { topic: 'a.b' }).status).toBe(404)
    expect(new HermesError('OTHER', 'HTTP 404 Not Found', 404).status).toBe(404)
  })

  it('takes further headers and stays what it is, those that it had too', () => {
    const about = { limit: 5 }
    const first = withHeaders(refusal('VALIDATION_ERROR', { problem: 'x' }, 'frontend', about), { A: '1' })
    const both = withHeaders(first, { B: '2' })

    expect(both.headers).toEqual({ A: '1', B: '2' })
    expect(first.headers).toEqual({ A: '1' })
    expect([both.code, both.message, both.status, both.about]).toEqual([
      first.code,
      first.message,
      first.status,
      about,
    ])
  })

  it('has a body of message and code, in this order', () => {
    expect(problemBody(refusal('GROUP_NOT_EMPTY', { group: 'g"x' }))).toBe(
      '{"message":"Group g\\"x is not empty","code":"GROUP_NOT_EMPTY"}',
    )
  })

  it('keeps values that look like placeholders as they are', () => {
    expect(refusal('VALIDATION_ERROR', { problem: 'no {field} here' }).message).toBe('no {field} here')
  })
})
