import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { compress as lz4Compress } from 'lz4js'
import { compress as snappyCompress } from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { decompress } from './compression.js'

const bytesMax = 1 << 20
const codec = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

const xerial = (...blocks: Buffer[]): Buffer => {
  const framed = blocks.flatMap(block => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    return [length, block]
  })
  return Buffer.concat([
    Buffer.from('82534e415050590000000001 00000001'.replaceAll(' ', ''), 'hex'),
    ...framed,
  ])
}
/** A zstd frame with a window of 1 KiB and one block that is stored, or one byte repeated. */
const zstdFrame = (block: Buffer, repeats = 0): Buffer => {
  const size = repeats > 0 ? repeats : block.length
  const header = (size << 3) | (repeats > 0 ? 2 : 0) | 1
  const window = size > 1024 ? 0x38 : 0x00
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, window, header & 255, (header >> 8) & 255, header >> 16]
  return Buffer.concat([Buffer.from(head), block])
}
const lz4 = (content: Buffer): Buffer => Buffer.from(lz4Compress(content))

const packers: readonly (readonly [string, number, (content: Buffer) => Buffer])[] = [
  ['gzip', codec.gzip, content => gzipSync(content)],
  ['snappy in one block', codec.snappy, content => snappyCompress(content)],
  [
    'snappy in the framing of Java',
    codec.snappy,
    content => {
      const half = content.length >> 1
      return xerial(snappyCompress(content.subarray(0, half)), snappyCompress(content.subarray(half)))
    },
  ],
  ['lz4', codec.lz4, lz4],
]

describe('decompress', () => {
  it.each(packers)('undoes %s', (_name, number, pack) => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3_000 }))
        .map(([piece, times]) => new Uint8Array(Buffer.concat(Array<Uint8Array>(times).fill(piece)))),
    )
    fc.assert(
      fc.property(contents, bytes => {
        const content = Buffer.from(bytes)

        expect(decompress(number, pack(content), bytesMax).equals(content)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('undoes zstd', () => {
    const content = Buffer.from('a block that is stored as it is, in a frame with a window')

    expect(decompress(codec.zstd, zstdFrame(content), bytesMax).toString()).toBe(content.toString())
  })

  it('reads the checksums of lz4 blocks where the format puts them', () => {
    const plain = lz4(Buffer.from('abcd'.repeat(100)))
    const length = plain.readUInt32LE(7)
    const withChecksum = Buffer.concat([plain.subarray(0, 11 + length), Buffer.alloc(4, 9), Buffer.alloc(4)])
    withChecksum[4]! |= 0x10

    expect(decompress(codec.lz4, withChecksum, bytesMax).toString()).toBe('abcd'.repeat(100))
  })

  it.each([
    ...packers,
    ['zstd', codec.zstd, (content: Buffer) => zstdFrame(Buffer.of(content[0]!), content.length)] as const,
  ])('stops %s at the bound, and not before it', (_name, number, pack) => {
    const content = Buffer.alloc(128 * 1024, 'a')

    expect(decompress(number, pack(content), content.length)).toHaveLength(content.length)
    expect(() => decompress(number, pack(content), content.length - 1)).toThrow()
  })

  it('refuses a zstd window over the bound before reserving it', () => {
    const frame = zstdFrame(Buffer.from('abcdefghijkl'))
    frame[5] = 0xf8

    expect(() => decompress(codec.zstd, frame, bytesMax)).toThrow(/window of \d+ bytes/)
  })

  it.each(packers)(
    'throws on %s that is cut or scrambled, or gives no more than the bound',
    (_name, number, pack) => {
      const packed = pack(Buffer.from('some text with some repeats in some places '.repeat(40)))
      fc.assert(
        fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
          const broken = isCut ? packed.subarray(0, at) : Buffer.from(packed)
          if (!isCut) broken[at] = byte

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
    },
  )

  it.each([
    ['an unknown codec', 5, Buffer.from('x')],
    ['no lz4 frame', codec.lz4, Buffer.from('not a frame')],
    ['no zstd frame', codec.zstd, Buffer.from('not a frame, but long enough')],
    ['nothing as lz4', codec.lz4, Buffer.alloc(0)],
    ['nothing as zstd', codec.zstd, Buffer.alloc(0)],
    ['an lz4 frame with a dictionary', codec.lz4, Buffer.from('04224d184540c700000000', 'hex')],
  ])('refuses %s', (_name, number, data) => {
    expect(() => decompress(number, data, bytesMax)).toThrow(/codec|frame|lz4|zstd/)
  })
})
