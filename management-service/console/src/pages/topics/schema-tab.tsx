/**
 * What the messages of a topic must look like: JSON Schemas of our own, or AVRO of a registry.
 */
import type { ReactNode } from 'react'
import { AvroSchema } from './avro-schema.js'
import { JsonSchema } from './json-schema.js'
import type { Topic } from './topic-words.js'

/** The tab. */
export function SchemaTab({ topic }: { readonly topic: Topic }): ReactNode {
  const name = topic.name ?? ''
  return topic.contentType === 'AVRO' ? <AvroSchema topic={name} /> : <JsonSchema topic={name} />
}
