/**
 * Changes of a topic's schema by themselves.
 * Takes a topic and a schema. Gives nothing: the registry has it, and everybody who uses it has been told.
 */
import type { TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { existingTopic } from '../store/existing.js'
import type { ChangeGuard, TopicStore } from '../store/ports.js'
import type { TopicSchemas } from './topic-schemas.js'

export interface SchemaParts {
  readonly store: TopicStore & ChangeGuard
  readonly schemas: TopicSchemas
  readonly isRemovalAllowed: boolean
}

/** Registers a version. Without `isChecked` our rules are not asked, as in Hermes. */
export async function registerSchema(
  { store, schemas }: SchemaParts,
  topic: TopicName,
  text: string,
  isChecked: boolean,
): Promise<void> {
  const stored = await existingTopic(store, topic)
  const { contentType } = stored.value
  if (isChecked && contentType !== 'AVRO')
    throw refusal('VALIDATION_ERROR', { problem: `No schema validator for content-type: ${contentType}` })
  if (isChecked) schemas.check(text)
  await schemas.register(topic, text)
  await touch(store, topic)
}

/** Removes all versions, where that is allowed. */
export async function removeSchema(parts: SchemaParts, topic: TopicName): Promise<void> {
  if (!parts.isRemovalAllowed)
    throw refusal('OPERATION_DISABLED', { problem: 'Removing schema is disabled.' })
  await parts.schemas.remove(topic)
  await touch(parts.store, topic)
}

/** Writes the topic as it is: frontends and consumers ask the registry again when a topic changes. */
export async function touch(store: TopicStore & ChangeGuard, topic: TopicName): Promise<void> {
  await store.exclusively(topic, async () => {
    const stored = await store.topic(topic)
    if (stored !== null) await store.updateTopic(stored.value, stored.version)
  })
}
