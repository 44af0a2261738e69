// pure
/**
 * LZ4 frames, decompressed.
 * Takes one frame as Kafka's producers write it, and a bound. Gives its content.
 * Promises: every read and write is inside its buffer; work and memory are bounded by `bytesMax`.
 * Refuses dictionaries and broken data. Checksums are passed over: the batch around the frame has its own.
 */
import { BoundedOutput, CompressionError } from './bounded-output.js'

const frameMagic = 0x184d2204
const blockBytesMax: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 }
const storedFlag = 0x8000_0000
const matchBytesMin = 4

/** The content of the frame at the start of `data`. */
export function lz4Decompress(data: Buffer, bytesMax: number): Buffer {
  if (data.length < 7 || data.readUInt32LE(0) !== frameMagic) throw new CompressionError('no lz4 frame')
  const flags = data[4]!
  if (flags >> 6 !== 1) throw new CompressionError(`lz4 frame version ${flags >> 6} is unknown`)
  if ((flags & 0x01) !== 0) throw new CompressionError('lz4 frames with a dictionary cannot be read')
  const blockMax = blockBytesMax[(data[5]! >> 4) & 7]
  if (blockMax === undefined) throw new CompressionError('the block size of an lz4 frame is unknown')
  const hasContentSize = (flags & 0x08) !== 0
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4
  const output = new BoundedOutput(data.length * 3, bytesMax)
  let at = hasContentSize ? 15 : 7
  for (;;) {
    if (at + 4 > data.length) throw new CompressionError('an lz4 frame is cut off')
    const size = data.readUInt32LE(at)
    at += 4
    if (size === 0) return output.taken()
    const length = size % storedFlag
    if (length > data.length - at) throw new CompressionError('an lz4 block is cut off')
    const blockEnd = output.length + blockMax
    if (size >= storedFlag) output.literals(data, at, length)
    else decompressBlock(data.subarray(at, at + length), output)
    if (output.length > blockEnd) throw new CompressionError('an lz4 block is larger than its frame says')
    at += length + checksumBytes
  }
}

/**
 * A block is a row of sequences: literals, then a match in what was written before; the last has no match.
 */
function decompressBlock(block: Buffer, output: BoundedOutput): void {
  let at = 0
  while (at < block.length) {
    const token = block[at++]!
    let literalBytes = token >> 4
    if (literalBytes === 15) {
      let more = 255
      while (more === 255) literalBytes += more = byteAt(block, at++)
    }
    output.literals(block, at, literalBytes)
    at += literalBytes
    if (at === block.length) return
    const distance = byteAt(block, at) | (byteAt(block, at + 1) << 8)
    at += 2
    let matchBytes = (token & 15) + matchBytesMin
    if ((token & 15) === 15) {
      let more = 255
      while (more === 255) matchBytes += more = byteAt(block, at++)
    }
    output.match(distance, matchBytes)
  }
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at]
  if (byte === undefined) throw new CompressionError('an lz4 sequence is cut off')
  return byte
}
