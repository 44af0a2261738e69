import { describe, expect, it } from 'vitest'
import { positionText, readPosition, startText } from './position.js'

describe('a position', () => {
  it('is the place of the message where there is one partition', () => {
    expect(positionText([18], 0)).toBe('0-17')
    expect(readPosition('0-17')).toEqual([18])
  })

  it('names the partition of the newest message first, and all that was read of others', () => {
    expect(positionText([5, 18, undefined, 1], 1)).toBe('1-17,0-4,3-0')
    expect(readPosition('1-17,0-4,3-0')).toEqual([5, 18, undefined, 1])
  })

  it('leaves out a partition of which nothing was read, and has a word for nothing at all', () => {
    expect(positionText([0, 3])).toBe('1-2')
    expect(positionText([0, undefined])).toBe(startText)
    expect(readPosition(startText)).toEqual([])
  })

  it('comes back from its text, whatever it is', () => {
    for (let round = 0; round < 500; round++) {
      const next = Array.from({ length: round % 7 }, () => Math.floor(Math.random() ** 4 * 1e15))
      const read = readPosition(positionText(next, round % 3)) ?? []

      expect(next.map((_, index) => read[index] ?? 0)).toEqual(next)
    }
  })

  it.each([
    '',
    '0',
    '0-',
    '-1',
    '0--1',
    '0-1,',
    '0-1,0-2',
    '512-1',
    'a-b',
    '00-1',
    '0-01',
    '0-1 ',
    '1e3-1',
    '0-9007199254740991',
  ])('is not read from %j', text => expect(readPosition(text)).toBeNull())

  it('is not read from a text of any length', () => {
    expect(readPosition('0-1,'.repeat(10_000))).toBeNull()
  })
})
