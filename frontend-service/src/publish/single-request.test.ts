import { describe, expect, it } from 'vitest'
import { lengthProblem } from './single-request.js'

function problemOf(headers: Record<string, string>, bytes: number, complete = true): string | undefined {
  return lengthProblem({ headers, complete }, Number(headers['content-length'] ?? -1), bytes)?.message
}

describe('the length of a body', () => {
  it.each([
    [{ 'transfer-encoding': 'chunked' }, '{}', undefined],
    [{ 'content-length': '0' }, '', undefined],
    [{}, '', 'Content-Length does not match the header [header:-1, actual:0].'],
    [
      { 'transfer-encoding': 'Chunked' },
      '{}',
      'Content-Length does not match the header [header:-1, actual:2].',
    ],
    [
      { 'transfer-encoding': 'gzip, chunked' },
      '{}',
      'Content-Length does not match the header [header:-1, actual:2].',
    ],
    [{ 'content-length': '5' }, '{}', 'Content-Length does not match the header [header:5, actual:2].'],
  ])('is compared with %o', (headers, body, problem) => {
    expect(problemOf(headers as Record<string, string>, body.length)).toBe(problem)
  })

  it('is wrong when a chunked body broke off', () => {
    expect(problemOf({ 'transfer-encoding': 'chunked' }, 2, false)).toMatch(/header:-1, actual:2/)
  })
})
