// pure
/**
 * A message on its way to Kafka, and what can become of it.
 * Promises: `done` is called exactly once, never from within `append`.
 */
import type { RecordToWrite } from './record-batch.js'

/** What a caller appends. Its buffers must not change until `done`. */
export interface ProducerMessage extends RecordToWrite {
  /** The Kafka topic. */
  readonly topic: string
  readonly partition: number
  /** On `clock.monotonic()`: when the caller must have an answer. */
  readonly deadlineMs: number
  /**
   * True: once it was sent, its caller waits for Kafka's word for as long as the batch is repeated. For who
   * would send it again otherwise, beside the batch that may still be stored.
   */
  readonly isPatient?: boolean
  done(outcome: AppendOutcome): void
}

/**
 * Why a message is surely not in Kafka. `tooLarge` and `refused` are this message's own fault; `barred` is Kafka
 * taking no message of the topic as things are, such as for want of a permission.
 */
export type NotStoredCause = 'deadline' | 'tooLarge' | 'refused' | 'barred' | 'unknownTopic' | 'stopped'

/**
 * - `stored`: Kafka has it. `offset` is -1 where Kafka knows it as a repeat and no longer says where it lies.
 * - `notStored`: surely not in Kafka, now or later.
 * - `unknown`: it was sent and Kafka's word has not come; it may be in Kafka, or come to be.
 */
export type AppendOutcome =
  | { readonly kind: 'stored'; readonly partition: number; readonly offset: number }
  | { readonly kind: 'notStored'; readonly cause: NotStoredCause; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }
