/**
 * What the use cases need from the dead-letter topics in Kafka.
 * Promises: a call that Kafka did not do is a `HermesError` that says what is known of the outcome.
 */
import type { LetterLog } from '@iris/common/dead-letters/walk'
import type { ClosedAs, OffsetRange } from '@iris/common/dead-letters/marker'

/** The dead letters of one subscription, as they lie in Kafka now. */
export interface StoredLetters {
  /** Offsets: `next` is the end. Below `first` Kafka holds nothing any more. */
  readonly first: number
  readonly next: number
  readonly log: LetterLog
}

/** A record to append. */
export interface LetterRecord {
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: readonly (readonly [name: string, value: Buffer])[]
}

/** Dead-letter topics. */
export interface KafkaLetters {
  /** Null where nothing died yet. With a time, `first` is the first that is not older. */
  open(kafkaTopic: string, fromMs: number | null): Promise<StoredLetters | null>
  /** Resolves with its offset once Kafka holds it, at all replicas; null where Kafka does not tell. */
  append(kafkaTopic: string, record: LetterRecord): Promise<number | null>
  /** Writes down that these letters no longer count. */
  close(kafkaTopic: string, ranges: readonly OffsetRange[], as: ClosedAs): Promise<void>
  /** Removes all below an offset for good. */
  remove(kafkaTopic: string, before: number): Promise<void>
}
