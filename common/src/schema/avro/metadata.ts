// pure
/**
 * Hermes' words inside an Avro record: the field `__metadata`.
 * Takes the bytes of a record and where that field stands in them. Gives the record with other metadata, in
 * pieces: what stands around it is not copied.
 */
import { createAvroOutput } from './output.js'
import type { AvroSchema } from './schema.js'
import type { EncodedAvro } from './lenient.js'

const output = createAvroOutput()

/** The bytes of the field with these entries; the schema must be able to hold them. */
export function avroMetadataBytes(schema: AvroSchema, entries: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(entries)
  output.rewind(0)
  if (schema.metadataPrefix !== null) output.raw(schema.metadataPrefix)
  if (names.length > 0) output.long(names.length)
  for (const name of names) {
    output.text(name)
    output.text(entries[name] ?? '')
  }
  output.long(0)
  return output.finish()
}

/** The record with this field; a record without one as it is. */
export function withMetadata(
  { bytes, metadataStart, metadataEnd }: EncodedAvro,
  field: Buffer,
): readonly Buffer[] {
  if (metadataStart < 0) return [bytes]
  return [bytes.subarray(0, metadataStart), field, bytes.subarray(metadataEnd)]
}
