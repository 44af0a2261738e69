// pure
/**
 * LZ4 frames, decompressed.
 * Takes one frame as Kafka's producers write it, and a bound. Gives its content.
 * Promises: every read and write is inside its buffer; work and memory are bounded by `bytesMax`.
 * Refuses dictionaries and broken data. Checksums are passed over: the batch around the frame has its own.
 */

/** Compressed data that cannot be undone, or not within the bound. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError'
}

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
    const blockEnd = output.end + blockMax
    if (size >= storedFlag) output.literals(data, at, length, blockEnd)
    else decompressBlock(data.subarray(at, at + length), output, blockEnd)
    at += length + checksumBytes
  }
}

/** A block is a row of sequences: literals, then a match in what was written before; the last has no match. */
function decompressBlock(block: Buffer, output: BoundedOutput, blockEnd: number): void {
  let at = 0
  while (at < block.length) {
    const token = block[at++]!
    let literalBytes = token >> 4
    if (literalBytes === 15) {
      let more = 255
      while (more === 255) literalBytes += more = byteAt(block, at++)
    }
    output.literals(block, at, literalBytes, blockEnd)
    at += literalBytes
    if (at === block.length) return
    const distance = byteAt(block, at) | (byteAt(block, at + 1) << 8)
    at += 2
    let matchBytes = (token & 15) + matchBytesMin
    if ((token & 15) === 15) {
      let more = 255
      while (more === 255) matchBytes += more = byteAt(block, at++)
    }
    output.match(distance, matchBytes, blockEnd)
  }
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at]
  if (byte === undefined) throw new CompressionError('an lz4 sequence is cut off')
  return byte
}

/** A buffer that grows by doubling up to a bound. */
class BoundedOutput {
  end = 0
  private buffer: Buffer

  constructor(
    bytesExpected: number,
    private readonly bytesMax: number,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.min(bytesExpected, bytesMax))
  }

  literals(source: Buffer, at: number, length: number, endMax: number): void {
    if (length > source.length - at) throw new CompressionError('literals of an lz4 block are cut off')
    this.reserve(length, endMax)
    source.copy(this.buffer, this.end, at, at + length)
    this.end += length
  }

  match(distance: number, length: number, endMax: number): void {
    if (distance === 0 || distance > this.end)
      throw new CompressionError('an lz4 match begins before the data')
    this.reserve(length, endMax)
    const { buffer, end } = this
    if (distance >= length) buffer.copyWithin(end, end - distance, end - distance + length)
    else for (let to = end; to < end + length; to++) buffer[to] = buffer[to - distance]!
    this.end += length
  }

  taken(): Buffer {
    return this.buffer.subarray(0, this.end)
  }

  private reserve(length: number, endMax: number): void {
    const needed = this.end + length
    if (needed > endMax) throw new CompressionError('an lz4 block is larger than its frame says')
    if (needed > this.bytesMax) throw new CompressionError(`more than ${this.bytesMax} bytes decompressed`)
    if (needed <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.min(this.bytesMax, Math.max(needed, this.buffer.length * 2)))
    this.buffer.copy(grown, 0, 0, this.end)
    this.buffer = grown
  }
}
