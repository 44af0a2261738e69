/**
 * What Kafka keeps of a message: its time, key, headers, and its envelope or its record's metadata.
 * Takes a publication and its body. Gives nothing: it fills the record's fields.
 * Promises: the body's bytes are spliced into the envelope, neither decoded nor copied.
 */
import { eventHeaders } from '@iris/common/cloudevents/kafka-headers'
import { firstHeaderValue } from '@iris/common/http/raw-headers'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import { schemaIdHeader, schemaLine, schemaVersionHeader } from '@iris/common/kafka/open-avro'
import { avroMetadataBytes, withMetadata } from '@iris/common/schema/avro/metadata'
import type { AvroMessage } from './check-avro.js'
import type { Propagated, Propagation } from './propagation.js'
import type { Publication, RecordHeader } from './publication.js'

const messageIdHeader = 'id'

/** Whether it will be stamped with a key that is not empty. */
export function hasKey(publication: Publication): boolean {
  const { headers } = publication.origin.sent
  return (headers['partition-key'] ?? publication.event?.attributes.get('partitionkey') ?? '') !== ''
}

/** Stamps a publication with the wall time `timestampMs`. */
export function stamp(
  propagation: Propagation,
  publication: Publication,
  body: Buffer,
  timestampMs: number,
): void {
  const { id, origin } = publication
  const { sent } = origin
  const headers: RecordHeader[] = [[messageIdHeader, Buffer.from(id, 'latin1')]]
  if (publication.avro !== null) addSchemaHeaders(headers, publication.avro)
  const traceparent = publication.spans?.traceparent ?? null
  const externalMetadata = propagation.collect(sent, publication.comesFromTopic, headers, traceparent)
  if (publication.event !== null) headers.push(...eventHeaders(publication.event.attributes))
  publication.timestampMs = timestampMs
  publication.key =
    sent.headers['partition-key'] === undefined ? eventKey(publication) : keyOf(sent.rawHeaders)
  publication.headers = headers
  publication.value =
    publication.avro === null
      ? wrapEnvelope({ timestampMs, id, externalMetadata }, body)
      : stampedRecord(publication.avro, externalMetadata, id, timestampMs)
}

/** Hermes' words stand inside the record; a header of the publisher's cannot take their place. */
function stampedRecord(
  { known, encoded }: AvroMessage,
  propagated: Propagated,
  messageId: string,
  timestampMs: number,
): readonly Buffer[] {
  if (encoded.metadataStart < 0) return [encoded.bytes]
  const entries = { ...propagated, messageId, timestamp: String(timestampMs) }
  return withMetadata(encoded, avroMetadataBytes(known.schema, entries))
}

function addSchemaHeaders(headers: RecordHeader[], { known, hasId }: AvroMessage): void {
  headers.push(schemaLine(schemaVersionHeader, known.version))
  if (hasId) headers.push(schemaLine(schemaIdHeader, known.id))
}

/** The key that an event names, as the Kafka binding of CloudEvents has it. */
function eventKey({ event }: Publication): Buffer | null {
  const key = event?.attributes.get('partitionkey')
  return key === undefined ? null : Buffer.from(key, 'utf8')
}

/**
 * The bytes as the sender wrote them; an empty value is a key too, and all such messages share a partition.
 */
function keyOf(rawHeaders: readonly string[]): Buffer {
  return Buffer.from(firstHeaderValue(rawHeaders, 'partition-key') ?? '', 'latin1')
}
