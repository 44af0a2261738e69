// pure
/**
 * Fields of a record in format 2, found one after the other.
 * Takes a buffer and a range of it. Gives numbers and places of bytes.
 * Promises: never throws and never leaves its range; after a field that makes no sense `hasFailed` stays
 * true.
 */

/** Made once and opened for each record: reading a record must not allocate. */
export class RecordScanner {
  position = 0
  hasFailed = false
  private buffer: Buffer = Buffer.alloc(0)
  private end = 0

  open(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer
    this.position = start
    this.end = end
    this.hasFailed = false
  }

  /** A zigzag integer of variable length, Kafka's varint and varlong; 0 after a failure. */
  varint(): number {
    const first = this.position < this.end ? this.buffer[this.position]! : 0xff
    if (first < 0x80) {
      this.position += 1
      return (first >>> 1) ^ -(first & 1)
    }
    return this.longVarint()
  }

  /** Passes over `length` bytes and gives where they begin; fails when they are not there. */
  skip(length: number): number {
    const start = this.position
    if (length < 0 || length > this.end - start) this.fail()
    else this.position += length
    return start
  }

  private longVarint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      if (this.position >= this.end || scale > longestScale) return this.fail()
      const byte = this.buffer[this.position++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    if (value > Number.MAX_SAFE_INTEGER) return this.fail()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  private fail(): number {
    this.hasFailed = true
    return 0
  }
}

/** Weight of the eighth byte: no safe integer needs another. */
const longestScale = 2 ** 49
