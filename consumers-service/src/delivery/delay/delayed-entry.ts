// pure
/**
 * A record of a delay topic, read back as the message that was published.
 * Takes the entry. Gives the same one with the time of publishing, without our header lines, and what they
 * say. A record that nobody of ours wrote is an unreadable one.
 */
import { delayHeaderPrefix, readDelayHeaders, type DelayFacts } from '@iris/common/kafka/delay-headers'
import { placesOf, type LogEntry } from '@iris/common/kafka/log-entry'

export interface DelayedEntry extends LogEntry {
  /** What the record says about itself; null for one that is none of ours. */
  readonly delay: DelayFacts | null
}

/** Reads what the record says about itself. */
export function delayedEntry(entry: LogEntry): DelayedEntry {
  const delay = entry.problem === null ? readDelayHeaders(name => entry.header(name)) : null
  const { key, value } = entry
  return {
    ...placesOf(entry),
    ...{ delay, key, value },
    timestampMs: delay?.publishedMs ?? entry.timestampMs,
    problem: delay === null ? (entry.problem ?? 'no record of a delay topic') : null,
    header: name => (name.startsWith(delayHeaderPrefix) ? null : entry.header(name)),
    headers: () => entry.headers().filter(([name]) => !name.startsWith(delayHeaderPrefix)),
    detach: () => delayedEntry(entry.detach()),
  }
}

/** What an entry says about its delay; null where it is of no delay topic. */
export function delayOfEntry(entry: LogEntry | DelayedEntry): DelayFacts | null {
  return 'delay' in entry ? entry.delay : null
}
