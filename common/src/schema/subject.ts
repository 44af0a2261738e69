// pure
/**
 * What a topic's schema is called in the registry, as Hermes calls it.
 */
import type { KafkaNamespace } from '../kafka/names.js'

export interface SubjectNaming {
  /** `-value` at the end, as Confluent's own clients have it. */
  readonly hasSuffix: boolean
  /** The Kafka namespace in front. */
  readonly hasNamespace: boolean
  readonly namespace: KafkaNamespace
}

/** The subject of a topic. */
export function subjectOf(naming: SubjectNaming, topic: string): string {
  const { namespace, separator } = naming.namespace
  const prefix = naming.hasNamespace && namespace !== '' ? namespace + separator : ''
  return `${prefix}${topic}${naming.hasSuffix ? '-value' : ''}`
}
