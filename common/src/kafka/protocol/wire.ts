// pure
/**
 * Kafka's primitive types, written to and read from bytes.
 * Takes numbers, strings and buffers. Gives big-endian bytes, and back; byte fields come back as views.
 * Promises: reading past the end or a length that cannot be throws `WireFormatError`.
 * Refuses 64-bit values outside the safe integers: offsets are `number`s everywhere (decisions 10).
 */

/** Bytes that are not what the protocol says: garbage, a cut frame, or a defect in a codec. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError'
}

const twoTo32 = 0x1_0000_0000

/** Appends fields to a buffer that grows by doubling. Every method gives the writer back for chaining. */
export class WireWriter {
  private buffer: Buffer
  private end = 0

  constructor(bytesExpected = 256) {
    this.buffer = Buffer.allocUnsafe(Math.max(16, bytesExpected))
  }

  int8(value: number): this {
    const at = this.reserve(1)
    this.buffer.writeInt8(value, at)
    return this
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  int16(value: number): this {
    const at = this.reserve(2)
    this.buffer.writeInt16BE(value, at)
    return this
  }

  int32(value: number): this {
    const at = this.reserve(4)
    this.buffer.writeInt32BE(value, at)
    return this
  }

  uint32(value: number): this {
    const at = this.reserve(4)
    this.buffer.writeUInt32BE(value, at)
    return this
  }

  int64(value: number): this {
    if (!Number.isSafeInteger(value)) throw new WireFormatError(`${value} is not a safe integer`)
    const at = this.reserve(8)
    this.buffer.writeInt32BE(Math.floor(value / twoTo32), at)
    this.buffer.writeUInt32BE(value >>> 0, at + 4)
    return this
  }

  /** Zigzag variable-length integer of a record, for values within the safe integers. */
  varint(value: number): this {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    while (rest >= 0x80) {
      this.buffer[this.reserve(1)] = rest % 0x80 | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.reserve(1)] = rest
    return this
  }

  string(value: string): this {
    const bytes = Buffer.byteLength(value)
    if (bytes > 0x7fff) throw new WireFormatError(`a string of ${bytes} bytes is too long for the protocol`)
    this.int16(bytes)
    const at = this.reserve(bytes)
    this.buffer.write(value, at, 'utf8')
    return this
  }

  nullableString(value: string | null): this {
    return value === null ? this.int16(-1) : this.string(value)
  }

  /** Length as int32, then the bytes. */
  bytes(value: Buffer): this {
    return this.int32(value.length).raw(value)
  }

  nullableBytes(value: Buffer | null): this {
    return value === null ? this.int32(-1) : this.bytes(value)
  }

  /** The bytes alone, without a length. */
  raw(value: Buffer): this {
    const at = this.reserve(value.length)
    value.copy(this.buffer, at)
    return this
  }

  /** Count of an array; `null` is written as -1, which most requests read as "all". */
  arrayLength(count: number | null): this {
    return this.int32(count ?? -1)
  }

  /** Count, then each item by `write`. */
  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.arrayLength(items.length)
    for (const item of items) write(item)
    return this
  }

  /** Bytes written so far. */
  get length(): number {
    return this.end
  }

  /** What was written. A view: the writer is not used any more afterwards. */
  toBuffer(): Buffer {
    return this.buffer.subarray(0, this.end)
  }

  private reserve(bytes: number): number {
    const at = this.end
    this.end += bytes
    if (this.end > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.end, this.buffer.length * 2))
      this.buffer.copy(grown, 0, 0, at)
      this.buffer = grown
    }
    return at
  }
}

/** Reads fields one after the other from `position` up to `end`. */
export class WireReader {
  constructor(
    readonly buffer: Buffer,
    public position = 0,
    readonly end = buffer.length,
  ) {}

  get remaining(): number {
    return this.end - this.position
  }

  int8(): number {
    return this.buffer.readInt8(this.take(1))
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  int16(): number {
    return this.buffer.readInt16BE(this.take(2))
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4))
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4))
  }

  int64(): number {
    const at = this.take(8)
    const value = this.buffer.readInt32BE(at) * twoTo32 + this.buffer.readUInt32BE(at + 4)
    if (!Number.isSafeInteger(value)) throw new WireFormatError(`a 64-bit value at ${at} is not safe`)
    return value
  }

  /** Zigzag variable-length integer, up to the safe integers (so it reads Kafka's varint and varlong). */
  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.buffer[this.take(1)] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
      if (scale > 2 ** 49)
        throw new WireFormatError(`a variable-length integer at ${this.position} is too long`)
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  string(): string {
    const value = this.nullableString()
    if (value === null) throw new WireFormatError(`null in place of a string at ${this.position}`)
    return value
  }

  nullableString(): string | null {
    const length = this.int16()
    if (length < 0) return null
    const at = this.take(length)
    return this.buffer.toString('utf8', at, at + length)
  }

  /** A view of length-prefixed bytes. */
  bytes(): Buffer {
    const value = this.nullableBytes()
    if (value === null) throw new WireFormatError(`null in place of bytes at ${this.position}`)
    return value
  }

  nullableBytes(): Buffer | null {
    const length = this.int32()
    return length < 0 ? null : this.view(length)
  }

  /** A view of the next `length` bytes. */
  view(length: number): Buffer {
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }

  skip(length: number): void {
    this.take(length)
  }

  /** Count of an array; a null array counts as empty. Refuses a count that cannot fit in what is left. */
  arrayLength(): number {
    const count = this.int32()
    if (count > this.remaining) throw new WireFormatError(`an array of ${count} in ${this.remaining} bytes`)
    return Math.max(0, count)
  }

  /** Reads a count, then each item by `read`. */
  array<T>(read: () => T): T[] {
    const items: T[] = []
    for (let left = this.arrayLength(); left > 0; left--) items.push(read())
    return items
  }

  private take(bytes: number): number {
    const at = this.position
    if (bytes < 0 || bytes > this.end - at) {
      throw new WireFormatError(`${bytes} bytes wanted at ${at}, ${this.end - at} left`)
    }
    this.position = at + bytes
    return at
  }
}
