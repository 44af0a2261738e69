// pure
/**
 * A request with a key, as the shard of its key sees it.
 * Gives the shard what it may ask of the request and tell it. Exactly one of `done`, `replayed` and `refused`
 * is called, the last word about it.
 */
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import type { RecordToWrite } from '@iris/common/kafka/record-batch'
import type { Claim } from './ledger.js'

/** A partition of a Kafka topic. */
export interface MessagePlace {
  readonly kafkaTopic: string
  readonly partition: number
}

export interface KeyedRequest extends Claim {
  /** Whether its sender was told anything already, and so waits no more. */
  isAnswered(): boolean
  /**
   * Becomes the message of that id and time. Gives its place in Kafka: the one given, where an earlier try
   * has settled it. Rejects when Kafka's layout cannot be known in time.
   */
  become(messageId: string, timestampMs: number, place: MessagePlace | null): Promise<MessagePlace>
  /** What is appended, once it became a message. */
  record(): RecordToWrite
  /** From now on the message may be in Kafka: its own, or that of an earlier request with the same key. */
  leaves(messageId: string): void
  /** Kafka's word, perhaps long after the sender was answered. */
  done(outcome: AppendOutcome): void
  /** The message was stored for an earlier request. */
  replayed(messageId: string): void
  refused(why: KeyRefusal): void
}

/**
 * Why a request is not served: an earlier one is on its way, it is another message than the key stands for,
 * there is no room for its key, or not now. Nothing of *this* request was stored.
 */
export type KeyRefusal =
  | { readonly kind: 'busy' | 'differs' | 'full' }
  | { readonly kind: 'unavailable'; readonly detail: string }
