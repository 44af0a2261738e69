import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonProblem } from '@iris/common/domain/json-check'
import { createArraySplitter } from './array-splitter.js'
import { createLineSplitter } from './line-splitter.js'
import type { Splitter } from './splitter.js'

/** What a splitter gives for a body cut at these places: records as text, then how it ended. */
function split(splitter: Splitter, body: Buffer | string, cuts: readonly number[] = []): string[] {
  const bytes = Buffer.from(body)
  const places = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])]
  places.sort((one, other) => one - other)
  const found: string[] = []
  const drain = (): void => {
    for (;;) {
      const next = splitter.next()
      if (next === 'more') return
      if (Buffer.isBuffer(next)) found.push(next.toString('latin1'))
      else {
        found.push(
          typeof next === 'string' ? next : next.kind === 'tooLong' ? `${next.bytes} bytes` : next.problem,
        )
        if (next === 'end' || next.kind === 'broken') return
      }
    }
  }
  for (let index = 1; index < places.length; index++) {
    splitter.push(bytes.subarray(places[index - 1], places[index]))
    drain()
    if (isOver(found)) return found
  }
  splitter.end()
  drain()
  return found
}

function isOver(found: readonly string[]): boolean {
  return found.at(-1)?.startsWith('not a JSON array') ?? false
}

const cutsOf = fc.array(fc.nat(), { maxLength: 12 })
const everyByte = (body: string | Buffer): number[] => [...Buffer.from(body).keys()]
const space = fc.constantFrom('', ' ', '\n', '\r\n\t ')
/** JSON texts that a parser would write differently: spaced, with escapes, with odd numbers. */
const jsonText = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc
    .tuple(space, fc.json({ maxDepth: 2 }), space)
    .map(([before, json, after]) => `[${before}${json}${after}]`),
  fc.constantFrom(
    '1.0',
    '-0',
    '1e400',
    '"\\"]},["',
    '"\\\\"',
    '{"a":"}","]":[]}',
    '"é\\u00e9😀"',
    '{ "a" : [ ] }',
  ),
)

describe('an array of messages', () => {
  it('gives each element byte for byte, however the body is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(space, jsonText, space), { maxLength: 8 }), cutsOf, (elements, cuts) => {
        const body = `${elements.length % 2 === 0 ? '\ufeff' : ' '}[${elements.map(each => each.join('')).join(',')}] `
        const expected = elements.map(([, json]) => Buffer.from(json.trim()).toString('latin1'))

        expect(split(createArraySplitter(10_000), body, cuts)).toEqual([...expected, 'end'])
      }),
    )
  })

  it('accepts no body that JSON.parse refuses, if each record is JSON', () => {
    const letters = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      '1',
      'a',
      ' ',
      'true',
      '"a":1',
      '[]',
    )
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 14 }), cutsOf, (parts, cuts) => {
        const body = `[${parts.join('')}`
        const found = split(createArraySplitter(10_000), body, cuts)
        const isAccepted =
          found.pop() === 'end' && found.every(each => jsonProblem(Buffer.from(each, 'latin1')) === null)

        expect(isAccepted).toBe(isJson(body))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['', ['not a JSON array: it ends too early, after 0 bytes']],
    ['{"a":1}', ['not a JSON array: unexpected { at byte 0']],
    ['[]', ['end']],
    [' [ ] \n', ['end']],
    ['[1,]', ['1', 'not a JSON array: unexpected ] at byte 3']],
    ['[,1]', ['not a JSON array: unexpected , at byte 1']],
    ['[1,,2]', ['1', 'not a JSON array: unexpected , at byte 3']],
    ['[1 2]', ['1', 'not a JSON array: unexpected 2 at byte 3']],
    ['[1,2}', ['1', 'not a JSON array: unexpected } at byte 4']],
    ['[1]x', ['1', 'not a JSON array: unexpected x at byte 3 after its end']],
    ['[1,2', ['1', 'not a JSON array: it ends too early, after 4 bytes']],
    ['[{"a":1], 2]', ['not a JSON array: unexpected ] at byte 7']],
    ['[nope, {bad}, 3]', ['nope', '{bad}', '3', 'end']],
    ['["a, 2]', ['not a JSON array: it ends too early, after 7 bytes']],
    ['[1]\u0000', ['1', 'not a JSON array: unexpected 0x00 at byte 3 after its end']],
  ])('%j is %j, in one piece and byte by byte', (body, expected) => {
    expect(split(createArraySplitter(100), body)).toEqual(expected)
    expect(split(createArraySplitter(100), body, everyByte(body))).toEqual(expected)
  })

  it.each([['\ufeff\ufeff[]'], [' \ufeff[]'], [Buffer.from([0xef, 0xbb, 0x5b, 0x5d])]])(
    'takes one whole byte order mark at its very beginning only: %j',
    body => {
      expect(split(createArraySplitter(100), body, everyByte(body))[0]).toMatch(
        /^not a JSON array: unexpected (0x|\[)/,
      )
    },
  )

  it('measures what is too long without holding it, and goes on behind it', () => {
    const body = `["12345678", ["${'x'.repeat(50)}"], "123456789"]`

    expect(split(createArraySplitter(10), body, everyByte(body))).toEqual([
      '"12345678"',
      '54 bytes',
      '11 bytes',
      'end',
    ])
  })
})

describe('lines of messages', () => {
  it('are given byte for byte without their ends, however the body is cut', () => {
    const ending = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n \t\r\n')
    const line = jsonText.map(json => json.replace(/[\r\n]/g, ' '))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, ending), { maxLength: 8 }),
        fc.boolean(),
        cutsOf,
        (lines, hasMark, cuts) => {
          const body = (hasMark ? '\ufeff' : '') + lines.map(each => each.join('')).join('')
          const expected = lines.map(([json]) => Buffer.from(json).toString('latin1'))

          expect(split(createLineSplitter(10_000), body, cuts)).toEqual([...expected, 'end'])
        },
      ),
    )
  })

  it.each([
    ['', ['end']],
    ['\n \r\n\t\n', ['end']],
    ['1', ['1', 'end']],
    ['1\n2', ['1', '2', 'end']],
    [' 1 \r\n\r\n2\r\n', [' 1 ', '2', 'end']],
    ['\ufeff\n\ufeff1\n', ['ï»¿1', 'end']],
  ])('%j is %j, in one piece and byte by byte', (body, expected) => {
    expect(split(createLineSplitter(100), body)).toEqual(expected)
    expect(split(createLineSplitter(100), body, everyByte(body))).toEqual(expected)
  })

  it('measure what is too long without holding it, and go on behind it', () => {
    const body = `${'x'.repeat(50)}\n1\n${'y'.repeat(50)}`

    expect(split(createLineSplitter(10), body, everyByte(body))).toEqual(['50 bytes', '1', '50 bytes', 'end'])
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
