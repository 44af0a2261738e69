/**
 * The log of a shard as its owner writes it: one batch on its way at a time, under the owner's epoch.
 * Takes records. Gives each a promise that ends on Kafka's word.
 * Promises: records are stored in their order; once a write fails, none is written any more and the owner is
 * told, because what the log holds is then no longer known here. Bound: `recordsMax` waiting records.
 */
import type { AppendNumbered, NumberedBatch } from '@iris/common/kafka/numbered-append'
import type { GivenId } from '@iris/common/kafka/producer-identity'
import type { RecordToWrite } from '@iris/common/kafka/record-batch'
import type { Clock } from '@iris/common/time/clock'

/** The record is not surely in the log, and this owner writes no other. */
export class ShardLost extends Error {
  override readonly name = 'ShardLost'
}

/** The record was not written; others may be. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack'
}

export interface ShardLog {
  /**
   * Resolves when the record is stored. Rejects with {@link ShardLost} or {@link HeldBack}. What begins
   * something new is written by an owner without doubt only.
   */
  append(record: RecordToWrite, what: 'beginning' | 'outcome'): Promise<void>
  isLost(): boolean
}

export interface ShardLogParts {
  readonly clock: Clock
  readonly append: AppendNumbered
  /** Asked right before something new is written: why others may own the shard by now, or null. */
  readonly doubt: () => string | null
  /** Told once, when writing has ended. */
  readonly onLost: (reason: string) => void
}

export interface ShardLogOptions {
  readonly topic: string
  readonly partition: number
  /** The owner's numbers; `nextSequence` is that of its next batch. */
  readonly id: GivenId
  readonly nextSequence: number
  readonly writeTimeoutMs: number
}

interface Waiting {
  readonly record: RecordToWrite
  readonly what: 'beginning' | 'outcome'
  readonly stored: () => void
  readonly failed: (error: ShardLost | HeldBack) => void
}

const recordsMax = 10_000
const batchRecordsMax = 200

/** Makes the writer of an owner. */
export function createShardLog(parts: ShardLogParts, options: ShardLogOptions): ShardLog {
  const { topic, partition, id, writeTimeoutMs } = options
  const queue: Waiting[] = []
  let nextSequence = options.nextSequence
  let isWriting = false
  let lost: string | null = null

  const lose = (reason: string, batch: readonly Waiting[]): void => {
    lost = reason
    for (const { failed } of [...batch, ...queue.splice(0)]) failed(new ShardLost(reason))
    parts.onLost(reason)
  }
  const write = async (): Promise<void> => {
    isWriting = true
    while (queue.length > 0) {
      const batch = withoutDoubt(queue.splice(0, batchRecordsMax))
      if (batch.length === 0) continue
      const outcome = await parts.append(numbered(batch))
      if (outcome.kind !== 'stored') return lose(`its log was not written: ${outcome.detail}`, batch)
      nextSequence += batch.length
      for (const { stored } of batch) stored()
    }
    isWriting = false
  }
  const withoutDoubt = (batch: readonly Waiting[]): readonly Waiting[] => {
    const doubt = parts.doubt()
    if (doubt === null) return batch
    return batch.filter(({ what, failed }) => {
      if (what === 'beginning') failed(new HeldBack(doubt))
      return what === 'outcome'
    })
  }
  const numbered = (batch: readonly Waiting[]): NumberedBatch => ({
    ...{ topic, partition, records: batch.map(({ record }) => record) },
    numbers: { ...id, baseSequence: nextSequence },
    deadlineMs: parts.clock.monotonic() + writeTimeoutMs,
  })

  return {
    append: (record, what) =>
      new Promise((stored, failed) => {
        if (lost !== null) return failed(new ShardLost(lost))
        if (queue.length >= recordsMax) return failed(new HeldBack('too many records wait for its log'))
        queue.push({ record, what, stored, failed })
        if (!isWriting) void write()
      }),
    isLost: () => lost !== null,
  }
}
