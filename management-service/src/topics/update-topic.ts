/**
 * The update of a topic: merge, check, apply to Kafka and to storage, undo on failure.
 * Takes a name, a merge patch and the version it is for. Gives nothing; without a real change nothing is
 * written.
 */
import { isDeepStrictEqual } from 'node:util'
import { mergePatch } from '@iris/common/domain/merge-patch'
import type { TopicName } from '@iris/common/domain/names'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { topicAnswer, topicJson } from '@iris/common/domain/topic-json'
import { readTopicForm, type Topic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { kafkaTopicName } from '@iris/common/kafka/names'
import { writeChanged, type Definition } from '../changes/write-changed.js'
import { patchOf } from '../requests.js'
import { existingTopic } from '../store/existing.js'
import type { Asked, TopicParts } from './create-topic.js'
import { changedConfigs, checkMessageFits, messageBytesMaxOf } from './kafka-plan.js'
import { checkOneReceiver } from './one-receiver.js'
import { checkChangedTopic } from './topic-rules.js'

/** Changes a topic; `ifMatch` names the version that the caller read. */
export async function updateTopic(
  parts: TopicParts & Asked,
  name: TopicName,
  body: unknown,
  ifMatch: string | null = null,
): Promise<void> {
  const patch = patchOf(body)
  const definition = topicDefinition(parts, name)
  const start = await definition.read()
  const change = (stored: Topic): Promise<Topic | null> => patched(parts, stored, patch)
  await parts.store.exclusively(name, () => writeChanged(definition, { ifMatch, patch, change }, start))
}

/** Null where nothing changes. */
async function patched(parts: TopicParts & Asked, stored: Topic, patch: JsonObject): Promise<Topic | null> {
  const form = readTopicForm(mergePatch(topicJson(stored), patch), 'patch')
  const topic = checkChangedTopic(parts.rules, form, stored, parts.principal)
  const hasNewSchema = await changeSchema(parts, topic, stored, form.schema)
  if (!hasNewSchema && isDeepStrictEqual(topicJson(topic), topicJson(stored))) return null
  await checkSize(parts, topic, stored)
  if (topic.kind !== stored.kind) await checkOneReceiver(parts.store, topic)
  return topic
}

/** How a topic is read, shown and written. */
export function topicDefinition(parts: TopicParts, name: TopicName): Definition<Topic> {
  return {
    name: `Topic ${name}`,
    read: () => existingTopic(parts.store, name),
    json: topicJson,
    shown: topicAnswer,
    write: (after, { value: before, version }) => apply(parts, { before, after, version }),
  }
}

/** A schema in the patch is a new version; Hermes registers it before anything else, and so it stays. */
async function changeSchema(
  { schemas }: TopicParts,
  topic: Topic,
  stored: Topic,
  text: string | null,
): Promise<boolean> {
  if (topic.contentType !== 'AVRO') {
    if (text !== null) await schemas.registerAhead(topic.name, text)
    return false
  }
  if (text !== null) {
    schemas.check(text)
    await schemas.register(topic.name, text)
  }
  const isMigrating = stored.contentType !== 'AVRO'
  if (isMigrating && (await schemas.version(topic.name, 'latest')) === null)
    throw refusal('VALIDATION_ERROR', { problem: 'Avro schema not available, migration not permitted' })
  return text !== null
}

async function checkSize({ kafka, settings }: TopicParts, topic: Topic, stored: Topic): Promise<void> {
  if (topic.maxMessageSize <= stored.maxMessageSize) return
  const present = await kafka.describe(kafkaTopicName(settings, topic.name))
  checkMessageFits(topic, messageBytesMaxOf(present?.configs ?? {}, settings.messageBytesMax))
}

interface Change {
  readonly before: Topic
  readonly after: Topic
  readonly version: number
}

async function apply(parts: TopicParts, { before, after, version }: Change): Promise<void> {
  const kafkaTopic = kafkaTopicName(parts.settings, after.name)
  const configs = changedConfigs(before, after)
  if (Object.keys(configs).length > 0) await parts.kafka.configure(kafkaTopic, configs)
  try {
    await parts.store.updateTopic(after, version)
    if (after.kind !== before.kind) await checkStillOne(parts, { before, after, version })
  } catch (error) {
    await undo(parts, kafkaTopic, { before, after, version }, error)
    throw error
  }
}

/**
 * A subscription that was made between the check and the write did not know of the change; one that is made
 * later names the topic's version, and so does.
 */
async function checkStillOne({ store }: TopicParts, { before, after, version }: Change): Promise<void> {
  try {
    await checkOneReceiver(store, after)
  } catch (error) {
    await store.updateTopic(before, version + 1)
    throw error
  }
}

/** Puts Kafka's settings back, unless storage may have taken the change without saying so. */
async function undo(parts: TopicParts, kafkaTopic: string, change: Change, reason: unknown): Promise<void> {
  const configs = changedConfigs(change.after, change.before)
  const isRefused = reason instanceof HermesError && reason.code !== 'STORAGE_UNAVAILABLE'
  if (!isRefused || Object.keys(configs).length === 0) return
  try {
    await parts.kafka.configure(kafkaTopic, configs)
  } catch (error) {
    parts.log.warn('topic.configNotUndone', { topic: change.after.name, configs, error })
  }
}
