/**
 * The message in a stored record, once.
 * Takes an entry of a topic. Gives its content, of an AVRO topic as JSON by the schema that it was written
 * with. Promises: what nobody can read is a problem, never a throw.
 */
import type { Topic } from '@iris/common/domain/topic'
import { openEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openAvroEntry, schemaIdOf, schemaVersionOf } from '@iris/common/kafka/open-avro'
import { headersOf, openEntry, unreadableContent, type LetterContent } from '@iris/common/kafka/open-entry'
import { noRegistry, type OpenRegistry } from '@iris/common/schema/open'

export interface OpenMessageParts {
  /** Null where no schema registry is configured. */
  readonly registry: OpenRegistry | null
  /** Whether records are read by the schema's number in the registry where they have no version. */
  readonly areIdsUsed: boolean
}

const ignore = (): void => undefined

/** Opens it. */
export async function openMessage(
  { registry, areIdsUsed }: OpenMessageParts,
  { name, contentType }: Pick<Topic, 'name' | 'contentType'>,
  entry: LogEntry,
): Promise<LetterContent> {
  if (contentType !== 'AVRO' || entry.problem !== null) return openEntry(entry, ignore)
  const version = schemaVersionOf(entry)
  const id = version === null && areIdsUsed ? schemaIdOf(entry) : null
  if (version === null && id === null) {
    // What a topic held before it became AVRO.
    if (entry.value === null || openEnvelope(entry.value) !== 'raw') return openEntry(entry, ignore)
    return unreadableContent(entry, '', 'the record says no schema version (Kafka header sv)')
  }
  const { messageId, lines } = headersOf(entry, ignore)
  const unreadable = (problem: string): LetterContent => ({
    ...unreadableContent(entry, messageId ?? '', problem),
    propagated: lines,
  })
  if (registry === null) return unreadable(noRegistry)
  const subject = registry.subjectOf(name)
  const { schemas } = registry
  const answer = await (id === null ? schemas.load(subject, version) : schemas.loadById(subject, id))
  return 'absence' in answer ? unreadable(answer.detail) : openAvroEntry(entry, answer, false, ignore)
}
