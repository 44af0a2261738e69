/**
 * What Kafka keeps of a message: its time, key, headers and envelope.
 * Takes a publication and its body. Gives nothing: it fills the record's fields.
 * Promises: the body's bytes are spliced into the envelope, neither decoded nor copied.
 */
import { firstHeaderValue } from '@iris/common/http/raw-headers'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { Propagation } from './propagation.js'
import type { Publication, RecordHeader } from './publication.js'

const messageIdHeader = 'id'

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
  const externalMetadata = propagation.collect(sent, headers)
  publication.timestampMs = timestampMs
  publication.key = sent.headers['partition-key'] === undefined ? null : keyOf(sent.rawHeaders)
  publication.headers = headers
  publication.value = wrapEnvelope({ timestampMs, id, externalMetadata }, body)
}

/**
 * The bytes as the sender wrote them; an empty value is a key too, and all such messages share a partition.
 */
function keyOf(rawHeaders: readonly string[]): Buffer {
  return Buffer.from(firstHeaderValue(rawHeaders, 'partition-key') ?? '', 'latin1')
}
