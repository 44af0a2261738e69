// pure
/**
 * What of a log entry is the message.
 * Takes the entry. Gives message id, body, and the publisher's header lines that HTTP can carry.
 * Promises: the body is a view of the entry's bytes; an envelope that nobody can read is a problem, never a
 * throw.
 */
import { eventOf, isEventHeader } from '../cloudevents/kafka-headers.js'
import { canBeSent } from '../http/header-rules.js'
import type { KnownSchema } from '../schema/schemas.js'
import { openEnvelope } from './envelope.js'
import type { LogEntry } from './log-entry.js'

/** What Hermes calls the headers that a publisher sent along. */
export const propagatedPrefix = 'h-'
const messageIdHeader = 'id'
/** Hermes puts the id among the publisher's headers of the envelope; it is none of them. */
const leakedMessageId = 'messageId'
const empty = Buffer.alloc(0)

/** What of an entry is the message. */
export interface LetterContent {
  readonly messageId: string
  readonly body: Buffer
  /** Header lines of the publisher, flat; null when there are none. */
  readonly propagated: readonly string[] | null
  /** Its attributes as a CloudEvent, names and values in turn; null where it is none. */
  readonly event: readonly string[] | null
  /** Whether the entry's value is the wrapped form of this very message, without headers. */
  readonly isWrapped: boolean
  /** The record that it was in an AVRO topic; null for every other. */
  readonly avro: AvroSource | null
  /** Why there is no message in the entry, or null. */
  readonly problem: string | null
}

/** A message of an AVRO topic as it lies in Kafka. */
export interface AvroSource {
  readonly known: KnownSchema
  readonly record: Buffer
  /** Whether the body is the record itself, and not its JSON. */
  readonly isBody: boolean
}

/** Reads an entry. `dropped` is called for each header line that HTTP cannot carry. */
export function openEntry(entry: LogEntry, dropped: () => void): LetterContent {
  if (entry.problem !== null) return unreadableContent(entry, '', entry.problem)
  const headers = headersOf(entry, dropped)
  const { messageId, event } = headers
  let { lines } = headers
  // Asked for once: each view is an object of its own.
  const { value } = entry
  if (value === null) return unreadableContent(entry, messageId ?? '', 'the record has no value')
  const opened = openEnvelope(value)
  if (opened === 'raw')
    return {
      messageId: messageId ?? '',
      body: value,
      propagated: lines,
      event,
      isWrapped: false,
      avro: null,
      problem: null,
    }
  if ('problem' in opened) return unreadableContent(entry, messageId ?? '', opened.problem)
  if (lines === null) {
    for (const [name, value] of Object.entries(opened.externalMetadata))
      if (name !== leakedMessageId) lines = lineAdded(lines, name, value, dropped)
  }
  const { id, body, isPlain } = opened
  const isWrapped = isPlain && lines === null && (messageId === null || messageId === id)
  return { messageId: messageId ?? id, body, propagated: lines, event, isWrapped, avro: null, problem: null }
}

/** What a record's headers say of its message, each null where they do not. */
export interface PublishersHeaders {
  readonly messageId: string | null
  readonly lines: string[] | null
  readonly event: readonly string[] | null
}

/** The message's id, the publisher's lines and an event's attributes, as Kafka's headers have them. */
export function headersOf(entry: LogEntry, dropped: () => void): PublishersHeaders {
  let messageId: string | null = null
  let lines: string[] | null = null
  let eventLines: (readonly [name: string, value: Buffer])[] | null = null
  for (const [name, value] of entry.headers()) {
    if (name === messageIdHeader) messageId = value.toString('utf8')
    else if (name.startsWith(propagatedPrefix))
      lines = lineAdded(lines, name.slice(2), value.toString('utf8'), dropped)
    else if (isEventHeader(name)) (eventLines ??= []).push([name, value])
  }
  return { messageId, lines, event: eventLines === null ? null : eventOf(eventLines) }
}

/** Adds a line that HTTP can carry. */
export function lineAdded(
  lines: string[] | null,
  name: string,
  value: string,
  dropped: () => void,
): string[] | null {
  if (!canBeSent(name, value)) {
    dropped()
    return lines
  }
  if (lines === null) return [name, value]
  lines.push(name, value)
  return lines
}

/** An entry without a message, and why. */
export function unreadableContent(entry: LogEntry, messageId: string, problem: string): LetterContent {
  return {
    messageId,
    body: entry.value ?? empty,
    propagated: null,
    event: null,
    isWrapped: false,
    avro: null,
    problem: `UNPARSABLE: ${problem}`,
  }
}
