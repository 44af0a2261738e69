import { describe, expect, it } from 'vitest'
import { createLenientEncoder, type AvroEncoder, type EncodedAvro } from './lenient.js'
import { avroMetadataBytes, withMetadata } from './metadata.js'
import { avroJson, avroMetadata, avroPlaces, avroReading } from './read.js'
import { compileAvroSchema, type AvroSchema } from './schema.js'
import { createStrictEncoder } from './strict.js'

const metadataField = {
  name: '__metadata',
  type: ['null', { type: 'map', values: 'string' }],
  default: null,
}

function schemaOf(...fields: readonly object[]): AvroSchema {
  const compiled = compileAvroSchema(JSON.stringify({ type: 'record', name: 'User', fields }))
  if ('problem' in compiled) throw new Error(compiled.problem)
  return compiled
}

const user = schemaOf({ name: 'name', type: 'string' }, { name: 'age', type: 'int' }, metadataField)
const rich = schemaOf(
  { name: 'small', type: 'int', default: 7 },
  { name: 'large', type: 'long', default: 0 },
  { name: 'rough', type: 'float', default: 0 },
  { name: 'fine', type: 'double', default: 0 },
  { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] }, default: 'A' },
  { name: 'lines', type: { type: 'array', items: 'int' }, default: [] },
  { name: 'notes', type: { type: 'map', values: 'string' }, default: {} },
  { name: 'either', type: ['null', 'int', 'long', 'string'], default: null },
  {
    name: 'inner',
    type: { type: 'record', name: 'Inner', fields: [{ name: 'on', type: 'boolean' }] },
    default: { on: true },
  },
  { name: 'four', type: { type: 'fixed', name: 'Four', size: 2 }, default: 'ab' },
)

const encoded = (encoder: AvroEncoder, schema: AvroSchema, body: unknown): EncodedAvro => {
  const outcome = encoder.encode(schema, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  if ('problem' in outcome) throw new Error(outcome.problem)
  return outcome
}
const problemOf = (encoder: AvroEncoder, schema: AvroSchema, body: unknown): string => {
  const outcome = encoder.encode(schema, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  return 'problem' in outcome ? outcome.problem : 'none'
}

describe('plain JSON as Avro', () => {
  const encoder = createLenientEncoder()

  it('takes members in any order, leaves unknown ones out and fills in defaults', () => {
    const { bytes } = encoded(encoder, rich, { unknown: {}, large: 5, small: 1, either: 'x' })

    expect(JSON.parse(avroJson(rich, bytes))).toEqual({
      ...{ small: 1, large: 5, rough: 0, fine: 0, kind: 'A', lines: [], notes: {}, either: 'x' },
      ...{ inner: { on: true }, four: 'ab' },
    })
  })

  it('keeps every whole number of 64 bits', () => {
    const { bytes } = encoded(encoder, rich, '{"large":-9223372036854775808,"either":9223372036854775807}')

    const json = avroJson(rich, bytes)

    expect(json).toContain('"large":-9223372036854775808')
    expect(json).toContain('"either":9223372036854775807')
  })

  it.each<[string, unknown, string]>([
    ['a text for a number', { small: 'x' }, 'Field small is expected to be type: java.lang.Number'],
    ['a number for an enum', { kind: 1 }, 'Field kind is expected to be type: java.lang.String'],
    ['an unknown symbol', { kind: 'C' }, 'Field kind is expected to be of enum type and be one of A, B'],
    ['an object for an array', { lines: {} }, 'Field lines is expected to be type: java.util.Collection'],
    ['an array for a map', { notes: [] }, 'Field notes is expected to be type: java.util.Map'],
    ['a wrong item', { lines: [1, true] }, 'Field lines is expected to be type: java.lang.Number'],
    ['a nested field', { inner: { on: 1 } }, 'Field inner.on is expected to be type: java.lang.Boolean'],
    ['a missing nested field', { inner: {} }, 'Field inner.on is missing and has no default'],
    [
      'a fraction for an int',
      { small: 1.5 },
      'Field small is expected to be a number that fits int, not 1.5',
    ],
    [
      'a whole number over 32 bits',
      { small: 2147483648 },
      'Field small is expected to be a number that fits int, not 2147483648',
    ],
    [
      'a whole number over 64 bits',
      '{"large":9223372036854775808}',
      'Field large is expected to be a number that fits long, not 9223372036854775808',
    ],
    [
      'an infinite double',
      '{"fine":1e999}',
      'Field fine is expected to be a number that fits double, not 1e999',
    ],
    [
      'a float too large',
      '{"rough":1e39}',
      'Field rough is expected to be a number that fits float, not 1e39',
    ],
    ['a wrong length', { four: 'abc' }, 'Field four is expected to be a text of 2 bytes'],
    [
      'no branch of a union',
      { either: true },
      'Could not evaluate union, field either is expected to be one of these: NULL, INT, LONG, STRING. ' +
        'If this is a complex type, check if offending field: either adheres to schema.',
    ],
    [
      'the tagged form of a union',
      { either: { string: 'n' } },
      'Could not evaluate union, field either is expected to be one of these: NULL, INT, LONG, STRING. ' +
        'If this is a complex type, check if offending field: either adheres to schema.',
    ],
  ])('refuses %s', (_what, body, problem) => {
    expect(problemOf(encoder, rich, body)).toBe(`Failed to convert JSON to Avro: ${problem}`)
  })

  it.each(['', '[]', '1', '{"a":', 'text', '{} more'])('refuses %j, which is no object', body => {
    expect(problemOf(encoder, user, body)).toBe('Failed to parse json to map format.')
  })

  it('takes whole numbers in every spelling', () => {
    expect(avroJson(rich, encoded(encoder, rich, '{"small":1.0,"large":1e3}').bytes)).toContain(
      '"small":1,"large":1000',
    )
  })

  it('gives up on unions that would take for ever', () => {
    const nested = compileAvroSchema(
      JSON.stringify({
        type: 'record',
        name: 'A',
        fields: [
          {
            name: 'a',
            type: [
              'null',
              'A',
              { type: 'record', name: 'B', fields: [{ name: 'a', type: ['null', 'A', 'B'] }] },
            ],
          },
        ],
      }),
    ) as AvroSchema
    const body = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`

    expect(problemOf(encoder, nested, body)).toMatch(/takes too many tries of its unions$/)
  })
})

describe("Avro's own JSON as Avro", () => {
  const encoder = createStrictEncoder()

  it('takes tagged unions and any order of members', () => {
    const { bytes } = encoded(encoder, user, '{"age":1,"__metadata":{"map":{"a":"b"}},"name":"j"}')

    expect(avroJson(user, bytes)).toBe('{"name":"j","age":1,"__metadata":{"a":"b"}}')
  })

  it.each<[string, unknown, string]>([
    ['a wrong type', { name: 'j', age: 'x', __metadata: null }, 'Expected int. Got VALUE_STRING.'],
    ['no metadata', { name: 'j', age: 1 }, 'Expected start-union. Got END_OBJECT.'],
    ['a missing field', { name: 'j', __metadata: null }, 'Expected field name not found: age.'],
    [
      'an unknown member',
      { name: 'j', age: 1, __metadata: null, x: 1 },
      'Expected record-end. Got FIELD_NAME.',
    ],
    ['a fraction', { name: 'j', age: 1.5, __metadata: null }, 'Numeric value (1.5) out of range of int.'],
    ['an untagged union', { name: 'j', age: 1, __metadata: 'x' }, 'Expected start-union. Got VALUE_STRING.'],
    ['an unknown branch', { name: 'j', age: 1, __metadata: { int: 1 } }, 'Unknown union branch int.'],
    ['no object', [], 'Expected record-start. Got START_ARRAY.'],
  ])('refuses %s', (_what, body, problem) => {
    expect(problemOf(encoder, user, body)).toBe(`Failed to convert to AVRO: ${problem}`)
  })

  it('refuses what is not JSON', () => {
    expect(problemOf(encoder, user, '{')).toMatch(/^Failed to convert to AVRO: /)
  })
})

describe('the metadata of a record', () => {
  const headers = { messageId: 'm', timestamp: '1', 'Trace-Id': 'ł' }

  it.each<[string, unknown]>([
    ['is put where there was none', { name: 'j', age: 1 }],
    ['takes the place of the sender’s', { name: 'j', age: 1, __metadata: { messageId: 'mine', x: 'y' } }],
  ])('%s', (_what, body) => {
    const record = encoded(createLenientEncoder(), user, body)

    const value = Buffer.concat(withMetadata(record, avroMetadataBytes(user, headers)))

    expect({ ...avroMetadata(user, value, avroPlaces(user, value)) }).toEqual(headers)
    expect(avroReading(user, value).json).toBe('{"name":"j","age":1}')
  })

  it('is left alone in a schema without it', () => {
    const plain = schemaOf({ name: 'age', type: 'int' })
    const record = encoded(createLenientEncoder(), plain, { age: 1 })

    expect(withMetadata(record, avroMetadataBytes(plain, headers))).toEqual([Buffer.from([2])])
    expect(avroMetadata(plain, Buffer.from([2]), avroPlaces(plain, Buffer.from([2])))).toEqual({})
  })

  it('cannot be held by a field of another type, and the schema says so', () => {
    expect(schemaOf({ name: '__metadata', type: 'string' })).toMatchObject({
      metadataPlace: 0,
      metadataPrefix: null,
    })
  })
})

describe('bytes that anybody may have written', () => {
  it.each<[string, AvroSchema, readonly number[], string]>([
    ['cut short', user, [0xff, 0xff], 'EOFException: '],
    ['empty', user, [], 'EOFException: '],
    ['a negative length', user, [0x01], 'AvroRuntimeException: Malformed data. Length is negative: -1'],
    [
      'an int of 64 bits',
      schemaOf({ name: 'a', type: 'int' }),
      Array<number>(9).fill(0xff).concat(1),
      'Invalid int',
    ],
    [
      'a long of 70 bits',
      schemaOf({ name: 'a', type: 'long' }),
      Array<number>(9).fill(0xff).concat(0x7f),
      'Invalid long',
    ],
    [
      'no branch',
      schemaOf({ name: 'a', type: ['null', 'int'] }),
      [0x04],
      'Index 2 out of bounds for length 2',
    ],
    [
      'a billion nulls',
      schemaOf({ name: 'a', type: { type: 'array', items: 'null' } }),
      [0x80, 0xa8, 0xd6, 0xb9, 0x07],
      'more than 1048576 values',
    ],
    [
      'a hundred million items in no bytes',
      schemaOf({ name: 'a', type: { type: 'array', items: 'int' } }),
      [0x80, 0x84, 0xaf, 0x5f],
      'more than 1048576 values',
    ],
  ])('are refused when they are %s', (_what, schema, bytes, problem) => {
    expect(() => avroPlaces(schema, Buffer.from(bytes))).toThrow(problem)
    expect(() => avroJson(schema, Buffer.from(bytes))).toThrow(problem)
  })

  it('are refused when they nest without end', () => {
    const list = compileAvroSchema(
      '{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}',
    ) as AvroSchema

    expect(() => avroPlaces(list, Buffer.alloc(100_000, 2))).toThrow('nested deeper than 100')
  })
})

describe('a schema', () => {
  it.each<[string, string, RegExp]>([
    ['no JSON', 'nope', /^the schema is not JSON/],
    ['no type', '{"type":"nope"}', /nope/],
    ['no record', '"string"', /^Not a record: "string"$/],
    [
      'a default that does not fit',
      '{"type":"record","name":"A","fields":[{"name":"a","type":"int","default":"x"}]}',
      /./,
    ],
    [
      'too large',
      `{"type":"record","name":"A","fields":[],"doc":"${'x'.repeat(262_144)}"}`,
      /larger than 262144/,
    ],
  ])('is refused when it is %s', (_what, text, problem) => {
    expect(compileAvroSchema(text)).toMatchObject({ problem: expect.stringMatching(problem) as unknown })
  })
})
