import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../domain/json-shapes.js'
import { effortMax } from './effort.js'
import { compileFilters, createInspector, type FilterOutcome } from './filters.js'

const inspector = createInspector()

function judge(
  filters: JsonObject | readonly JsonObject[],
  body: unknown,
  headers: readonly string[] | null = null,
): FilterOutcome {
  const list = Array.isArray(filters) ? (filters as readonly JsonObject[]) : [filters as JsonObject]
  const compiled = compileFilters(list, 'JSON')
  if (compiled === null || 'problem' in compiled) throw new Error(compiled?.problem ?? 'no filters')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return inspector.judge(compiled, { body: Buffer.from(text), avro: null, propagated: headers })
}

/** In one word: whether it passes, or what went wrong. */
function verdict(...message: Parameters<typeof judge>): string {
  const outcome = judge(...message)
  return outcome.kind === 'failed' ? outcome.problem : outcome.kind
}

const jsonpath = (path: string, matcher: string, more: JsonObject = {}): JsonObject => ({
  type: 'jsonpath',
  path,
  matcher,
  ...more,
})
const header = (name: string, matcher: string): JsonObject => ({ type: 'header', header: name, matcher })
const number = (path: string, operator: string, value: number, more: JsonObject = {}): JsonObject => ({
  type: 'number',
  path,
  operator,
  value,
  ...more,
})
const any = { matchingStrategy: 'any' }

describe('a jsonpath filter, as Hermes was seen to judge', () => {
  it.each<[string, unknown, string, string, string]>([
    ['the whole value', { a: 'new' }, '$.a', 'ne', 'filtered'],
    ['a whole value', { a: 'new' }, '$.a', 'new', 'passed'],
    ['starts with', { a: 'abcdef' }, '$.a', '^abc.*', 'passed'],
    ['a line end', { a: 'abc\ndef' }, '$.a', 'abc.*', 'filtered'],
    ['a missing member', {}, '$.a', '.*', 'filtered'],
    ['a path through a scalar', { a: 1 }, '$.a.b', '.*', 'filtered'],
    ['an index of an object', { a: {} }, '$.a[0]', '.*', 'filtered'],
    ['an integer', { a: 1 }, '$.a', '1', 'passed'],
    ['a fraction', '{"a":1.50}', '$.a', '1\\.5', 'passed'],
    ['a whole fraction', '{"a":1.0}', '$.a', '1\\.0', 'passed'],
    ['a big fraction', '{"a":1e10}', '$.a', '1\\.0E10', 'passed'],
    ['a small fraction', '{"a":0.0001}', '$.a', '1\\.0E-4', 'passed'],
    [
      'at the border of both forms',
      '{"a":[0.001,9999999.0,1e7,-12345678.9]}',
      '$.a',
      '\\[0\\.001,9999999\\.0,1\\.0E7,-1\\.23456789E7\\]',
      'passed',
    ],
    ['a number beyond doubles', '{"a":1e400}', '$.a', 'Infinity', 'passed'],
    ['a long integer', '{"a":9007199254740993}', '$.a', '9007199254740993', 'passed'],
    ['minus zero', '{"a":-0}', '$.a', '0', 'passed'],
    ['minus zero as a fraction', '{"a":-0.0}', '$.a', '-0\\.0', 'passed'],
    ['a flag', { a: true }, '$.a', 'true', 'passed'],
    ['an object', { a: { a: 1, b: 2 } }, '$.a', '\\{a=1, b=2\\}', 'passed'],
    [
      'an object in an object',
      { a: { b: { c: 'x' }, d: [1, { e: 'y' }] } },
      '$.a',
      '\\{b=\\{c=x\\}, d=\\[1,\\{"e":"y"\\}\\]\\}',
      'passed',
    ],
    ['an array by a definite path', { a: [1, 2] }, '$.a', '\\[1,2\\]', 'passed'],
    ['texts in an array', { a: ['x/y', 'ą"'] }, '$.a', '\\["x\\\\/y","ą\\\\""\\]', 'passed'],
    ['the whole body', [1, 'x'], '$', '\\[1,"x"\\]', 'passed'],
    ['an empty array', { a: [] }, '$.a', '\\[\\]', 'passed'],
    ['each of an empty array', { a: [] }, '$.a[*]', '.*', 'filtered'],
    ['a path without root', { status: 'new' }, 'status', 'new', 'passed'],
    ['a path with a dot in front', { status: 'new' }, '.status', 'new', 'passed'],
    ['all values', { a: ['x', 'xy'] }, '$.a[*]', 'x.*', 'passed'],
    ['not all values', { a: ['x', 'y'] }, '$.a[*]', 'x.*', 'filtered'],
    ['an item', { a: ['x', 'y'] }, '$.a[1]', 'y', 'passed'],
    ['an item from the end', { a: ['x', 'y'] }, '$.a[-2]', 'x', 'passed'],
    ['no such item', { a: ['x', 'y'] }, '$.a[2]', '.*', 'filtered'],
    ['no such item from the end', { a: ['x', 'y'] }, '$.a[-3]', '.*', 'filtered'],
    ['each member', { a: 'x', b: 'x' }, '$.*', 'x', 'passed'],
    ['any depth', { a: 'x', b: [{ a: 'x' }] }, '$..a', 'x', 'passed'],
    ['any depth, one differs', { a: 'x', b: [{ a: 'y' }] }, '$..a', 'x', 'filtered'],
    ['a null', { a: null }, '$.a', 'null', 'filtered'],
    ['a null in an array', { a: [null] }, '$.a', '\\[null\\]', 'passed'],
    ['a null among values', { a: ['x', null] }, '$.a[*]', '.*', 'filtered'],
    ['an escaped text', '{"a":"\\u0105\\n\\"/"}', '$.a', 'ą\\n"/', 'passed'],
    ['an escaped name', '{"\\u0061":"x"}', '$.a', 'x', 'passed'],
    ['an empty name', { '': 'x' }, "$['']", 'x', 'passed'],
    ['a name twice', '{"a":"x","a":"y"}', '$.a', 'y', 'passed'],
    ['a byte order mark', '\ufeff{"a":"x"}', '$.a', 'x', 'passed'],
    ['a name of a prototype', {}, '$.__proto__', '.*', 'filtered'],
    ['a name of every object', {}, '$.constructor', '.*', 'filtered'],
    ['an own member of that name', '{"__proto__":"x"}', '$.__proto__', 'x', 'passed'],
  ])('%s', (_what, body, path, matcher, expected) => {
    expect(verdict(jsonpath(path, matcher), body)).toBe(expected)
  })

  it.each<[JsonObject, unknown, string]>([
    [any, { a: ['x', 'y'] }, 'passed'],
    [{ matchingStrategy: 'ANY' }, { a: ['x', 'y'] }, 'passed'],
    [any, { a: ['z', 'y'] }, 'filtered'],
    [any, { a: [] }, 'filtered'],
    [any, { a: ['x', null] }, 'passed'],
    [any, { a: [null, 'x'] }, 'filtered'],
    [{ matchingStrategy: 'some' }, { a: ['x', 'y'] }, 'filtered'],
    [{ matchingStrategy: 'All' }, { a: ['x', 'x'] }, 'passed'],
    [{ matchingStrategy: 5 }, { a: ['x', 'y'] }, 'filtered'],
  ])('with %j', (strategy, body, expected) => {
    expect(verdict(jsonpath('$.a[*]', 'x', strategy), body)).toBe(expected)
  })
})

describe('a header filter', () => {
  const lines = ['X-Kind', 'gold', 'X-Kind', 'late', 'x-Other', 'v1']

  it.each<[string, string, string]>([
    ['X-Kind', 'gold', 'passed'],
    ['X-Kind', 'go', 'filtered'],
    ['X-Kind', 'late', 'filtered'],
    ['x-kind', 'gold', 'filtered'],
    ['X-Other', 'v.', 'filtered'],
    ['x-Other', 'v.', 'passed'],
    ['gold', '.*', 'filtered'],
  ])('on %s with %s: %s', (name, matcher, expected) => {
    expect(verdict(header(name, matcher), '{}', lines)).toBe(expected)
  })

  it('finds nothing where the publisher sent no headers, and never looks at the body', () => {
    expect(verdict(header('X', '.*'), '{}')).toBe('filtered')
    expect(verdict(header('X', 'y'), 'no JSON at all', ['X', 'y'])).toBe('passed')
  })
})

describe('filters of ours', () => {
  it.each<[JsonObject, unknown, string]>([
    [number('$.a', '<', 10), { a: 9.5 }, 'passed'],
    [number('$.a', '<', 10), { a: 10 }, 'filtered'],
    [number('$.a', '<=', 10), { a: 10 }, 'passed'],
    [number('$.a', '>', -1), { a: -1 }, 'filtered'],
    [number('$.a', '>=', 1e3), '{"a":1.0e3}', 'passed'],
    [number('$.a', '=', 1), '{"a":1.0}', 'passed'],
    [number('$.a', '!=', 1), { a: 2 }, 'passed'],
    [number('$.a', '=', 1), { a: '1' }, 'filtered'],
    [number('$.a', '!=', 1), { a: null }, 'filtered'],
    [number('$.a', '!=', 1), {}, 'filtered'],
    [number('$.a[*]', '>', 1), { a: [2, 3] }, 'passed'],
    [number('$.a[*]', '>', 1), { a: [2, 1] }, 'filtered'],
    [number('$.a[*]', '>', 1, any), { a: ['x', null, 2] }, 'passed'],
    [{ type: 'exists', path: '$.a.b' }, { a: { b: null } }, 'passed'],
    [{ type: 'exists', path: '$.a.b' }, { a: {} }, 'filtered'],
    [{ type: 'exists', path: '$.a[*]' }, { a: [] }, 'filtered'],
    [{ type: 'exists', header: 'X' }, {}, 'passed'],
    [{ type: 'exists', header: 'Y' }, {}, 'filtered'],
    [{ type: 'pattern', path: '$.key', pattern: 'order.*.pl' }, { key: 'order.new.pl' }, 'passed'],
    [{ type: 'pattern', path: '$.key', pattern: 'order.*.pl' }, { key: 'order.pl' }, 'filtered'],
    [{ type: 'pattern', path: '$.keys[*]', pattern: 'a.#', ...any }, { keys: ['b', 'a.b'] }, 'passed'],
    [{ type: 'pattern', header: 'X', pattern: '*.yz' }, {}, 'passed'],
    [{ type: 'not', filter: jsonpath('$.a', 'x') }, { a: 'y' }, 'passed'],
    [{ type: 'not', filter: jsonpath('$.a', 'x') }, {}, 'passed'],
    [{ type: 'not', filter: jsonpath('$.a', 'x') }, { a: 'x' }, 'filtered'],
    [{ type: 'and', filters: [jsonpath('$.a', 'x'), header('X', 'x.yz')] }, { a: 'x' }, 'passed'],
    [{ type: 'and', filters: [jsonpath('$.a', 'x'), header('X', 'q')] }, { a: 'x' }, 'filtered'],
    [{ type: 'or', filters: [jsonpath('$.a', 'x'), header('X', 'q')] }, { a: 'x' }, 'passed'],
    [{ type: 'or', filters: [jsonpath('$.a', 'y'), header('X', 'q')] }, { a: 'x' }, 'filtered'],
    [
      {
        type: 'or',
        filters: [
          { type: 'and', filters: [jsonpath('$.a', 'y')] },
          { type: 'not', filter: header('Y', '.*') },
        ],
      },
      {},
      'passed',
    ],
  ])('%j over %j: %s', (filter, body, expected) => {
    expect(verdict(filter, body, ['X', 'x.yz'])).toBe(expected)
  })
})

describe('the list of filters', () => {
  it('lets pass what passes all of them, and names the type of the first that does not', () => {
    const filters = [jsonpath('$.a', 'x'), header('X', 'y')]

    expect(judge(filters, { a: 'x' }, ['X', 'y'])).toEqual({ kind: 'passed' })
    expect(judge(filters, { a: 'x' }, ['X', 'z'])).toEqual({ kind: 'filtered', by: 'header' })
    expect(judge(filters, { a: 'y' }, ['X', 'z'])).toEqual({ kind: 'filtered', by: 'jsonpath' })
  })

  it('is nothing where there are none', () => {
    expect(compileFilters([], 'JSON')).toBeNull()
  })

  it.each([
    ['', /^the body is empty$/],
    ['{', /^not JSON: it ends too early/],
    ['{"a":x}', /^not JSON: unexpected x at byte 5$/],
    ['[1] 2', /^not JSON: unexpected 2/],
    ['['.repeat(101) + ']'.repeat(101), /^nested deeper than 100/],
    [`[${'1,'.repeat(1 << 20)}1]`, /^it holds more than 1048576 values$/],
    [`"${'x'.repeat(4 * effortMax)}"`, /^the filters need more than 1000000 steps/],
  ])('cannot judge a broken body, which is no verdict', (body, problem) => {
    expect(verdict(jsonpath('$.a', 'x'), body)).toMatch(problem)
    expect(verdict({ type: 'not', filter: jsonpath('$.a', 'x') }, body)).toMatch(problem)
    expect(verdict([header('X', 'y'), jsonpath('$.a', 'x')], body)).toBe('filtered')
  })

  it('reads a body once, whatever looks into it', () => {
    const body = { text: 'x'.repeat(4_000), a: 'x' }
    judge(jsonpath('$.a', 'x'), body)
    const once = inspector.spent()
    judge(
      Array.from({ length: 32 }, () => jsonpath('$.a', 'x')),
      body,
    )

    expect(once).toBeGreaterThan(1_000)
    expect(inspector.spent()).toBeLessThan(2 * once)
  })

  it('judges the next message after one that it could not', () => {
    expect(verdict(jsonpath('$.a', 'x'), '{')).toMatch(/^not JSON/)
    expect(verdict(jsonpath('$.a', 'x'), { a: 'x' })).toBe('passed')
  })
})

describe('a list that cannot be used', () => {
  const refusal = (...filters: readonly JsonObject[]): string => {
    const compiled = compileFilters(filters, 'JSON')
    return compiled !== null && 'problem' in compiled ? compiled.problem : 'taken'
  }
  const nested = (count: number): JsonObject =>
    count === 1 ? header('X', 'y') : { type: 'not', filter: nested(count - 1) }

  it.each<[readonly JsonObject[], RegExp]>([
    [[{}], /^Message filter type null doesn't match topic content type JSON$/],
    [[{ type: 5 }], /^Message filter type null doesn't/],
    [[{ type: 'bogus' }], /^Message filter type bogus doesn't match topic content type JSON$/],
    [[{ type: 'JSONPATH' }], /^Message filter type JSONPATH doesn't/],
    [
      [{ type: 'avropath', path: '.a', matcher: 'x' }],
      /^Message filter type avropath doesn't match topic content type JSON$/,
    ],
    [[{ type: 'constructor' }], /^Message filter type constructor doesn't/],
    [[{ type: 'jsonpath', matcher: 'x' }], /^Subscription\.filters\[0\]\.path must not be null$/],
    [[{ type: 'jsonpath', path: '$.a' }], /^Subscription\.filters\[0\]\.matcher must not be null$/],
    [[{ type: 'jsonpath', path: 5, matcher: 'x' }], /^Subscription\.filters\[0\]\.path must be a text$/],
    [[{ type: 'header', matcher: 'x' }], /^Subscription\.filters\[0\]\.header must not be null$/],
    [
      [header('X', 'y'), jsonpath('$[?(1)]', 'x')],
      /^Subscription\.filters\[1\]\.path has an expression, which is never evaluated \(at position 2\)$/,
    ],
    [
      [header('X', '(?=a)')],
      /^Subscription\.filters\[0\]\.matcher has a look ahead, .* in linear time \(at position 0\)$/,
    ],
    [[number('$.a', '<>', 1)], /^Subscription\.filters\[0\]\.operator must be one of < <= > >= = !=$/],
    [[{ ...number('$.a', '<', 1), value: '1' }], /^Subscription\.filters\[0\]\.value must be a number$/],
    [[{ type: 'exists' }], /^Subscription\.filters\[0\] needs either a header or a path$/],
    [[{ type: 'pattern', path: '$', header: 'X', pattern: '#' }], /needs either a header or a path$/],
    [[{ type: 'pattern', path: '$' }], /^Subscription\.filters\[0\]\.pattern must not be null$/],
    [[{ type: 'and' }], /^Subscription\.filters\[0\]\.filters must be a list of filters$/],
    [[{ type: 'or', filters: [] }], /^Subscription\.filters\[0\]\.filters must be a list of filters$/],
    [[{ type: 'or', filters: ['x'] }], /^Subscription\.filters\[0\]\.filters\[0\] must be a filter$/],
    [[{ type: 'not' }], /^Subscription\.filters\[0\]\.filter must be a filter$/],
    [
      [{ type: 'not', filter: { type: 'and', filters: [header('X', 'y'), header('X', '[')] } }],
      /^Subscription\.filters\[0\]\.filter\.filters\[1\]\.matcher has a \[ without its \] \(at position 0\)$/,
    ],
    [
      [{ type: 'not', filter: { type: 'bogus' } }],
      /^Message filter type bogus doesn't .* JSON \(at filters\[0\]\.filter\)$/,
    ],
    [
      Array.from({ length: 33 }, () => header('X', 'y')),
      /^Subscription\.filters must not hold more than 32 filters in all$/,
    ],
    [[nested(33)], /^Subscription\.filters must not hold more than 32 filters in all$/],
  ])('%j', (filters, problem) => {
    expect(refusal(...filters)).toMatch(problem)
  })

  it('is refused where its patterns are too large together', () => {
    const large = Array.from({ length: 9 }, () => header('X', '(?:ab){500}'))

    expect(refusal(...large.slice(0, 8))).toBe('taken')
    expect(refusal(...large)).toMatch(/^Subscription\.filters\[8\]\.matcher makes the patterns .* too large/)
  })

  it('is taken at its bounds, and for AVRO where no filter looks into the body', () => {
    expect(refusal(...Array.from({ length: 32 }, () => header('X', 'y')))).toBe('taken')
    expect(refusal(nested(32))).toBe('taken')
    const avro = compileFilters([header('X', 'y')], 'AVRO')
    expect(avro !== null && 'problem' in avro).toBe(false)
  })

  it('looks into what its topic holds, and nothing else', () => {
    expect(compileFilters([{ type: 'avropath', path: '.a', matcher: 'x' }], 'JSON')).toEqual({
      problem: "Message filter type avropath doesn't match topic content type JSON",
    })
    expect(compileFilters([{ type: 'avropath', path: 'a[x]', matcher: 'x' }], 'AVRO')).toEqual({
      problem: 'Subscription.filters[0].path needs a name, perhaps with [3] or [*] behind it (at position 0)',
    })
    expect(compileFilters([jsonpath('$.a', 'x')], 'AVRO')).toEqual({
      problem: "Message filter type jsonpath doesn't match topic content type AVRO",
    })
  })
})
