// pure
/**
 * What of a log entry of an AVRO topic is the message.
 * Takes the entry and its schema. Gives id, header lines and the body: the record as JSON without Hermes'
 * metadata, or as it is. Promises: bytes that are no record of the schema are a problem, never a throw.
 */
import { AvroProblem } from '../schema/avro/input.js'
import { avroMetadata, avroPlaces, avroReading } from '../schema/avro/read.js'
import type { KnownSchema } from '../schema/schemas.js'
import type { LogEntry } from './log-entry.js'
import { headersOf, lineAdded, unreadableContent, type LetterContent } from './open-entry.js'

/** Kafka headers of Hermes: the schema's version, and its number in the registry, as 32 bits each. */
export const schemaVersionHeader = 'sv'
export const schemaIdHeader = 'sid'

/** What the metadata says of the message itself; the rest are the publisher's headers. */
const messageIdName = 'messageId'
const timestampName = 'timestamp'

/** The version of the schema that a record is of; null where it does not say. */
export function schemaVersionOf(entry: Pick<LogEntry, 'header'>): number | null {
  return int32(entry.header(schemaVersionHeader))
}

/** The number of that schema in the registry; null where it does not say. */
export function schemaIdOf(entry: Pick<LogEntry, 'header'>): number | null {
  return int32(entry.header(schemaIdHeader))
}

/** A header that says one of the two. */
export function schemaLine(name: string, value: number): readonly [string, Buffer] {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return [name, bytes]
}

/** Reads an entry. `dropped` is called for each header line that HTTP cannot carry. */
export function openAvroEntry(
  entry: LogEntry,
  known: KnownSchema,
  isRecordWanted: boolean,
  dropped: () => void,
): LetterContent {
  const { value: record } = entry
  const { messageId, lines, event } = headersOf(entry, dropped)
  if (record === null) return unreadableContent(entry, messageId ?? '', 'the record has no value')
  try {
    const { schema } = known
    const reading = isRecordWanted ? null : avroReading(schema, record)
    const metadata = avroMetadata(schema, record, reading?.places ?? avroPlaces(schema, record))
    return {
      messageId: messageId ?? metadata[messageIdName] ?? '',
      body: reading === null ? record : Buffer.from(reading.json),
      propagated: lines ?? linesOf(metadata, dropped),
      event,
      isWrapped: false,
      avro: { known, record, isBody: isRecordWanted },
      problem: null,
    }
  } catch (error) {
    if (!(error instanceof AvroProblem)) throw error
    const problem = `no record of version ${known.version} of its schema: ${error.message.trim()}`
    return unreadableContent(entry, messageId ?? '', problem)
  }
}

/** The same content in the bytes of a detached entry. */
export function detachedAvro(content: LetterContent, entry: LogEntry): LetterContent {
  if (content.avro === null || entry.value === null) return content
  const body = content.avro.isBody ? entry.value : content.body
  return { ...content, body, avro: { ...content.avro, record: entry.value } }
}

function linesOf(metadata: Readonly<Record<string, string>>, dropped: () => void): string[] | null {
  let lines: string[] | null = null
  for (const name of Object.keys(metadata))
    if (name !== messageIdName && name !== timestampName)
      lines = lineAdded(lines, name, metadata[name] ?? '', dropped)
  return lines
}

function int32(bytes: Buffer | null): number | null {
  return bytes?.length === 4 ? bytes.readInt32BE(0) : null
}
