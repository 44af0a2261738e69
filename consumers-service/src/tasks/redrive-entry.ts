// pure
/**
 * A dead letter, read back as the message that was published.
 * Takes the record of the dead-letter topic. Gives an entry at the same offset whose value is the body in an
 * envelope, with the publisher's headers and time: whatever the body looks like, it is sent as it is. A body
 * that is an Avro record says so by its version and stays one.
 */
import { isEventHeader } from '@iris/common/cloudevents/kafka-headers'
import { readDeadLetterHeaders, messageIdHeader } from '@iris/common/kafka/dead-letter-headers'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import { placesOf, type LogEntry } from '@iris/common/kafka/log-entry'
import { schemaVersionHeader } from '@iris/common/kafka/open-avro'
import { propagatedPrefix } from '@iris/common/kafka/open-entry'

/** A place in the topic itself. */
export interface PublishedPlace {
  readonly partition: number
  readonly offset: number
}

export interface RedriveEntry extends LogEntry {
  /** Where the message was published; null where the record does not say. */
  readonly published: PublishedPlace | null
}

const kept = new Set([messageIdHeader, schemaVersionHeader])

/** Reads a dead letter. */
export function redriveEntry(letter: LogEntry): RedriveEntry {
  const facts = readDeadLetterHeaders(name => letter.header(name))
  const isPlaced = facts !== null && facts.partition >= 0 && facts.offset >= 0
  const timestampMs = facts === null || facts.publishedMs < 0 ? letter.timestampMs : facts.publishedMs
  const id = letter.header(messageIdHeader)?.toString('utf8') ?? ''
  const body = letter.value ?? Buffer.alloc(0)
  const isRecord = letter.header(schemaVersionHeader) !== null
  const metadata = { timestampMs, id, externalMetadata: {} }
  const lines = letter
    .headers()
    .filter(([name]) => isOfMessage(name))
    .map(([name, value]) => [name, Buffer.from(value)] as const)
  const entry: RedriveEntry = {
    ...placesOf(letter),
    timestampMs,
    published: isPlaced ? { partition: facts.partition, offset: facts.offset } : null,
    // Of its own: the envelope is written around the body.
    key: letter.key === null ? null : Buffer.from(letter.key),
    value: isRecord ? Buffer.from(body) : Buffer.concat(wrapEnvelope(metadata, body)),
    problem: null,
    header: name => lines.filter(([each]) => each === name).at(-1)?.[1] ?? null,
    headers: () => lines,
    // Its bytes are its own already.
    detach: () => entry,
  }
  return entry
}

/** Whether a header line came with the message and not with its death. */
function isOfMessage(name: string): boolean {
  return kept.has(name) || name.startsWith(propagatedPrefix) || isEventHeader(name)
}

/** Where the message of a redriven dead letter was published; null for any other entry. */
export function publishedPlace(entry: LogEntry | RedriveEntry): PublishedPlace | null {
  return 'published' in entry ? entry.published : null
}
