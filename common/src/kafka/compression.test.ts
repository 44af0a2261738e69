import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decompress } from './compression.js'

const bytesMax = 1 << 20
const codec = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

/** What a compressed stream is made of: bytes as they are, or a piece of what came before. */
type Step = { readonly literals: Buffer } | { readonly distance: number; readonly length: number }

const steps = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }).map(bytes => ({ literals: Buffer.from(bytes) })),
      fc.record({
        back: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 4, max: 64 }),
      }),
      fc.record({ back: fc.constant(0), length: fc.integer({ min: 4, max: 64 }) }),
    ),
    { maxLength: 30 },
  )
  .map(list => {
    const rows: Step[] = [{ literals: Buffer.from('start') }]
    let content = Buffer.from('start')
    for (const step of list) {
      if ('literals' in step) {
        rows.push(step)
        content = Buffer.concat([content, step.literals])
        continue
      }
      const distance = 1 + Math.floor(step.back * (Math.min(content.length, 60_000) - 1))
      const piece = Buffer.alloc(step.length)
      for (let at = 0; at < step.length; at++) {
        const from = content.length - distance + at
        piece[at] = from < content.length ? content[from]! : piece[from - content.length]!
      }
      rows.push({ distance, length: step.length })
      content = Buffer.concat([content, piece])
    }
    return { rows, content }
  })

const uint16 = (value: number): number[] => [value & 255, value >> 8]
const uint32 = (value: number): number[] => [
  value & 255,
  (value >> 8) & 255,
  (value >> 16) & 255,
  value >>> 24,
]

/**
 * A raw snappy block; distances that fit are written in their shortest form, lengths from 60 on with extra
 * bytes.
 */
const snappy = ({ rows, content }: { rows: readonly Step[]; content: Buffer }): Buffer => {
  const out: number[] = [
    (content.length & 127) | 128,
    ((content.length >> 7) & 127) | 128,
    content.length >> 14,
  ]
  for (const step of rows) {
    if ('literals' in step) {
      const last = step.literals.length - 1
      if (last < 60) out.push(last << 2)
      else if (last < 256) out.push(60 << 2, last)
      else out.push(61 << 2, ...uint16(last))
      out.push(...step.literals)
    } else if (step.length < 12 && step.distance < 2_048) {
      out.push(((step.distance >> 8) << 5) | ((step.length - 4) << 2) | 1, step.distance & 255)
    } else if (step.distance % 2 === 0) out.push(((step.length - 1) << 2) | 2, ...uint16(step.distance))
    else out.push(((step.length - 1) << 2) | 3, ...uint32(step.distance))
  }
  return Buffer.from(out)
}
const framed = (...blocks: Buffer[]): Buffer => {
  const parts = blocks.flatMap(block => [Buffer.from(uint32(block.length).reverse()), block])
  return Buffer.concat([Buffer.from('82534e4150505900' + '00000001'.repeat(2), 'hex'), ...parts])
}
const long = (length: number): number[] =>
  length < 15 ? [] : [...Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255]
const sequence = (literals: Buffer, match: { distance: number; length: number } | null): number[] => {
  const token = (Math.min(15, literals.length) << 4) | (match === null ? 0 : Math.min(15, match.length - 4))
  const head = [token, ...long(literals.length), ...literals]
  return match === null ? head : [...head, ...uint16(match.distance), ...long(match.length - 4)]
}
const lz4Frame = (block: readonly number[], flags = 0x60, extra: readonly number[] = []): Buffer =>
  Buffer.from([
    ...uint32(0x184d2204),
    flags,
    0x70,
    0,
    ...uint32(block.length),
    ...block,
    ...extra,
    ...uint32(0),
  ])
const lz4 = ({ rows }: { rows: readonly Step[] }): Buffer => {
  const block: number[] = []
  let pending: Buffer = Buffer.alloc(0)
  for (const step of rows) {
    if ('literals' in step) pending = Buffer.concat([pending, step.literals])
    else {
      block.push(...sequence(pending, step))
      pending = Buffer.alloc(0)
    }
  }
  return lz4Frame([...block, ...sequence(pending, null)])
}
/** A zstd frame with one block that is stored, or one byte repeated. */
const zstd = (block: Buffer, repeats = 0): Buffer => {
  const header = ((repeats > 0 ? repeats : block.length) << 3) | (repeats > 0 ? 2 : 0) | 1
  const window = repeats > 1_024 ? 0x38 : 0x00
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window, ...uint32(header).slice(0, 3), ...block])
}

const packers = [
  ['gzip', codec.gzip, ({ content }: { content: Buffer }) => gzipSync(content)],
  ['snappy in one block', codec.snappy, snappy],
  [
    'snappy in the framing of Java',
    codec.snappy,
    ({ rows, content }: { rows: readonly Step[]; content: Buffer }) => {
      const tail = Buffer.from('tail')
      return framed(
        snappy({ rows, content: content.subarray(0, -4) }),
        snappy({ rows: [{ literals: tail }], content: tail }),
      )
    },
  ],
  ['lz4', codec.lz4, lz4],
] as const

describe('decompress', () => {
  it.each(packers)('undoes %s', (name, number, pack) => {
    fc.assert(
      fc.property(steps, ({ rows, content }) => {
        const whole = name.includes('framing') ? Buffer.concat([content, Buffer.from('tail')]) : content

        expect(decompress(number, pack({ rows, content: whole }), bytesMax).equals(whole)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('undoes zstd', () => {
    const content = Buffer.from('a block that is stored as it is, in a frame with a window')

    expect(decompress(codec.zstd, zstd(content), bytesMax).toString()).toBe(content.toString())
  })

  it('reads lz4 blocks that are stored, or have checksums, or long literals and matches', () => {
    const text = Buffer.from('abcd'.repeat(100))
    const repeated = sequence(Buffer.from('x'), { distance: 1, length: 5_000 })

    const stored = Buffer.concat([
      lz4Frame([]).subarray(0, 7),
      Buffer.from(uint32(0x80000000 + text.length)),
      text,
    ])
    const withChecksum = lz4Frame(sequence(text, null), 0x70, [9, 9, 9, 9])

    expect(decompress(codec.lz4, Buffer.concat([stored, Buffer.alloc(4)]), bytesMax).equals(text)).toBe(true)
    expect(decompress(codec.lz4, withChecksum, bytesMax).equals(text)).toBe(true)
    expect(decompress(codec.lz4, lz4Frame(repeated), bytesMax).toString()).toBe('x'.repeat(5_001))
  })

  const letters = Buffer.alloc(128 * 1024, 'a')
  const lettersSnappy = [{ literals: letters.subarray(0, 64) }].concat(
    Array<never>(letters.length / 64 - 1).fill({ distance: 64, length: 64 } as never),
  )
  it.each([
    ['gzip', codec.gzip, gzipSync(letters)],
    ['snappy', codec.snappy, snappy({ rows: lettersSnappy, content: letters })],
    ['lz4', codec.lz4, lz4Frame(sequence(Buffer.from('a'), { distance: 1, length: letters.length - 1 }))],
    ['zstd', codec.zstd, zstd(Buffer.from('a'), letters.length)],
  ])('stops %s at the bound, and not before it', (_name, number, packed) => {
    expect(decompress(number, packed, letters.length)).toHaveLength(letters.length)
    expect(() => decompress(number, packed, letters.length - 1)).toThrow()
  })

  it('refuses a zstd window over the bound before reserving it', () => {
    const frame = zstd(Buffer.from('abcdefghijkl'))
    frame[5] = 0xf8

    expect(() => decompress(codec.zstd, frame, bytesMax)).toThrow(/window of \d+ bytes/)
  })

  it.each([
    ...packers,
    ['zstd', codec.zstd, ({ content }: { content: Buffer }) => zstd(content.subarray(0, 900))] as const,
  ])('throws on %s that is cut or scrambled, or gives no more than the bound', (_name, number, pack) => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.nat(255),
      isCut: fc.boolean(),
    })
    fc.assert(
      fc.property(steps, change, (given, { at, byte, isCut }) => {
        const packed = pack(given)
        const place = Math.floor(at * (packed.length - 1))
        const broken = isCut ? packed.subarray(0, place) : packed
        if (!isCut) broken[place] = byte

        let bytes = 0
        try {
          bytes = decompress(number, broken, 10_000).length
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }

        expect(bytes).toBeLessThanOrEqual(10_000)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['an unknown codec', 5, Buffer.from('x')],
    ['no lz4 frame', codec.lz4, Buffer.from('not a frame')],
    ['no zstd frame', codec.zstd, Buffer.from('not a frame, but long enough')],
    ['nothing as snappy', codec.snappy, Buffer.alloc(0)],
    ['nothing as lz4', codec.lz4, Buffer.alloc(0)],
    ['nothing as zstd', codec.zstd, Buffer.alloc(0)],
    ['an lz4 frame with a dictionary', codec.lz4, lz4Frame([], 0x61)],
    [
      'an lz4 match before the beginning',
      codec.lz4,
      lz4Frame(sequence(Buffer.from('a'), { distance: 2, length: 4 })),
    ],
    ['a snappy block shorter than it says', codec.snappy, Buffer.from([5, 0, 97])],
    ['a snappy block longer than it says', codec.snappy, Buffer.from([1, 4, 97, 97])],
  ])('refuses %s', (_name, number, data) => {
    expect(() => decompress(number, data, bytesMax)).toThrow(/codec|frame|lz4|zstd|snappy|compressed/)
  })
})
