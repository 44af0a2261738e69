// pure
/**
 * Snappy, decompressed.
 * Takes one raw block, or blocks in the framing of Java's producers, and a bound. Gives the content.
 * Promises: work and memory are bounded by `bytesMax`. Refuses broken data.
 */
import { BoundedOutput, CompressionError } from './bounded-output.js'

/**
 * The framing of the xerial library: this magic, two versions, then blocks with their lengths before them.
 */
const framedMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const framedHeaderBytes = 16

/** The content of `data`. */
export function snappyDecompress(data: Buffer, bytesMax: number): Buffer {
  const output = new BoundedOutput(data.length * 3, bytesMax)
  if (data.subarray(0, framedMagic.length).equals(framedMagic)) eachFramedBlock(data, output)
  else decompressBlock(data, output)
  return output.taken()
}

function eachFramedBlock(data: Buffer, output: BoundedOutput): void {
  let at = framedHeaderBytes
  while (at < data.length) {
    const length = at + 4 <= data.length ? data.readUInt32BE(at) : Infinity
    at += 4
    if (length > data.length - at) throw new CompressionError('a snappy block is cut off')
    decompressBlock(data.subarray(at, at + length), output)
    at += length
  }
}

/** A block is its decompressed length and a row of literals and copies, told apart by two bits of a tag. */
function decompressBlock(block: Buffer, output: BoundedOutput): void {
  const { value: length, next } = readLength(block)
  const end = output.length + length
  let at = next
  while (at < block.length) {
    const tag = block[at++]!
    const kind = tag & 3
    if (kind === 0) {
      const extraBytes = Math.max(0, (tag >> 2) - 59)
      const literalBytes = 1 + (extraBytes === 0 ? tag >> 2 : littleEndian(block, at, extraBytes))
      at += extraBytes
      output.literals(block, at, literalBytes)
      at += literalBytes
    } else if (kind === 1) {
      output.match(((tag >> 5) << 8) | littleEndian(block, at, 1), 4 + ((tag >> 2) & 7))
      at += 1
    } else {
      const distanceBytes = kind === 2 ? 2 : 4
      output.match(littleEndian(block, at, distanceBytes), 1 + (tag >> 2))
      at += distanceBytes
    }
    if (output.length > end) break
  }
  if (output.length !== end) throw new CompressionError('a snappy block has another length than it says')
}

function readLength(block: Buffer): { value: number; next: number } {
  let value = 0
  for (let at = 0; at < 5 && at < block.length; at++) {
    value += (block[at]! & 0x7f) * 2 ** (7 * at)
    if (block[at]! < 0x80) return { value, next: at + 1 }
  }
  throw new CompressionError('a snappy block has no length')
}

function littleEndian(block: Buffer, at: number, bytes: number): number {
  if (at + bytes > block.length) throw new CompressionError('a snappy block is cut off')
  return block.readUIntLE(at, bytes)
}
