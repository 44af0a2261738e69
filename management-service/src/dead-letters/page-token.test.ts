import { describe, expect, it } from 'vitest'
import { createClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import { readToken, writeToken } from './page-token.js'

describe('the place where a list goes on', () => {
  it('carries what is closed below it', () => {
    const closed = createClosedOffsets(10, 100_000)
    const ranges = [
      { first: 10, last: 10 },
      { first: 12, last: 5_000 },
      { first: 49_990, last: 49_999 },
    ]
    ranges.forEach(range => closed.close(range))
    closed.close({ first: 60_000, last: 70_000 })

    const token = writeToken(50_000, closed)

    expect(token).toMatch(/^0-50000~[0-9a-z.~]+$/)
    expect(readToken(token)).toEqual({ before: 50_000, closed: [...ranges].reverse() })
  })

  it('says that nothing is closed, which an id alone does not', () => {
    expect(readToken(writeToken(7, createClosedOffsets(0, 10)))).toEqual({ before: 7, closed: [] })
    expect(readToken('0-7')).toEqual({ before: 7, closed: null })
    expect(readToken(null)).toBeNull()
  })

  it('is an id alone where too much is closed to be carried', () => {
    const closed = createClosedOffsets(0, 1_000)
    for (let offset = 0; offset < 400; offset += 2) closed.close({ first: offset, last: offset })
    expect(readToken(writeToken(500, closed))?.closed).toHaveLength(200)
    closed.close({ first: 450, last: 450 })
    expect(writeToken(500, closed)).toBe('0-500')
  })

  it.each([
    '',
    '42',
    '0-',
    '1-5',
    '0-5~0',
    '0-5~0.0',
    '0-5~4.1~0.1',
    '0-5~zzzzzzzzzzz.1',
    `0-9${'~0.1'.repeat(201)}`,
  ])('is refused when it is %j', text => {
    expect(() => readToken(text)).toThrow('after must be')
  })
})
