import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginningOf, bodyOf, keyOf, readable } from './letter-body.js'

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

describe('the body of a dead letter', () => {
  it('is text where it is UTF-8, whatever its letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(bodyOf(base64(text))).toEqual({ text })
      }),
    )
  })

  it('stays Base64 where it is no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00]).toString('base64')
    const record = Buffer.from([2, 0x63, 6, 0]).toString('base64')

    expect(bodyOf(bytes)).toEqual({ base64: bytes })
    expect(bodyOf(record)).toEqual({ base64: record })
    expect(readable(bodyOf(bytes))).toBe(bytes)
  })

  it('is indented where it is JSON', () => {
    expect(readable({ text: '{"a":[1]}' })).toBe('{\n  "a": [\n    1\n  ]\n}')
  })

  it.each(['{"id":12345678901234567890}', '{"a":1,"a":2}', '{"a":1.0}', '{"a": 1}', 'no JSON', ''])(
    'stays as it is where indenting could change it: %s',
    text => {
      expect(readable({ text })).toBe(text)
    },
  )

  it('has a key, or none', () => {
    expect(keyOf(base64('k1'))).toBe('k1')
    expect(keyOf(undefined)).toBeNull()
  })
})

describe('the beginning of a body', () => {
  it('is all of a short one, in one line', () => {
    expect(beginningOf(base64('{\n  "a": 1\n}'))).toBe('{ "a": 1 }')
    expect(beginningOf('')).toBe('')
  })

  it('is 80 letters of a long one, however many bytes each has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('a', 'ä', '語', '😀'),
        fc.integer({ min: 81, max: 400 }),
        (letter, count) => {
          expect(beginningOf(base64(letter.repeat(count)))).toBe(`${letter.repeat(80)}…`)
        },
      ),
    )
  })

  it('is Base64 where the bytes are no text', () => {
    expect(beginningOf(Buffer.from([0xff, 0xfe]).toString('base64'))).toBe('//4=')
  })
})
