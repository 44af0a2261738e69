/**
 * The four compressions of Kafka's record batches, undone.
 * Takes a codec number, the compressed records and a bound. Gives the records.
 * Promises: never holds much more than `bytesMax` bytes of output, whatever the input claims about itself.
 * Refuses, by throwing a sentence: unknown codecs, broken data, data that unfolds past the bound.
 */
import { gunzipSync } from 'node:zlib'
import { Decompress } from 'fzstd'
import { CompressionError } from './bounded-output.js'
import { lz4Decompress } from './lz4.js'
import { snappyDecompress } from './snappy.js'

/** Names of the codecs by the number in a batch's attributes. */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Undoes the compression of `data`. The result is a new buffer, or `data` itself for codec 0. */
export function decompress(codec: number, data: Buffer, bytesMax: number): Buffer {
  switch (codec) {
    case 0:
      return data
    case 1:
      return gunzipSync(data, { maxOutputLength: bytesMax })
    case 2:
      return snappyDecompress(data, bytesMax)
    case 3:
      return lz4Decompress(data, bytesMax)
    case 4:
      return zstdDecompress(data, bytesMax)
    default:
      throw new CompressionError(`compression codec ${codec} is unknown`)
  }
}

/**
 * What every zstd reader should accept (RFC 8878, 3.1.1.1.2); writers choose it without knowing how little
 * follows.
 */
const zstdWindowBytesMax = 8 * 1024 * 1024

function zstdDecompress(data: Buffer, bytesMax: number): Buffer {
  // The library reserves the window that a frame's header asks for before it reads any of the frame.
  const windowBytes = zstdWindowBytes(data)
  if (windowBytes > Math.max(bytesMax, zstdWindowBytesMax))
    throw new CompressionError(`a zstd window of ${windowBytes} bytes is too large`)
  const blocks: Uint8Array[] = []
  let bytes = 0
  const stream = new Decompress(block => {
    bytes += block.length
    if (bytes > bytesMax) throw new CompressionError(`more than ${bytesMax} bytes decompressed`)
    blocks.push(block)
  })
  stream.push(data, true)
  return Buffer.concat(blocks, bytes)
}

/**
 * The memory a zstd frame asks for: its window, or its content where that is one segment (RFC 8878, 3.1.1.1).
 */
function zstdWindowBytes(data: Buffer): number {
  if (data.length < 6 || data.readUInt32LE(0) !== 0xfd2fb528) throw new CompressionError('no zstd frame')
  const descriptor = data[4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  if (!isSingleSegment) {
    const base = 2 ** (10 + (data[5]! >> 3))
    return base + (base / 8) * (data[5]! & 7)
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [1, 2, 4, 8][descriptor >> 6]!
  if (sizeBytes === 8) return Number(data.readBigUInt64LE(at))
  return data.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
}
