import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { crc32c } from './crc32c.js'

/** RFC 3720, appendix B.4, and the check value of the Castagnoli polynomial. */
const vectors: readonly (readonly [name: string, bytes: Buffer, checksum: number])[] = [
  ['nothing', Buffer.alloc(0), 0],
  ['"123456789"', Buffer.from('123456789'), 0xe3069283],
  ['32 zeroes', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 rising', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['32 falling', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c],
]

function bitByBit(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

describe('crc32c', () => {
  it.each(vectors)('knows %s', (_name, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum)
  })

  it('gives the same at every alignment, length and range', () => {
    const input = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.nat(9), fc.nat(20), fc.nat(20))
    fc.assert(
      fc.property(input, ([content, shift, fromStart, fromEnd]) => {
        const bytes = Buffer.concat([Buffer.alloc(shift), content]).subarray(shift)
        const start = Math.min(fromStart, bytes.length)
        const end = Math.max(start, bytes.length - fromEnd)

        expect(crc32c(bytes, start, end)).toBe(bitByBit(bytes.subarray(start, end)))
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
