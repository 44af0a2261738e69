// pure
/**
 * Records written as one batch of Kafka's format 2, uncompressed.
 * Takes records whose value may come in pieces, and the producer's identity. Gives one buffer of exact size.
 * Promises: each byte of key, value and header is copied once; the checksum is that of the final bytes.
 * Refuses an empty batch.
 */
import { invariant } from '../lifecycle/invariant.js'
import { crc32c } from './protocol/crc32c.js'

/** What becomes a record. `value` pieces are joined on the wire. */
export interface RecordToWrite {
  readonly key: Buffer | null
  readonly value: readonly Buffer[]
  readonly headers: readonly (readonly [name: string, value: Buffer])[]
  readonly timestampMs: number
}

/** Who wrote a batch, and its place in the writer's sequence on one partition. All -1: nobody. */
export interface BatchIdentity {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** The identity of a batch without idempotence. */
export const anonymous: BatchIdentity = { producerId: -1, producerEpoch: -1, baseSequence: -1 }

/** Bytes of a batch before its first record. */
export const batchHeaderBytes = 61

/** Places of the fields in the header of a batch. */
const place = {
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

const lengthExcluded = 12
const twoTo32 = 0x1_0000_0000

/** The most bytes a record can take in any batch; exact up to the variable-length integers. */
export function recordBytesMax(record: RecordToWrite): number {
  let bytes = 36 + (record.key === null ? 0 : record.key.length)
  for (const piece of record.value) bytes += piece.length
  for (const [name, value] of record.headers) bytes += 10 + nameBytes(name).length + value.length
  return bytes
}

/** Writes the batch. */
export function encodeRecordBatch(records: readonly RecordToWrite[], identity: BatchIdentity): Buffer {
  const baseTimestamp = records[0]?.timestampMs
  invariant(baseTimestamp !== undefined, 'a batch without records')
  const sizes = new Float64Array(records.length)
  let bytes = batchHeaderBytes
  let maxTimestamp = baseTimestamp
  let index = 0
  for (const record of records) {
    const size = recordBytes(record, record.timestampMs - baseTimestamp, index)
    sizes[index++] = size
    bytes += varintBytes(size) + size
    if (record.timestampMs > maxTimestamp) maxTimestamp = record.timestampMs
  }

  const batch = Buffer.allocUnsafeSlow(bytes)
  writeInt64(batch, 0, 0)
  batch.writeInt32BE(bytes - lengthExcluded, place.batchLength)
  batch.writeInt32BE(-1, place.leaderEpoch)
  batch.writeInt8(2, place.magic)
  batch.writeInt16BE(0, place.attributes)
  batch.writeInt32BE(records.length - 1, place.lastOffsetDelta)
  writeInt64(batch, place.baseTimestamp, baseTimestamp)
  writeInt64(batch, place.maxTimestamp, maxTimestamp)
  batch.writeInt32BE(records.length, place.recordCount)
  const writer = new RecordWriter(batch)
  index = 0
  for (const record of records) {
    writer.varint(sizes[index] ?? 0)
    writer.record(record, record.timestampMs - baseTimestamp, index++)
  }
  invariant(writer.at === bytes, 'a batch of another size than computed', { at: writer.at, bytes })
  seal(batch, identity)
  return batch
}

/** The same records under another identity, in a new buffer: the old one may still be on its way. */
export function withIdentity(batch: Buffer, identity: BatchIdentity): Buffer {
  const copy = Buffer.allocUnsafeSlow(batch.length)
  batch.copy(copy)
  seal(copy, identity)
  return copy
}

function seal(batch: Buffer, identity: BatchIdentity): void {
  writeInt64(batch, place.producerId, identity.producerId)
  batch.writeInt16BE(identity.producerEpoch, place.producerEpoch)
  batch.writeInt32BE(identity.baseSequence, place.baseSequence)
  batch.writeUInt32BE(crc32c(batch, place.attributes), place.checksum)
}

/** The size of a record after its own length. */
function recordBytes(record: RecordToWrite, timestampDelta: number, offsetDelta: number): number {
  const { key, value, headers } = record
  let bytes = 1 + varintBytes(timestampDelta) + varintBytes(offsetDelta)
  bytes += key === null ? 1 : varintBytes(key.length) + key.length
  const valueBytes = joinedBytes(value)
  bytes += varintBytes(valueBytes) + valueBytes + varintBytes(headers.length)
  for (const [name, content] of headers) {
    const nameLength = nameBytes(name).length
    bytes += varintBytes(nameLength) + nameLength + varintBytes(content.length) + content.length
  }
  return bytes
}

function joinedBytes(pieces: readonly Buffer[]): number {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}

/** Values up to this need no more than 31 bits once their sign is folded in. */
const smallMax = 0x3fff_ffff

function varintBytes(value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  let bytes = 1
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1
  return bytes
}

/** Writes records one after the other into a batch that has room for them. */
class RecordWriter {
  at = batchHeaderBytes

  constructor(private readonly batch: Buffer) {}

  record({ key, value, headers }: RecordToWrite, timestampDelta: number, offsetDelta: number): void {
    this.batch[this.at++] = 0 // attributes
    this.varint(timestampDelta)
    this.varint(offsetDelta)
    if (key === null) this.varint(-1)
    else this.bytes(key)
    this.varint(joinedBytes(value))
    for (const piece of value) this.raw(piece)
    this.varint(headers.length)
    for (const [name, content] of headers) {
      this.bytes(nameBytes(name))
      this.bytes(content)
    }
  }

  varint(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    for (; rest > smallMax; rest = Math.floor(rest / 0x80)) this.batch[this.at++] = rest % 0x80 | 0x80
    for (; rest >= 0x80; rest >>>= 7) this.batch[this.at++] = (rest & 0x7f) | 0x80
    this.batch[this.at++] = rest
  }

  private bytes(content: Buffer): void {
    this.varint(content.length)
    this.raw(content)
  }

  private raw(content: Buffer): void {
    this.batch.set(content, this.at)
    this.at += content.length
  }
}

function writeInt64(batch: Buffer, at: number, value: number): void {
  batch.writeInt32BE(Math.floor(value / twoTo32), at)
  batch.writeUInt32BE(value - Math.floor(value / twoTo32) * twoTo32, at + 4)
}

/** Header names come from a small set: each is turned into bytes once, up to a bound. */
const namesMax = 1_000
const names = new Map<string, Buffer>()

function nameBytes(name: string): Buffer {
  const known = names.get(name)
  if (known !== undefined) return known
  const bytes = Buffer.from(name)
  if (names.size < namesMax) names.set(name, bytes)
  return bytes
}
