import { describe, expect, it } from 'vitest'
import { maskHeaders, maskJsonText, maskedNames } from './mask.js'
import { previewMask } from './preview-mask.js'

const isMasked = maskedNames(['password', 'apiKey', 'card_number'])
const masked = (text: string): string => maskJsonText(text, isMasked).value

describe('the mask of a message', () => {
  it.each([
    ['a text', '{"password":"x"}', '{"password":"****"}'],
    ['a number, before a member', '{"password": 1.50 ,"n":1.50}', '{"password": "****" ,"n":1.50}'],
    ['an object with all in it', '{"password":{"a":["]",{"b":"}"}]},"n":2}', '{"password":"****","n":2}'],
    ['a list', '{"password":[1,[2]]}', '{"password":"****"}'],
    ['true, at the end', '{"n":1,"password":true}', '{"n":1,"password":"****"}'],
    ['null, in a list', '[{"password":null},{"password":null}]', '[{"password":"****"},{"password":"****"}]'],
    ['at any depth', '{"a":[{"b":{"PassWord":"x"}}]}', '{"a":[{"b":{"PassWord":"****"}}]}'],
    [
      'whatever case and hyphens',
      '{"API_KEY":"x","Card-Number":1}',
      '{"API_KEY":"****","Card-Number":"****"}',
    ],
    ['a name that is escaped', '{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"****"}'],
    ['a text with quotes and colons', '{"password":"a\\":\\"b","n":1}', '{"password":"****","n":1}'],
  ])('hides %s', (_what, text, expected) => {
    expect(masked(text)).toBe(expected)
    expect(maskJsonText(text, isMasked).isMasked).toBe(true)
  })

  it.each([
    '{"passwords":"x","pass":"password","n":12345678901234567890}',
    '"password"',
    '["password","apiKey"]',
    '{"text":"\\"password\\":\\"x\\""}',
    '{ "a" : 1.0, "a" : 2 }',
    '7',
  ])('leaves %s as it is, to the byte', text => {
    expect(maskJsonText(text, isMasked)).toEqual({ value: text, isMasked: false })
  })

  it('leaves JSON that is still JSON, whatever lies around a hidden value', () => {
    const values = ['"x"', '-1.5e3', 'true', 'null', '{"a":{}}', '[[],[{}]]', '""', '"\\\\"']
    for (const value of values)
      for (const around of [`{"password":${value}}`, `[ { "a":1 , "password" :\n${value}\n, "b":[2] } ]`]) {
        const shown = JSON.stringify(JSON.parse(masked(around)))
        expect(shown).toContain('"password":"****"')
        expect(shown.includes('"b":[2]')).toBe(around.includes('"b"'))
      }
  })

  it('hides nothing where no name is given', () => {
    const text = '{"password":"x"}'
    expect(maskJsonText(text, maskedNames([]))).toEqual({ value: text, isMasked: false })
  })

  it('hides headers by their names', () => {
    const headers = { 'X-Trace': 'a', 'Api-Key': 'secret' }
    expect(maskHeaders(headers, isMasked)).toEqual({
      value: { 'X-Trace': 'a', 'Api-Key': '****' },
      isMasked: true,
    })
    expect(maskHeaders({ a: 'b' }, isMasked)).toEqual({ value: { a: 'b' }, isMasked: false })
  })
})

describe('the mask of previews', () => {
  const masked = (content: string | Buffer, isOn = true): string =>
    previewMask(isOn, ['password'])(Buffer.from(content)).toString()

  it('hides members of messages, cut off or not', () => {
    expect(masked('{"a":1,"password":"x"}')).toBe('{"a":1,"password":"****"}')
    expect(masked('{"password":"x","text":"cut o')).toBe('{"password":"****","text":"cut o')
    expect(masked('{"a":{"password":"cut o')).toBe('{"a":{"password":"****"')
  })

  it('hides as a whole what it cannot look into', () => {
    expect(masked(Buffer.from([0xff, 0xfe]))).toBe('****')
    expect(masked('"\\x":"y"')).toBe('****')
  })

  it('leaves all as it is unless it is asked for, as Hermes does', () => {
    expect(masked('{"password":"x"}', false)).toBe('{"password":"x"}')
  })
})
