import { describe, expect, it } from 'vitest'
import { depthOf, jsonDepthMax, parseJsonBody } from './json-body.js'

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text))
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

describe('a JSON body', () => {
  it.each<[string, unknown]>([
    ['', null],
    ['null', null],
    ['"ACTIVE"', 'ACTIVE'],
    ['{"a":[1,{"b":"\\"]}"}]}', { a: [1, { b: '"]}' }] }],
  ])('%j is read', (text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  it('loses a member that could reach a prototype', () => {
    const body = parse('{"a":{"__proto__":{"polluted":true}},"b":1}') as { a: object; b: number }

    expect(Object.keys(body.a)).toEqual([])
    expect(Object.getPrototypeOf(body.a)).toBe(Object.prototype)
    expect(body.b).toBe(1)
  })

  it.each(['{"a":', '{a:1}', "{'a':1}", '{"a":1}x', '\u0000', 'ACTIVE'])('%j is refused', text => {
    expect(() => parse(text)).toThrow(/^The body is not JSON/)
  })

  it('is refused when it is not UTF-8', () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/UTF-8/)
  })

  it('may be nested to the bound and not one level deeper', () => {
    expect(depthOf(Buffer.from(nested(jsonDepthMax)))).toBe(jsonDepthMax)
    expect(() => parse(nested(jsonDepthMax))).not.toThrow()
    expect(() => parse(nested(jsonDepthMax + 1))).toThrow(/deeper than 64 levels/)
    expect(() => parse(nested(400_000))).toThrow(/deeper than 64 levels/)
  })
})
