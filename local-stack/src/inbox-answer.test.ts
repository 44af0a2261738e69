import { describe, expect, it } from 'vitest'
import { inboxAnswer } from './inbox-answer.js'

describe('the answer of the inbox', () => {
  it.each([
    ['/', 0, 200, 0],
    ['/demo', 0, 200, 0],
    ['/status/503', 0, 503, 0],
    ['/status/204/orders', 5, 204, 0],
    ['/delay/2000', 0, 200, 2_000],
    ['/delay/2000/status/429', 0, 429, 2_000],
    ['/fail/2', 0, 503, 0],
    ['/fail/2', 1, 503, 0],
    ['/fail/2', 2, 200, 0],
    ['/fail/1/status/202', 1, 202, 0],
  ])('to %s at attempt %i is %i after %i ms', (path, retryCount, status, delayMs) => {
    expect(inboxAnswer(path, retryCount)).toEqual({ status, delayMs })
  })

  it.each([
    '/status',
    '/status/',
    '/status/99',
    '/status/600',
    '/status/abc',
    '/status/-1',
    '/my-status/503',
  ])('takes %s for a name', path => {
    expect(inboxAnswer(path, 0).status).toBe(200)
  })

  it('never waits longer than two minutes', () => {
    expect(inboxAnswer('/delay/999999', 0).delayMs).toBe(120_000)
  })
})
