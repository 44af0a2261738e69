/**
 * Where the messages of an ack level go.
 * Gives the producer, how long its word is waited for, and the deadlines of those who wait.
 */
import type { Producer } from '@iris/common/kafka/producer'
import type { DeadlineQueue } from './deadline-queue.js'

export interface KafkaRoute {
  readonly producer: Producer
  /** The producer answers within this: stored, surely not stored, or unknown. */
  readonly budgetMs: number
  /** The net below it: a little longer than the budget, because only the producer knows what was sent. */
  readonly deadlines: DeadlineQueue
}
