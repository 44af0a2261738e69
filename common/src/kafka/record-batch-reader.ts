// pure
/**
 * Record batches as Kafka sends them, format 2.
 * Takes the bytes of one partition's answer. Gives its batches; each opens at its first use and gives
 * entries. Promises: a cut last batch is left for the next fetch; what cannot be read becomes one entry with
 * the reason. Bound: `decompressedBytesMax` bytes a batch.
 */
import { decompress } from './compression.js'
import { RecordEntry, unreadableEntry, type LogEntry, type LogPlace } from './log-entry.js'
import { crc32c } from './protocol/crc32c.js'
import { RecordScanner } from './record-scanner.js'

/** How far batches are trusted. */
export interface BatchLimits {
  /** A batch that unfolds to more is unreadable. */
  readonly decompressedBytesMax: number
  /** Compares the checksum before the first record of a batch is given. */
  readonly isChecksumChecked: boolean
}

/** Places of the header's fields. */
const place = {
  length: 8,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  recordCount: 57,
} as const

const lengthExcluded = 12
const headerBytes = 61
const oldHeaderBytes = 17
const codecBits = 0x07
const logAppendTimeBit = 0x08
const controlBit = 0x20
const recordBytesMin = 7
const twoTo32 = 0x1_0000_0000
const nothing = new Int32Array(0)

/**
 * Cuts a partition's answer into batches, leaving out those that end below `wanted`. Bytes that are no batch
 * where one should begin end the walk: found first they become an unreadable batch, found later the next
 * fetch begins there.
 */
export function splitBatches(records: Buffer, wanted: number): RecordBatch[] {
  const batches: RecordBatch[] = []
  let at = 0
  while (records.length - at >= oldHeaderBytes) {
    const end = at + lengthExcluded + records.readInt32BE(at + place.length)
    const magic = records[at + place.magic]!
    const offset = readInt64(records, at)
    const isSound = Number.isSafeInteger(offset) && end >= at + (magic === 2 ? headerBytes : oldHeaderBytes)
    if (!isSound) return batches.length > 0 ? batches : [unreadable(wanted, 'its header makes no sense')]
    if (end > records.length) return batches
    const isRead = magic === 2
    const batch = isRead ? batchOf(records.subarray(at, end), offset) : oldFormatBatch(offset, magic)
    if (batch.lastOffset >= wanted) batches.push(batch)
    at = end
  }
  return batches
}

function batchOf(bytes: Buffer, baseOffset: number): RecordBatch {
  const span = bytes.readInt32BE(place.lastOffsetDelta)
  if (span < 0) return unreadable(baseOffset, 'its last offset is below its first')
  return new RecordBatch(bytes, baseOffset, baseOffset + span, null)
}

/** A message set from before Kafka 0.11; its offset is that of the last message in it. */
function oldFormatBatch(offset: number, magic: number): RecordBatch {
  return unreadable(offset, `format ${magic} is not read, only format 2 is`)
}

function unreadable(offset: number, reason: string): RecordBatch {
  return new RecordBatch(Buffer.alloc(headerBytes), offset, offset, reason)
}

/** One batch. Its records are found at the first call that needs them. */
export class RecordBatch {
  /** Markers of transactions: never given to anyone. */
  readonly isControl: boolean
  private readonly isLogAppendTime: boolean
  private readonly timestampMs: number
  /** Where the records are: the batch itself, or what was compressed in it. */
  private content: Buffer
  /** Start and end of each record in `content`; null until opened. */
  private bounds: Int32Array | null = null

  constructor(
    private readonly bytes: Buffer,
    readonly baseOffset: number,
    readonly lastOffset: number,
    private reason: string | null,
  ) {
    const attributes = bytes.readInt16BE(place.attributes)
    this.isControl = (attributes & controlBit) !== 0
    this.isLogAppendTime = (attributes & logAppendTimeBit) !== 0
    this.timestampMs = readInt64(bytes, this.isLogAppendTime ? place.maxTimestamp : place.baseTimestamp)
    this.content = bytes
  }

  /** Finds the records, undoing the compression. Gives the bytes this took, 0 when it was open already. */
  open(limits: BatchLimits): number {
    if (this.bounds !== null) return 0
    try {
      this.bounds = this.reason === null ? this.findRecords(limits) : nothing
    } catch (error) {
      this.reason = error instanceof Error ? error.message : String(error)
      this.content = this.bytes
      this.bounds = nothing
    }
    return this.bounds.byteLength + (this.content === this.bytes ? 0 : this.content.length)
  }

  /** Records, or 1 for a batch that cannot be read. Known once open. */
  get entryCount(): number {
    return this.reason !== null ? 1 : this.bounds!.length >>> 1
  }

  /** The index of the first entry at or above `wanted`. */
  indexOf(wanted: number): number {
    if (this.reason !== null || wanted <= this.baseOffset) return 0
    const count = this.entryCount
    if (count === this.lastOffset - this.baseOffset + 1) return wanted - this.baseOffset
    for (let index = 0; index < count; index++) {
      scanner.open(this.content, this.bounds![index * 2]! + 1, this.bounds![index * 2 + 1]!)
      scanner.varint()
      if (this.baseOffset + scanner.varint() >= wanted) return index
    }
    return count
  }

  /**
   * The entry at `index`, not below `wanted`. When a record turns out to be broken, the entry stands for all
   * that is left of the batch: where its neighbours begin is as doubtful.
   */
  entry(log: LogPlace, index: number, wanted: number): LogEntry {
    if (this.reason !== null) return this.unreadableFrom(log, wanted, this.reason)
    const { content, bounds } = this
    const start = bounds![index * 2]!
    const end = bounds![index * 2 + 1]!
    scanner.open(content, start + 1, end) // the first byte is reserved
    const timestampDelta = scanner.varint()
    const offset = this.baseOffset + scanner.varint()
    const keyLength = scanner.varint()
    const keyStart = scanner.skip(Math.max(0, keyLength))
    const valueLength = scanner.varint()
    const valueStart = scanner.skip(Math.max(0, valueLength))
    const headersStart = scanner.position
    skipHeaders()
    if (scanner.hasFailed || offset < wanted || offset > this.lastOffset) {
      return this.unreadableFrom(log, wanted, 'a record is broken')
    }
    const timestampMs = this.isLogAppendTime ? this.timestampMs : this.timestampMs + timestampDelta
    const fields = { start, end, keyStart, keyLength, valueStart, valueLength, headersStart }
    return new RecordEntry(log, offset, timestampMs, content, fields)
  }

  private unreadableFrom(log: LogPlace, wanted: number, reason: string): LogEntry {
    const offset = Math.max(wanted, this.baseOffset)
    return unreadableEntry(log, offset, this.lastOffset, `record batch: ${reason}`)
  }

  private findRecords(limits: BatchLimits): Int32Array {
    const { bytes } = this
    if (limits.isChecksumChecked && crc32c(bytes, place.attributes) !== bytes.readUInt32BE(place.checksum)) {
      throw new Error('its checksum is wrong')
    }
    const codec = bytes.readInt16BE(place.attributes) & codecBits
    if (codec === 0) return this.indexRecords(headerBytes)
    this.content = decompress(codec, bytes.subarray(headerBytes), limits.decompressedBytesMax)
    return this.indexRecords(0)
  }

  private indexRecords(from: number): Int32Array {
    const { content } = this
    const count = this.bytes.readInt32BE(place.recordCount)
    const countMax = (content.length - from) / recordBytesMin
    if (count < 0 || count > countMax) throw new Error(`it cannot hold ${count} records`)
    const bounds = new Int32Array(count * 2)
    scanner.open(content, from, content.length)
    for (let index = 0; index < count; index++) {
      const length = scanner.varint()
      bounds[index * 2] = scanner.skip(length)
      bounds[index * 2 + 1] = scanner.position
    }
    if (scanner.hasFailed) throw new Error('its records do not fit into it')
    return bounds
  }
}

const scanner = new RecordScanner()

/** Headers are checked with the record, so that reading one later cannot fail. */
function skipHeaders(): void {
  const count = scanner.varint()
  if (count < 0) scanner.skip(-1)
  for (let left = count; left > 0 && !scanner.hasFailed; left--) {
    scanner.skip(scanner.varint())
    scanner.skip(Math.max(0, scanner.varint()))
  }
}

function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * twoTo32 + bytes.readUInt32BE(at + 4)
}
