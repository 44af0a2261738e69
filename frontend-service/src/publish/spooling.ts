/**
 * What the pipeline needs to answer before Kafka has a message.
 */
import type { Spools } from '../spool/spools.js'
import type { DeadlineQueue } from './deadline-queue.js'

export interface Spooling {
  readonly spools: Pick<Spools, 'accept' | 'hasWaiting' | 'resolve'>
  /** Deadlines of those who wait for the disk. */
  readonly deadlines: DeadlineQueue
  /**
   * How long a message waits in the producer to be sent whose publisher may be answered before: less than a
   * batch is repeated, so that nothing overtakes a batch without an answer.
   */
  readonly holdMs: number
  /** The path of a message's status resource. */
  locationOf(topicName: string, id: string): string
}
