// pure
/**
 * A stretch of a partition's log as it was fetched.
 * Takes the records of one answer. Gives entries to any number of cursors, each from a place of its own.
 * Promises: the bytes it holds are its own and counted whole, decompressed batches included.
 */
import type { LogEntry, LogPlace } from './log-entry.js'
import { splitBatches, type BatchLimits, type RecordBatch } from './record-batch-reader.js'

/** Told when a chunk takes more memory, because one of its batches was opened. */
export type OnGrown = (chunk: Chunk, bytes: number) => void

/** Overhead of a batch's objects, so that many tiny batches count as what they cost. */
const batchBytes = 200

export class Chunk {
  /** One past the last offset that is covered, with or without a record. */
  end: number
  bytes: number
  /** When it was last read, in ticks of the cache. */
  touchedTick = 0
  private readonly batches: readonly RecordBatch[]

  constructor(
    readonly log: LogPlace,
    readonly start: number,
    records: Buffer,
    private readonly limits: BatchLimits,
    private readonly onGrown: OnGrown,
  ) {
    const own = ownBytes(records)
    this.batches = splitBatches(own, start)
    this.end = Math.max(start, (this.batches.at(-1)?.lastOffset ?? -1) + 1)
    this.bytes = own.buffer.byteLength + this.batches.length * batchBytes
  }

  covers(offset: number): boolean {
    return offset >= this.start && offset < this.end
  }

  batch(index: number): RecordBatch | undefined {
    return this.batches[index]
  }

  /** Makes the batch's records readable. */
  open(batch: RecordBatch): void {
    const bytes = batch.open(this.limits)
    if (bytes === 0) return
    this.bytes += bytes
    this.onGrown(this, bytes)
  }
}

/** A reader's place in a chunk. */
export class ChunkCursor {
  private batchIndex = 0
  /** -1: the batch is not open yet. */
  private recordIndex = -1

  constructor(readonly chunk: Chunk) {}

  /** The first entry at or above `position`, which never falls; null when the chunk has no more. */
  next(position: number): LogEntry | null {
    const { chunk } = this
    for (;;) {
      const batch = chunk.batch(this.batchIndex)
      if (batch === undefined || batch.baseOffset >= chunk.end) return null
      if (batch.isControl || batch.lastOffset < position) {
        this.toNextBatch()
        continue
      }
      if (this.recordIndex < 0) {
        chunk.open(batch)
        this.recordIndex = batch.indexOf(position)
      }
      if (this.recordIndex < batch.entryCount) return this.entry(batch, position)
      this.toNextBatch()
    }
  }

  private entry(batch: RecordBatch, position: number): LogEntry | null {
    const entry = batch.entry(this.chunk.log, this.recordIndex, position)
    if (entry.offset >= this.chunk.end) return null
    if (entry.problem === null) this.recordIndex += 1
    else this.toNextBatch()
    return entry
  }

  private toNextBatch(): void {
    this.batchIndex += 1
    this.recordIndex = -1
  }
}

/**
 * The records in a buffer that holds little else. An answer of many partitions is one buffer: a view of it
 * would keep all of it alive for as long as the slowest reader of any of them.
 */
function ownBytes(records: Buffer): Buffer {
  if (records.buffer.byteLength <= records.length * 1.25) return records
  const own = Buffer.allocUnsafeSlow(records.length)
  records.copy(own)
  return own
}
