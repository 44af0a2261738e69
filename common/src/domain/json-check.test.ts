import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonDepthMax, jsonProblem } from './json-check.js'

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')

/** The reference: what the language itself takes, after one byte order mark. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
    return true
  } catch {
    return false
  }
}

describe('JSON check', () => {
  it.each([
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    'null',
    'true',
    'false',
    '"text"',
    ' {"a" : [ 1 , 2 ] }\r\n\t',
    '\ufeff{"a":1}',
    '9007199254740993',
    '1e400',
    '-1E+2',
    '1.0',
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
    '"\\ud800"',
    '"\\u0000"',
    '"\u007f\u2028"',
    '{"\\"":"\\\\\\/\\b\\f\\n\\r\\t"}',
    '{"é":"日本語😀"}',
    '[[],{},[{}]]',
  ])('takes %j', text => {
    expect(jsonProblem(bytes(text))).toBeNull()
  })

  it.each([
    ['', 'the body is empty'],
    [' \n', 'the body is empty'],
    ['\ufeff', 'the body is empty'],
    ['not json', 'not JSON: unexpected o at byte 1'],
    ['{"a":1', 'not JSON: it ends too early, after 6 bytes'],
    ['{"a":1}x', 'not JSON: unexpected x at byte 7'],
    ['{"a":1,}', 'not JSON: unexpected } at byte 7'],
    ['[1,]', 'not JSON: unexpected ] at byte 3'],
    ['[1 2]', 'not JSON: unexpected 2 at byte 3'],
    ['[1}', 'not JSON: unexpected } at byte 2'],
    ['{"a" 1}', 'not JSON: unexpected 1 at byte 5'],
    ['{a:1}', 'not JSON: unexpected a at byte 1'],
    ["{'a':1}", "not JSON: unexpected ' at byte 1"],
    ['01', 'not JSON: unexpected 1 at byte 1'],
    ['1.', 'not JSON: it ends too early, after 2 bytes'],
    ['.5', 'not JSON: unexpected . at byte 0'],
    ['+1', 'not JSON: unexpected + at byte 0'],
    ['-', 'not JSON: it ends too early, after 1 bytes'],
    ['1e', 'not JSON: it ends too early, after 2 bytes'],
    ['NaN', 'not JSON: unexpected N at byte 0'],
    ['"a\nb"', 'not JSON: unexpected 0x0a at byte 2'],
    ['"\\x"', 'not JSON: unexpected x at byte 2'],
    ['"\\u12g4"', 'not JSON: unexpected g at byte 5'],
    ['"a\u0000"', 'not JSON: unexpected 0x00 at byte 2'],
    ['1\u0000', 'not JSON: unexpected 0x00 at byte 1'],
    ['\ufeff\ufeff1', 'not JSON: unexpected 0xef at byte 3'],
    ['\u00a01', 'not JSON: unexpected 0xc2 at byte 0'],
    ['tru', 'not JSON: it ends too early, after 3 bytes'],
    ['nul1', 'not JSON: unexpected 1 at byte 3'],
  ])('refuses %j', (text, problem) => {
    expect(jsonProblem(bytes(text))).toBe(problem)
  })

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate as UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x22, 0x00]],
  ])('refuses %s', (_what, content) => {
    expect(jsonProblem(Buffer.from(content))).toBe('the body is not UTF-8')
  })

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('takes nesting of %s at the bound and refuses one more', (open, close) => {
    const nested = (depth: number): Buffer =>
      bytes(open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth))

    expect(jsonProblem(nested(jsonDepthMax))).toBeNull()
    expect(jsonProblem(nested(jsonDepthMax + 1))).toMatch(/^nested deeper than 100 at byte \d+$/)
    expect(jsonProblem(nested(1_000_000))).toMatch(/^nested deeper than 100/)
  })

  it('agrees with the language on every text that can be written as JSON', () => {
    const written = fc.oneof(
      fc.json(),
      fc.jsonValue().map(value => JSON.stringify(value, null, 2)),
    )

    fc.assert(
      fc.property(written, text => jsonProblem(bytes(text)) === null),
      { numRuns: 500 },
    )
  })

  it('agrees with the language on texts with one letter changed, added or lost', () => {
    const letters = fc.constantFrom(...Array.from('{}[]",:\\/bfnrtu0123456789aeEF+-. \n\t\u0001é'))
    const mutated = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(0, 1, 2), letters)
      .map(([text, place, kind, letter]) => {
        const at = place % (text.length + 1)
        const rest = kind === 0 ? text.slice(at) : text.slice(at + 1)
        return text.slice(0, at) + (kind === 2 ? '' : letter) + rest
      })
      .filter(text => bytes(text).toString('utf8') === text)

    fc.assert(
      fc.property(mutated, text => (jsonProblem(bytes(text)) === null) === isJson(text)),
      { numRuns: 5_000 },
    )
  })
})
