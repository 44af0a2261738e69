// pure
/**
 * Where a decompressor writes to.
 * Takes literals and matches. Gives the bytes.
 * Promises: reads and writes stay inside their buffers. Refuses to grow past `bytesMax`.
 */

/** Compressed data that cannot be undone, or not within the bound. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError'
}

/** Grows by doubling up to its bound. */
export class BoundedOutput {
  length = 0
  private buffer: Buffer

  constructor(
    bytesExpected: number,
    private readonly bytesMax: number,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.min(bytesExpected, bytesMax))
  }

  /** Appends bytes of the input. */
  literals(source: Buffer, at: number, length: number): void {
    if (length > source.length - at) throw new CompressionError('compressed data is cut off')
    this.reserve(length)
    source.copy(this.buffer, this.length, at, at + length)
    this.length += length
  }

  /** Appends what was written `distance` bytes ago; a match longer than that repeats itself. */
  match(distance: number, length: number): void {
    if (distance === 0 || distance > this.length) {
      throw new CompressionError('compressed data refers to what is before its beginning')
    }
    this.reserve(length)
    const { buffer, length: end } = this
    if (distance >= length) buffer.copyWithin(end, end - distance, end - distance + length)
    else for (let to = end; to < end + length; to++) buffer[to] = buffer[to - distance]!
    this.length += length
  }

  /** What was written. A view: nothing is written any more afterwards. */
  taken(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  private reserve(length: number): void {
    const needed = this.length + length
    if (needed > this.bytesMax) throw new CompressionError(`more than ${this.bytesMax} bytes decompressed`)
    if (needed <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.min(this.bytesMax, Math.max(needed, this.buffer.length * 2)))
    this.buffer.copy(grown, 0, 0, this.length)
    this.buffer = grown
  }
}
