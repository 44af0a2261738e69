// pure
/**
 * What a record of a delay topic says beside the message it holds.
 * The record's value, key and headers are those that were published, byte for byte; these come on top, its
 * time is that of the writing, so that the delay topic's retention counts from there.
 * Takes the facts as header lines, and back. Gives null for a record that nobody of ours wrote.
 */
import { readFacts, shortReason, writeFacts } from './fact-headers.js'

/** Where a message comes from and what became of it so far. Times are wall time in milliseconds. */
export interface DelayFacts {
  /** Kafka topic, partition and offset where it was published. */
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly publishedMs: number
  /** -1 before the first attempt. */
  readonly firstAttemptMs: number
  /** Failed attempts. */
  readonly attempts: number
  /** When the record is to be taken out of its partition: rises from record to record. */
  readonly dueMs: number
  /** When the message is to be tried again: not before `dueMs`. */
  readonly untilMs: number
  /** Status of the last answer; -1 where none came. */
  readonly lastStatus: number
  readonly lastReason: string
  /** Why the last attempt failed, in one word; empty where there was none, or nobody wrote it down. */
  readonly lastCause: string
}

/** All headers of ours in a delay topic begin so; no publisher can set one, its own become `h-…`. */
export const delayHeaderPrefix = 'Delay-'

export const delayHeaders = {
  topic: 'Delay-Source-Topic',
  partition: 'Delay-Partition',
  offset: 'Delay-Offset',
  publishedMs: 'Delay-Published',
  firstAttemptMs: 'Delay-First-Attempt',
  attempts: 'Delay-Retry-Count',
  dueMs: 'Delay-Due',
  untilMs: 'Delay-Until',
  lastStatus: 'Delay-Status-Code',
  lastReason: 'Delay-Reason',
  lastCause: 'Delay-Cause',
} as const satisfies Readonly<Record<keyof DelayFacts, string>>

/** The header lines of a record of a delay topic. */
export function writeDelayHeaders(facts: DelayFacts): readonly (readonly [string, Buffer])[] {
  return writeFacts(delayHeaders, { ...facts, lastReason: shortReason(facts.lastReason) })
}

/** The facts of a record, by its last header of each name. */
export function readDelayHeaders(header: (name: string) => Buffer | null): DelayFacts | null {
  const { text, number } = readFacts(delayHeaders, header)
  const facts: DelayFacts = {
    topic: text('topic'),
    partition: number('partition'),
    offset: number('offset'),
    publishedMs: number('publishedMs'),
    firstAttemptMs: number('firstAttemptMs'),
    attempts: number('attempts'),
    dueMs: number('dueMs'),
    untilMs: number('untilMs'),
    lastStatus: number('lastStatus'),
    lastReason: text('lastReason'),
    lastCause: text('lastCause'),
  }
  return Object.values(facts).some(value => Number.isNaN(value)) ? null : facts
}
