import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { checkContent, checkLength } from './check.js'

function request(headers: Record<string, string>, complete = true): IncomingMessage {
  return { headers, complete } as unknown as IncomingMessage
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
    expect(checkLength(request(headers as Record<string, string>), body.length)?.message).toBe(problem)
  })

  it('is wrong when a chunked body broke off', () => {
    const broken = request({ 'transfer-encoding': 'chunked' }, false)

    expect(checkLength(broken, 2)?.message).toMatch(/header:-1, actual:2/)
  })
})

describe('the content of a body', () => {
  it('is refused with the reason, as a 400, when it is not JSON', () => {
    const error = checkContent({ acceptAnyBytes: false }, Buffer.from('nope'))

    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(error?.message).toBe('Invalid message: not JSON: unexpected o at byte 1')
  })

  it.each(['nope', '', '{}'])('may be %j when any bytes are accepted', body => {
    expect(checkContent({ acceptAnyBytes: true }, Buffer.from(body))).toBeNull()
  })
})
