/**
 * What a publisher hears of a message that waits for its time.
 */
export interface ScheduledAnswer {
  /** Null where Kafka does not say where the message lies; the list of scheduled messages shows it. */
  readonly id: string | null
  readonly dueMs: number
}
