import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { WireFormatError, WireReader, WireWriter } from './wire.js'

const safe = fc.maxSafeInteger()

describe('wire types', () => {
  it('are read back as written', () => {
    fc.assert(
      fc.property(
        safe,
        safe,
        fc.string({ maxLength: 50 }),
        fc.uint8Array(),
        (wide, variable, text, content) => {
          const half = Math.trunc(variable / 2)
          const bytes = Buffer.from(content)
          const writer = new WireWriter(16).int64(wide).varint(half).string(text).bytes(bytes)
          writer.nullableString(null).nullableBytes(null).boolean(true).int8(-5).int16(-300)
          writer.array([1, 2, 3], item => writer.int32(item))

          const reader = new WireReader(writer.toBuffer())

          expect(reader.int64()).toBe(wide)
          expect(reader.varint() + 0).toBe(half + 0)
          expect(reader.string()).toBe(text)
          expect(reader.bytes()).toEqual(bytes)
          expect([reader.nullableString(), reader.nullableBytes(), reader.boolean()]).toEqual([
            null,
            null,
            true,
          ])
          expect([reader.int8(), reader.int16()]).toEqual([-5, -300])
          expect(reader.array(() => reader.int32())).toEqual([1, 2, 3])
          expect(reader.remaining).toBe(0)
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })

  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '8001'],
    [300, 'd804'],
    [2_147_483_647, 'feffffff0f'],
  ])('writes the variable-length %d as Kafka does', (value, hex) => {
    const bytes = new WireWriter().varint(value).toBuffer()

    expect(bytes.toString('hex')).toBe(hex)
    expect(new WireReader(bytes).varint()).toBe(value)
  })

  it.each([
    ['an integer', (reader: WireReader) => reader.int32(), '0000'],
    ['a string longer than the rest', (reader: WireReader) => reader.string(), '000561'],
    ['bytes longer than the rest', (reader: WireReader) => reader.bytes(), '7fffffff00'],
    ['an array that cannot fit', (reader: WireReader) => reader.array(() => reader.int8()), '7fffffff00'],
    ['null where a string must be', (reader: WireReader) => reader.string(), 'ffff'],
    ['a 64-bit number out of the safe range', (reader: WireReader) => reader.int64(), '7fffffffffffffff'],
    ['a variable-length number without end', (reader: WireReader) => reader.varint(), 'ff'.repeat(12)],
  ])('refuses %s', (_name, read, hex) => {
    expect(() => read(new WireReader(Buffer.from(hex, 'hex')))).toThrow(WireFormatError)
  })

  it('gives views, not copies', () => {
    const buffer = new WireWriter().bytes(Buffer.from('abc')).toBuffer()

    expect(new WireReader(buffer).bytes().buffer).toBe(buffer.buffer)
  })
})
