import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLenientEncoder, type EncodedAvro } from './lenient.js'
import { avroJson, avroPlaces } from './read.js'
import { compileAvroSchema, type AvroSchema } from './schema.js'
import { createStrictEncoder } from './strict.js'

const text = {
  type: 'record',
  name: 'Everything',
  namespace: 'acme',
  fields: [
    { name: 'flag', type: 'boolean' },
    { name: 'small', type: 'int' },
    { name: 'large', type: 'long' },
    { name: 'rough', type: 'float' },
    { name: 'fine', type: 'double' },
    { name: 'word', type: 'string' },
    { name: 'bits', type: 'bytes' },
    { name: 'four', type: { type: 'fixed', name: 'Four', size: 4 } },
    { name: 'colour', type: { type: 'enum', name: 'Colour', symbols: ['RED', 'GREEN', 'BLUE'] } },
    { name: 'list', type: { type: 'array', items: 'int' } },
    { name: 'table', type: { type: 'map', values: 'string' } },
    { name: 'maybe', type: ['null', 'string', { type: 'array', items: 'long' }] },
    {
      name: 'node',
      type: [
        'null',
        {
          type: 'record',
          name: 'Node',
          fields: [
            { name: 'value', type: 'int' },
            { name: 'next', type: ['null', 'Node'] },
          ],
        },
      ],
    },
  ],
}
const type = avro.Type.forSchema(text as avro.Schema, { wrapUnions: 'always' })
const schema = compileAvroSchema(JSON.stringify(text)) as AvroSchema

interface Node {
  readonly value: number
  readonly next: Node | null
}

/** Beyond 52 bits the library writes other numbers than it is given; ours are tested by themselves. */
const long = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
const int = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const latin1 = (length: object): fc.Arbitrary<string> =>
  fc.uint8Array(length).map(bytes => Buffer.from(bytes).toString('latin1'))
const node: fc.Arbitrary<Node | null> = fc.letrec<{ node: Node | null }>(tie => ({
  node: fc.option(fc.record({ value: int, next: tie('node') }), { maxDepth: 4 }),
})).node
const word = fc.string({ unit: 'grapheme' })
/** The library makes plain objects of maps, which cannot hold this name. */
const key = word.filter(each => each !== '__proto__')

/** A value in plain JSON; bytes as texts. */
const plain = fc.record({
  flag: fc.boolean(),
  small: int,
  large: long,
  rough: fc.float({ noNaN: true, noDefaultInfinity: true }),
  fine: fc.double({ noNaN: true, noDefaultInfinity: true }),
  word,
  bits: fc.string({ unit: 'grapheme-ascii' }),
  four: latin1({ minLength: 4, maxLength: 4 }),
  colour: fc.constantFrom('RED', 'GREEN', 'BLUE'),
  list: fc.array(int),
  table: fc.dictionary(key, word),
  maybe: fc.oneof(fc.constant(null), word, fc.array(long)),
  node,
})
type Plain = typeof plain extends fc.Arbitrary<infer T> ? T : never

/** The same as the library wants it. */
function libraryValue(value: Plain): unknown {
  const nodeOf = (each: Node | null): unknown =>
    each === null ? null : { 'acme.Node': { value: each.value, next: nodeOf(each.next) } }
  const { maybe } = value
  return {
    ...value,
    bits: Buffer.from(value.bits, 'latin1'),
    four: Buffer.from(value.four, 'latin1'),
    maybe: maybe === null ? null : typeof maybe === 'string' ? { string: maybe } : { array: maybe },
    node: nodeOf(value.node),
  }
}

function bytesOf(encoded: EncodedAvro | { readonly problem: string }): Buffer {
  if ('problem' in encoded) throw new Error(encoded.problem)
  return encoded.bytes
}

/** As JSON has it: zero without its sign, objects with a prototype. */
const exact = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown

describe('Avro, beside the library', () => {
  const lenient = createLenientEncoder()
  const strict = createStrictEncoder()

  it('writes what the library writes, from plain JSON', () => {
    fc.assert(
      fc.property(plain, value => {
        const ours = bytesOf(lenient.encode(schema, Buffer.from(JSON.stringify(value))))
        // Zero has two signs in bytes and only one in what JSON.stringify writes.
        const theirs = type.toBuffer(libraryValue(withoutNegativeZero(value)))
        expect(ours.equals(theirs)).toBe(true)
      }),
    )
  })

  it("writes what the library writes, from Avro's own JSON", () => {
    fc.assert(
      fc.property(plain, value => {
        const theirs = withoutNegativeZero(value)
        const ours = bytesOf(strict.encode(schema, Buffer.from(type.toString(libraryValue(theirs)))))
        expect(ours.equals(type.toBuffer(libraryValue(theirs)))).toBe(true)
      }),
    )
  })

  it('reads what the library wrote, as plain JSON, and finds its end', () => {
    fc.assert(
      fc.property(plain, value => {
        const bytes = type.toBuffer(libraryValue(value))
        const more = Buffer.concat([bytes, Buffer.from([1, 2, 3])])
        expect(avroPlaces(schema, more).end).toBe(bytes.length)
        const read = JSON.parse(avroJson(schema, bytes)) as Plain
        expect(exact({ ...read, rough: Math.fround(read.rough) })).toEqual(exact(value))
      }),
    )
  })

  it('never reads past the end, however the bytes are cut', () => {
    fc.assert(
      fc.property(plain, fc.double({ min: 0, max: 0.999, noNaN: true }), (value, share) => {
        const bytes = type.toBuffer(libraryValue(value))
        expect(() => avroPlaces(schema, bytes.subarray(0, Math.floor(bytes.length * share)))).toThrow(
          'EOFException: ',
        )
      }),
    )
  })

  it('ends with a problem or a place on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          expect(avroPlaces(schema, Buffer.from(bytes)).end).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'AvroProblem' })
        }
      }),
    )
  })
})

function withoutNegativeZero(value: Plain): Plain {
  return { ...value, rough: value.rough + 0 || 0, fine: value.fine + 0 || 0 }
}
