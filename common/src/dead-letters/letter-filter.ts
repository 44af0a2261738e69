// pure
/**
 * Which dead letters are meant: by cause, by time, by what is in them.
 * Takes a form as people write it, or as a task keeps it. Gives a test of records.
 * Promises: every member that is given must fit; the work for a record is linear in its size.
 */
import { causeOfLetter, type FailureCause } from '../domain/failure-cause.js'
import {
  classOfLetter,
  messageIdHeader,
  readDeadLetterHeaders,
  type DeadLetterClass,
} from '../kafka/dead-letter-headers.js'
import type { LogEntry } from '../kafka/log-entry.js'

/** What of an entry a filter looks at. */
export type LetterRecord = Pick<LogEntry, 'timestampMs' | 'value' | 'header'>

/** What is asked for; null asks nothing. */
export interface LetterFilter {
  /** Text that the reason contains, letter case aside. */
  readonly reason: string | null
  readonly class: DeadLetterClass | null
  /** Why the last attempt failed. */
  readonly cause: FailureCause | null
  /** Status of the last answer. */
  readonly status: number | null
  /** Time of death, milliseconds since the epoch: `fromMs` is included, `toMs` is not. */
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly messageId: string | null
  /** Text that the body contains as UTF-8 bytes. */
  readonly body: string | null
}

/** The filter that every dead letter fits. */
export const everyLetter: LetterFilter = {
  reason: null,
  class: null,
  cause: null,
  status: null,
  fromMs: null,
  toMs: null,
  messageId: null,
  body: null,
}

/** Makes the test. */
export function letterMatcher(filter: LetterFilter): (record: LetterRecord) => boolean {
  const { fromMs, toMs, messageId, status } = filter
  const reason = filter.reason?.toLowerCase() ?? null
  const body = filter.body === null ? null : Buffer.from(filter.body)
  const asksFacts = reason !== null || filter.class !== null || filter.cause !== null || status !== null

  const factsFit = (record: LetterRecord): boolean => {
    if (!asksFacts) return true
    // One without facts is one that nobody could read: the summary counts it so.
    const facts = readDeadLetterHeaders(name => record.header(name))
    return (
      (filter.class === null || classOfLetter(facts) === filter.class) &&
      (filter.cause === null || causeOfLetter(facts) === filter.cause) &&
      (status === null || facts?.lastStatus === status) &&
      (reason === null || facts?.reason.toLowerCase().includes(reason) === true)
    )
  }
  return record =>
    (fromMs === null || record.timestampMs >= fromMs) &&
    (toMs === null || record.timestampMs < toMs) &&
    (messageId === null || record.header(messageIdHeader)?.toString('utf8') === messageId) &&
    factsFit(record) &&
    (body === null || record.value?.includes(body) === true)
}
