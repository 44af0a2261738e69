// pure
/**
 * A dead letter, read back as the message that was published.
 * Takes the record of the dead-letter topic. Gives an entry at the same offset whose value is the body in an
 * envelope, with the publisher's headers and time: whatever the body looks like, it is sent as it is.
 */
import { readDeadLetterHeaders, messageIdHeader } from '@iris/common/kafka/dead-letter-headers'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { propagatedPrefix } from '@iris/common/kafka/open-entry'

/** A place in the topic itself. */
export interface PublishedPlace {
  readonly partition: number
  readonly offset: number
}

export class RedriveEntry implements LogEntry {
  readonly value: Buffer
  /** Where the message was published; null where the record does not say. */
  readonly published: PublishedPlace | null
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly problem = null
  private readonly lines: readonly (readonly [string, Buffer])[]

  constructor(private readonly entry: LogEntry) {
    const facts = readDeadLetterHeaders(name => entry.header(name))
    const isPlaced = facts !== null && facts.partition >= 0 && facts.offset >= 0
    this.published = isPlaced ? { partition: facts.partition, offset: facts.offset } : null
    this.timestampMs = facts === null || facts.publishedMs < 0 ? entry.timestampMs : facts.publishedMs
    // Of its own: the envelope is written around the body.
    this.key = entry.key === null ? null : Buffer.from(entry.key)
    const id = entry.header(messageIdHeader)?.toString('utf8') ?? ''
    const metadata = { timestampMs: this.timestampMs, id, externalMetadata: {} }
    this.value = Buffer.concat(wrapEnvelope(metadata, entry.value ?? Buffer.alloc(0)))
    this.lines = entry
      .headers()
      .filter(([name]) => name === messageIdHeader || name.startsWith(propagatedPrefix))
      .map(([name, value]) => [name, Buffer.from(value)])
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

  header(name: string): Buffer | null {
    return this.lines.filter(([each]) => each === name).at(-1)?.[1] ?? null
  }

  headers(): readonly (readonly [string, Buffer])[] {
    return this.lines
  }

  /** Its bytes are its own already. */
  detach(): LogEntry {
    return this
  }
}
