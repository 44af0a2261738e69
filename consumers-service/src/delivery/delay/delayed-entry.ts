// pure
/**
 * A record of a delay topic, read back as the message that was published.
 * Takes the entry. Gives the same one with the time of publishing, without our header lines, and what they
 * say. A record that nobody of ours wrote is an unreadable one.
 */
import { delayHeaderPrefix, readDelayHeaders, type DelayFacts } from '@iris/common/kafka/delay-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'

export class DelayedEntry implements LogEntry {
  private constructor(
    private readonly entry: LogEntry,
    readonly facts: DelayFacts | null,
  ) {}

  /** Reads what the record says about itself. */
  static of(entry: LogEntry): DelayedEntry {
    const facts = entry.problem === null ? readDelayHeaders(name => entry.header(name)) : null
    return new DelayedEntry(entry, facts)
  }

  get topic(): string {
    return this.entry.topic
  }

  get partition(): number {
    return this.entry.partition
  }

  get offset(): number {
    return this.entry.offset
  }

  get lastOffset(): number {
    return this.entry.lastOffset
  }

  get timestampMs(): number {
    return this.facts?.publishedMs ?? this.entry.timestampMs
  }

  get key(): Buffer | null {
    return this.entry.key
  }

  get value(): Buffer | null {
    return this.entry.value
  }

  get problem(): string | null {
    return this.facts === null ? (this.entry.problem ?? 'no record of a delay topic') : null
  }

  header(name: string): Buffer | null {
    return name.startsWith(delayHeaderPrefix) ? null : this.entry.header(name)
  }

  headers(): readonly (readonly [string, Buffer])[] {
    return this.entry.headers().filter(([name]) => !name.startsWith(delayHeaderPrefix))
  }

  detach(): DelayedEntry {
    return new DelayedEntry(this.entry.detach(), this.facts)
  }
}
