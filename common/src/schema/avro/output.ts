// pure
/**
 * The bytes of an Avro value being written.
 * Takes values in the order of their schema. Gives the bytes, copied out.
 * Promises: one growing buffer serves all messages, since a conversion never waits; a large one is given
 * back.
 */

const keptBytes = 1 << 16
const numberBits = 0x40000000

export interface AvroOutput {
  /** Where the next byte goes. */
  place(): number
  /** Forgets what was written from this place on. */
  rewind(place: number): void
  byte(value: number): void
  /** A safe integer, or a big one within 64 bits. */
  long(value: number | bigint): void
  float(value: number): void
  double(value: number): void
  /** Bytes without their length. */
  raw(bytes: Buffer): void
  /** Bytes with their length in front. */
  sized(bytes: Buffer): void
  text(value: string): void
  /** Gives what was written, and begins anew. */
  finish(): Buffer
}

/** Makes an output without bytes. */
export function createAvroOutput(): AvroOutput {
  let buffer = Buffer.allocUnsafe(keptBytes)
  let at = 0
  const room = (bytes: number): void => {
    if (at + bytes <= buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes))
    buffer.copy(grown, 0, 0, at)
    buffer = grown
  }
  const output: AvroOutput = {
    place: () => at,
    rewind: place => void (at = place),
    byte(value) {
      room(1)
      buffer[at++] = value
    },
    long(value) {
      room(10)
      if (typeof value === 'bigint') return longLong(value)
      if (value < -numberBits || value >= numberBits) return longLong(BigInt(value))
      let left = ((value << 1) ^ (value >> 31)) >>> 0
      for (; left >= 0x80; left >>>= 7) buffer[at++] = (left & 0x7f) | 0x80
      buffer[at++] = left
    },
    float(value) {
      room(4)
      at = buffer.writeFloatLE(value, at)
    },
    double(value) {
      room(8)
      at = buffer.writeDoubleLE(value, at)
    },
    raw(bytes) {
      room(bytes.length)
      at += bytes.copy(buffer, at)
    },
    sized(bytes) {
      output.long(bytes.length)
      output.raw(bytes)
    },
    text(value) {
      const length = Buffer.byteLength(value)
      output.long(length)
      room(length)
      at += buffer.write(value, at)
    },
    finish() {
      const written = Buffer.from(buffer.subarray(0, at))
      at = 0
      if (buffer.length > keptBytes) buffer = Buffer.allocUnsafe(keptBytes)
      return written
    },
  }
  const longLong = (value: bigint): void => {
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; left >= 0x80n; left >>= 7n) buffer[at++] = Number(left & 0x7fn) | 0x80
    buffer[at++] = Number(left)
  }
  return output
}
