// pure
/**
 * The bytes of an Avro value, read under bounds.
 * Takes bytes that anybody may have written. Gives numbers, lengths and views, or throws `AvroProblem`.
 * Promises: nothing is allocated because the bytes ask for it. The library's own readers allocate whatever
 * count an array claims: six bytes of a message made one take 1.3 GB (measured).
 */
import { jsonDepthMax } from '../../domain/json-check.js'
import { valuesMax } from '../../filter/json-document.js'

/** As deep as JSON may nest: every record can be shown as JSON. A schema that holds itself sets no bound. */
export const avroDepthMax = jsonDepthMax
/** Values of one message; an array of nulls costs no bytes, so its count must be bounded. */
const stepsMax = valuesMax

/** Why bytes are not a value of their schema, in the words of Avro's Java library where it has them. */
export class AvroProblem extends Error {
  override readonly name = 'AvroProblem'
}

const safeBytes = 7
const longBytesMax = 10

export class AvroInput {
  at = 0
  private steps = 0
  private depth = 0

  constructor(readonly bytes: Buffer) {}

  /** Counts a value that is about to be read. */
  step(): void {
    if (++this.steps > stepsMax) throw malformed(`more than ${stepsMax} values`)
  }

  /** Goes into an array, a map or a record. */
  enter(): void {
    if (++this.depth > avroDepthMax) throw malformed(`nested deeper than ${avroDepthMax}`)
  }

  leave(): void {
    this.depth--
  }

  byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw ended()
    this.at++
    return byte
  }

  int(): number {
    const value = this.long()
    if (typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff) return value
    throw new AvroProblem('InvalidNumberEncodingException: Invalid int encoding')
  }

  /** A number where it is exact, a big one otherwise. */
  long(): number | bigint {
    let sum = 0
    let scale = 1
    for (let count = 0; count < safeBytes; count++) {
      const byte = this.byte()
      sum += (byte & 0x7f) * scale
      if (byte < 0x80) return sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2
      scale *= 128
    }
    return this.longLong(BigInt(sum))
  }

  /** How many bytes or items follow. */
  length(): number {
    const value = this.long()
    if (value < 0) throw malformed(`Length is negative: ${value}`)
    if (typeof value === 'bigint') throw ended()
    return value
  }

  /** How many items a block has; the size in bytes that may stand behind a negative count is not needed. */
  blockCount(): number {
    const value = this.long()
    if (value < 0) this.long()
    const count = value < 0 ? -value : value
    if (typeof count === 'bigint' || count > stepsMax) throw malformed(`more than ${stepsMax} values`)
    return count
  }

  take(length: number): Buffer {
    const end = this.at + length
    if (end > this.bytes.length) throw ended()
    const view = this.bytes.subarray(this.at, end)
    this.at = end
    return view
  }

  text(): string {
    const length = this.length()
    const end = this.at + length
    if (end > this.bytes.length) throw ended()
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end
    return text
  }

  /** The index of an enum's symbol or a union's branch. */
  index(count: number): number {
    const index = this.int()
    if (index >= 0 && index < count) return index
    throw new AvroProblem(`ArrayIndexOutOfBoundsException: Index ${index} out of bounds for length ${count}`)
  }

  private longLong(start: bigint): number | bigint {
    let sum = start
    for (let count = safeBytes; count < longBytesMax; count++) {
      const byte = this.byte()
      sum |= BigInt(byte & 0x7f) << BigInt(7 * count)
      if (byte >= 0x80) continue
      if (sum !== BigInt.asUintN(64, sum)) break
      const value = (sum >> 1n) ^ -(sum & 1n)
      const asNumber = Number(value)
      return Number.isSafeInteger(asNumber) ? asNumber : value
    }
    throw new AvroProblem('InvalidNumberEncodingException: Invalid long encoding')
  }
}

function ended(): AvroProblem {
  return new AvroProblem('EOFException: ')
}

function malformed(problem: string): AvroProblem {
  return new AvroProblem(`AvroRuntimeException: Malformed data. ${problem}`)
}
