/**
 * What the use cases need from the schedule topic in Kafka.
 * Promises: a call that Kafka did not do is a `HermesError` that says what is known of the outcome.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'

/** A stretch of one partition; `next` is not part of it. */
export interface ScheduleStretch {
  readonly partition: number
  readonly first: number
  readonly next: number
}

export interface KafkaSchedule {
  /**
   * Where messages that still count can lie, partition by partition; empty before the first message was
   * scheduled.
   */
  stretches(): Promise<readonly ScheduleStretch[]>
  /** All that Kafka has, partition by partition. */
  wholes(): Promise<readonly ScheduleStretch[]>
  /** All that Kafka has of a partition; null where there is no such partition. */
  whole(partition: number): Promise<ScheduleStretch | null>
  /** The first record that is not older. */
  offsetAt(partition: number, timeMs: number): Promise<number>
  /**
   * Shows each entry until `visit` gives true or the time is over (then false); bytes of an entry are gone
   * after the call unless it is detached.
   */
  scan(stretch: ScheduleStretch, untilMs: number, visit: (entry: LogEntry) => boolean): Promise<boolean>
  /** Writes down that a message is taken back; resolves with the mark's offset on Kafka's word. */
  cancel(partition: number, offset: number): Promise<number>
}
