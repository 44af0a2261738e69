import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../domain/json-shapes.js'
import { breaksBetween, type Compatibility } from './compatibility.js'
import { compileJsonSchema, type JsonValidator } from './validator.js'

function compiled(schema: unknown): JsonValidator {
  const validator = compileJsonSchema(typeof schema === 'string' ? schema : JSON.stringify(schema))
  if ('problem' in validator) throw new Error(validator.problem)
  return validator
}
const problemOf = (schema: unknown): string => {
  const validator = compileJsonSchema(typeof schema === 'string' ? schema : JSON.stringify(schema))
  return 'problem' in validator ? validator.problem : 'taken'
}
const nested = (depth: number): object => {
  let schema: object = { type: 'string' }
  for (let at = 0; at < depth; at++) schema = { properties: { a: schema } }
  return schema
}

const order = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    code: { type: 'string', pattern: '^[A-Z]{2}\\d+$' },
    lines: { type: 'array', items: { $ref: '#/$defs/line' }, uniqueItems: true },
  },
  required: ['id'],
  additionalProperties: false,
  $defs: { line: { type: 'object', properties: { qty: { type: 'integer', minimum: 1 } } } },
}

describe('a message held against a schema', () => {
  it.each<[unknown]>([
    [{ id: 1 }],
    [{ id: 1, code: 'AB12', lines: [{ qty: 1 }, { qty: 2 }] }],
    [{ id: 1, lines: [] }],
  ])('fits: %j', message => {
    expect(compiled(order).errors(message)).toBeNull()
  })

  it.each<[unknown, string, string]>([
    [{}, '', "must have required property 'id'"],
    [{ id: 'x' }, '/id', 'must be integer'],
    [{ id: 1, code: 'ab' }, '/code', 'must match pattern'],
    [{ id: 1, lines: [{ qty: 0 }] }, '/lines/0/qty', 'must be >= 1'],
    [
      {
        id: 1,
        lines: [
          { qty: 1, a: 1 },
          { a: 1, qty: 1 },
        ],
      },
      '/lines',
      'must NOT have duplicate items',
    ],
    [{ id: 1, more: 1 }, '', 'must NOT have additional properties (more)'],
    [[], '', 'must be object'],
  ])('does not fit: %j', (message, pointer, problem) => {
    expect(compiled(order).errors(message)?.[0]).toEqual({
      pointer,
      problem: expect.stringContaining(problem) as unknown,
    })
  })

  it('is told at most ten errors', () => {
    const errors = compiled({ items: { type: 'string' } }).errors(
      Array.from({ length: 50 }, (_, index) => index),
    )

    expect(errors).toHaveLength(10)
    expect(errors?.[9]).toEqual({ pointer: '/9', problem: 'must be string' })
  })

  it('finds no property that only every object has', () => {
    expect(compiled({ required: ['constructor'] }).errors({})).toHaveLength(1)
    expect(compiled({ required: ['toString'] }).errors({ toString: 1 })).toBeNull()
  })

  it.each<[string, object, unknown]>([
    [
      'references that double',
      {
        $ref: '#/$defs/a0',
        $defs: Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [
            `a${at}`,
            at === 39 ? {} : { allOf: [{ $ref: `#/$defs/a${at + 1}` }, { $ref: `#/$defs/a${at + 1}` }] },
          ]),
        ),
      },
      {},
    ],
    ['many values', { items: { type: 'integer' } }, Array(400_000).fill(1)],
    ['long texts', { pattern: '(a|b)*c{100}$' }, 'ab'.repeat(100_000)],
  ])('ends within its steps with %s', (_what, schema, message) => {
    expect(compiled(schema).errors(message)).toEqual([
      { pointer: '', problem: expect.stringMatching(/the message takes/) as unknown },
    ])
  })
})

describe('a schema', () => {
  it.each<[string, unknown, RegExp | string]>([
    [
      'of draft-07',
      { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] },
      'taken',
    ],
    ['of 2020-12', { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{}] }, 'taken'],
    ['with a property called $ref', { properties: { $ref: { type: 'string' } } }, 'taken'],
    ['with $ref among its values', { const: { $ref: 'http://elsewhere/' } }, 'taken'],
    [
      'of another dialect',
      { $schema: 'http://json-schema.org/draft-04/schema' },
      /^\/\$schema must be one of/,
    ],
    [
      'with a remote reference',
      { items: { $ref: 'http://elsewhere/' } },
      /^\/items\/\$ref must lead to a place in this/,
    ],
    ['with a reference to nothing', { $ref: '#/$defs/none' }, /^the schema is not valid/],
    ['with a look-ahead', { pattern: '(?=a)b' }, /^\/pattern: the pattern .* is refused by RE2/],
    ['with a bad name pattern', { patternProperties: { '(': {} } }, /^\/patternProperties: /],
    ['with patterns too large', { pattern: '(a{1000}){9}' }, /too large together|refused by RE2/],
    ['with a wrong keyword value', { type: 'text' }, /^the schema is not valid/],
    ['that is asynchronous', { $async: true }, /^\/\$async is not JSON Schema/],
    ['that is a list', [], /must be a JSON object/],
    ['that is no JSON', '{', /is not JSON/],
    ['too deep', nested(51), /deeper than 50|nest/],
    [
      'too many',
      { properties: Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`a${at}`, {}])) },
      /more than 2000 schemas/,
    ],
    ['too large', `{"description":"${'x'.repeat(262_144)}"}`, /larger than 262144/],
  ])('%s', (_what, schema, expected) => {
    if (expected === 'taken') expect(problemOf(schema)).toBe('taken')
    else expect(problemOf(schema)).toMatch(expected)
  })
})

const shown = (former: object, next: object, compatibility: Compatibility = 'BACKWARD'): string[] =>
  breaksBetween(former as JsonObject, next as JsonObject, compatibility).map(
    ({ pointer, breaks, problem, isCertain }) => `${breaks} ${pointer}: ${problem}${isCertain ? '' : ' (?)'}`,
  )

describe('a new version', () => {
  const former = {
    type: 'object',
    properties: { id: { type: ['integer', 'string'] }, kind: { enum: ['a', 'b'] }, size: { maximum: 10 } },
    required: ['id'],
  }

  it.each<[string, object]>([
    ['says the same in other words', { ...former, title: 'Order', description: 'x', $comment: 'y' }],
    ['requires less', { ...former, required: [] }],
    ['allows more types', { ...former, properties: { ...former.properties, id: {} } }],
    [
      'lists more values',
      { ...former, properties: { ...former.properties, kind: { enum: ['a', 'b', 'c'] } } },
    ],
    ['bounds less', { ...former, properties: { ...former.properties, size: { maximum: 11 } } }],
    [
      'takes numbers for whole numbers',
      { ...former, properties: { ...former.properties, id: { type: ['number', 'string'] } } },
    ],
  ])('breaks nobody where it %s', (_what, next) => {
    expect(shown(former, next)).toEqual([])
  })

  it.each<[string, object, readonly string[]]>([
    [
      'a type goes',
      { ...former, properties: { ...former.properties, id: { type: 'string' } } },
      ['publishers /properties/id/type: integer is no type any more; it must be string'],
    ],
    [
      'a value goes',
      { ...former, properties: { ...former.properties, kind: { enum: ['a'] } } },
      ['publishers /properties/kind/enum: no longer listed: "b"'],
    ],
    [
      'a bound falls',
      { ...former, properties: { ...former.properties, size: { maximum: 9 } } },
      ['publishers /properties/size/maximum: maximum was 10 and is 9 now'],
    ],
    [
      'more is required',
      { ...former, required: ['id', 'kind'] },
      ['publishers /required: required now: "kind"'],
    ],
    [
      'others are forbidden',
      { ...former, additionalProperties: false },
      ['publishers /additionalProperties: other properties are not allowed any more'],
    ],
    [
      'a property gets a rule',
      { ...former, properties: { ...former.properties, note: { type: 'string' } } },
      [
        'publishers /properties/note/type: null, boolean, number, array, object is no type any more; it must be string',
      ],
    ],
    [
      'something changes that nobody can judge',
      { ...former, not: { required: ['x'] } },
      ['publishers /not: not is new: this cannot be judged (?)'],
    ],
  ])('breaks publishers where %s', (_what, next, expected) => {
    expect(shown(former, next)).toEqual(expected)
  })

  it.each<[string, object, object]>([
    [
      'patterns of names go',
      { patternProperties: { '^x': {} }, additionalProperties: false },
      { additionalProperties: false },
    ],
    ['places of a list go', { prefixItems: [{}], items: false }, { items: false }],
    ['a count goes whose default is higher', { contains: {}, minContains: 0 }, { contains: {} }],
    [
      'a property goes beside a rule for all that nothing looked at',
      { properties: { a: {} }, unevaluatedProperties: false },
      { properties: {}, unevaluatedProperties: false },
    ],
    [
      'what is referred to by a way round changes',
      { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: {} } },
      { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { type: 'null' } } },
    ],
  ])('is not judged but counts as breaking where %s', (_what, before, after) => {
    const breaks = breaksBetween(before as JsonObject, after as JsonObject, 'BACKWARD')

    expect(breaks.length).toBeGreaterThan(0)
    expect(breaks.some(each => !each.isCertain)).toBe(true)
    expect(shown(after, after)).toEqual([])
  })

  it('breaks subscribers where more is valid, if that is asked', () => {
    const next = { ...former, required: [] }

    expect(shown(former, next, 'FORWARD')).toEqual(['subscribers /required: required now: "id"'])
    expect(shown(former, next, 'FULL')).toHaveLength(1)
    expect(shown(former, { type: 'string' }, 'NONE')).toEqual([])
  })

  it('is compared through its references, also those that lead back', () => {
    const list = (type: string): object => ({
      properties: { next: { $ref: '#' }, value: { $ref: '#/$defs/value' } },
      $defs: { value: { type } },
    })

    expect(shown(list('integer'), list('integer'))).toEqual([])
    expect(shown(list('number'), list('integer'))[0]).toContain('/properties/value/type')
  })

  it('that breaks nobody by our word takes every message that the former took', () => {
    const schema = fc.record(
      {
        type: fc.constantFrom('object', ['object', 'null']),
        required: fc.subarray(['a', 'b']),
        additionalProperties: fc.boolean(),
        properties: fc.dictionary(
          fc.constantFrom('a', 'b', 'c'),
          fc.record(
            {
              type: fc.constantFrom('integer', 'number', 'string'),
              minimum: fc.integer({ min: 0, max: 3 }),
              enum: fc.subarray([0, 1, 2, 'x'], { minLength: 1 }),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    const message = fc.oneof(
      fc.constant(null),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(0, 1, 1.5, 2, 4, 'x', 'y', true)),
    )
    fc.assert(
      fc.property(
        schema,
        schema,
        fc.array(message, { minLength: 20, maxLength: 20 }),
        (one, other, messages) => {
          if (shown(one, other).length > 0) return
          const [formerly, now] = [compiled(one), compiled(other)]
          for (const each of messages)
            if (formerly.errors(each) === null)
              expect([one, other, each, now.errors(each)]).toEqual([one, other, each, null])
        },
      ),
      { numRuns: 60 },
    )
  })
})
