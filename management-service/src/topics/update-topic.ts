/**
 * The update of a topic: merge, check, apply to Kafka and to storage, undo on failure.
 * Takes a name and a merge patch. Gives nothing; without a real change nothing is written.
 */
import { isDeepStrictEqual } from 'node:util'
import { mergePatch } from '@iris/common/domain/merge-patch'
import type { TopicName } from '@iris/common/domain/names'
import { topicJson } from '@iris/common/domain/topic-json'
import { readTopicForm, type Topic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { kafkaTopicName } from '@iris/common/kafka/names'
import { patchOf } from '../requests.js'
import type { TopicParts } from './create-topic.js'
import { changedConfigs, checkMessageFits, messageBytesMaxOf } from './kafka-plan.js'
import { checkChangedTopic } from './topic-rules.js'

/** Changes a topic. */
export async function updateTopic(parts: TopicParts, name: TopicName, body: unknown): Promise<void> {
  const patch = patchOf(body)
  await parts.store.exclusively(name, async () => {
    const stored = await parts.store.topic(name)
    if (stored === null) throw refusal('TOPIC_NOT_EXISTS', { topic: name })
    const form = readTopicForm(mergePatch(topicJson(stored.value), patch), 'patch')
    const topic = checkChangedTopic(parts.rules, form, stored.value)
    const hasNewSchema = await changeSchema(parts, topic, stored.value, form.schema)
    if (!hasNewSchema && isDeepStrictEqual(topicJson(topic), topicJson(stored.value))) return
    await checkSize(parts, topic, stored.value)
    await apply(parts, { before: stored.value, after: topic, version: stored.version })
  })
}

/** A schema in the patch is a new version; Hermes registers it before anything else, and so it stays. */
async function changeSchema(
  { schemas }: TopicParts,
  topic: Topic,
  stored: Topic,
  text: string | null,
): Promise<boolean> {
  if (topic.contentType !== 'AVRO') return false
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
  } catch (error) {
    await undo(parts, kafkaTopic, { before, after, version }, error)
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
