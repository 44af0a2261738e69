import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../domain/json-shapes.js'
import { compileFilters, createInspector } from './filters.js'

const inspector = createInspector()

function outcome(filter: JsonObject, ...lines: string[]): string {
  const compiled = compileFilters([filter], 'JSON')
  if (compiled === null || 'problem' in compiled) return compiled?.problem ?? 'no filter'
  const message = { body: Buffer.from('{}'), avro: null, propagated: lines }
  return inspector.judge(compiled, message).kind
}
const headers = (match: unknown, xMatch?: string): JsonObject => ({
  ...{ type: 'headers', match },
  ...(xMatch === undefined ? {} : { xMatch }),
})
const report = { Format: 'pdf', Kind: 'report' }

describe('the filter of a headers exchange', () => {
  it.each<[string, JsonObject, string[], string]>([
    ['all, by default', headers(report), ['Format', 'pdf', 'Kind', 'report'], 'passed'],
    ['all, one missing', headers(report), ['Format', 'pdf'], 'filtered'],
    ['all, one another', headers(report), ['Format', 'pdf', 'Kind', 'Report'], 'filtered'],
    ['any, one of them', headers(report, 'any'), ['Format', 'pdf'], 'passed'],
    ['any, none', headers(report, 'any'), ['Format', 'zip'], 'filtered'],
    ['all of nothing', headers({}), [], 'passed'],
    ['any of nothing', headers({}, 'any'), ['Format', 'pdf'], 'filtered'],
    ['a name in another letter case', headers(report), ['format', 'pdf', 'KIND', 'report'], 'passed'],
    ['a value that looks like a pattern', headers({ Format: '.*' }), ['Format', 'pdf'], 'filtered'],
    ['any value', headers({ Format: null }), ['Format', ''], 'passed'],
    ['any value, and none there', headers({ Format: null }), ['Kind', 'x'], 'filtered'],
    ['names with x-', headers({ 'X-Kind': 'a' }, 'all-with-x'), ['x-kind', 'a'], 'passed'],
    ['any of names with x-', headers({ 'x-a': '1', b: '2' }, 'any-with-x'), ['x-a', '1'], 'passed'],
  ])('passes by %s', (_what, filter, lines, expected) => {
    expect(outcome(filter, ...lines)).toBe(expected)
  })

  it.each<[string, JsonObject, RegExp]>([
    ['without a table', headers(undefined), /^Subscription\.filters\[0\]\.match must be an object/],
    ['with another word', headers({}, 'some'), /\.xMatch must be one of all any all-with-x any-with-x$/],
    ['with a number', headers({ Pages: 3 }), /\.match\.Pages must be a text, or null for any value$/],
    ['with a name that RabbitMQ leaves out', headers({ 'X-A': '1' }, 'any'), /use any-with-x$/],
    [
      'with too many',
      headers(Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`h${index}`, '']))),
      /must not name more than 32 headers$/,
    ],
  ])('is refused %s', (_what, filter, expected) => {
    expect(outcome(filter)).toMatch(expected)
  })
})

describe('the routing key', () => {
  const pattern = (text: string): JsonObject => ({ type: 'pattern', header: 'Routing-Key', pattern: text })

  it('is empty where the header is missing, and may be spelt in any letter case', () => {
    expect(outcome(pattern('#'))).toBe('passed')
    expect(outcome(pattern('*'))).toBe('filtered')
    expect(outcome(pattern(''))).toBe('passed')
    expect(outcome(pattern('a.*'), 'routing-key', 'a.b')).toBe('passed')
    expect(outcome(headers({ 'Routing-Key': '' }))).toBe('passed')
  })

  it('is a header like any other where only its presence is asked for', () => {
    expect(outcome(headers({ 'Routing-Key': null }))).toBe('filtered')
    expect(outcome({ type: 'exists', header: 'Routing-Key' })).toBe('filtered')
    expect(outcome({ type: 'exists', header: 'Routing-Key' }, 'ROUTING-KEY', 'a')).toBe('passed')
  })

  it('stands for nothing in another header', () => {
    expect(outcome({ type: 'pattern', header: 'Key', pattern: '#' })).toBe('filtered')
  })
})
