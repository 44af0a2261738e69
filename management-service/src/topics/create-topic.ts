/**
 * The creation of a topic: check, plan, apply, undo on failure.
 * Takes a body. Gives nothing: the topic is in Kafka, every partition has a leader, and the definition is
 * stored. Promises: the Kafka topic is there before anybody can publish; a failure, and the end of the
 * process at any step, leaves nothing behind, or a note by which another process finishes or undoes it.
 * What an unfinished creation or removal of the same name left goes first: old messages are not adopted.
 */
import type { Principal } from '@iris/common/access/principal'
import { isNamePart, splitTopicName, type TopicName } from '@iris/common/domain/names'
import { groupOf, readTopicForm, type Topic } from '@iris/common/domain/topic'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import type { Log } from '@iris/common/lifecycle/log'
import { entityOf } from '../requests.js'
import type { KafkaTopicPlan, KafkaTopics } from '../store/kafka-ports.js'
import type { ChangeGuard, GroupStore, SubscriptionStore, TopicStore } from '../store/ports.js'
import { checkNoDelayTopic } from '../subscriptions/delay-topic.js'
import {
  checkKafkaName,
  checkMessageFits,
  messageBytesMaxOf,
  planKafkaTopic,
  type KafkaTopicSettings,
} from './kafka-plan.js'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import { finishCreation, type FinishTopicParts, type UnfinishedTopic } from './finish-topic.js'
import { finishRemoval } from './kafka-removal.js'
import { checkNewTopic, type TopicRules } from './topic-rules.js'

export interface TopicParts {
  readonly store: GroupStore & SubscriptionStore & ChangeGuard & TopicStore & FinishTopicParts['store']
  readonly kafka: KafkaTopics
  readonly schemas: TopicSchemas
  readonly log: Log
  readonly rules: TopicRules
  readonly settings: KafkaTopicSettings
}

/** Who asks. */
export interface Asked {
  readonly principal: Principal
}

/** What is to be done; an adopted Kafka topic was there before. */
interface Plan {
  readonly topic: Topic
  readonly kafkaTopic: KafkaTopicPlan
  readonly isAdopted: boolean
}

/** Makes a topic. */
export async function createTopic(parts: TopicParts & Asked, body: unknown): Promise<void> {
  const form = readTopicForm(entityOf(body))
  const group = groupOf(form)
  const hasGroup = isNamePart(group) && (await parts.store.groupExists(group))
  if (!hasGroup) throw noGroup(group)
  const topic = checkNewTopic(parts.rules, form, parts.principal)
  await checkNoDelayTopic(parts.store, topic.name)
  await parts.store.exclusively(topic.name, async () => {
    if ((await parts.store.topic(topic.name)) !== null) {
      throw refusal('TOPIC_ALREADY_EXISTS', { topic: topic.name })
    }
    await finishFormer(parts, topic.name)
    const planned = await plan(parts, topic)
    // A JSON topic has one only to be tried by; else a schema in its body means nothing, as in Hermes.
    const isTried = topic.jsonToAvroDryRun && form.schema !== null
    const hasSchema = topic.contentType === 'AVRO' || isTried
    if (hasSchema) await parts.schemas.checkNew(topic.name, form.schema)
    await apply(parts, planned, hasSchema ? (form.schema ?? '') : null)
  })
}

/** What another creation or removal of the name left is not adopted. */
async function finishFormer(parts: TopicParts, name: TopicName): Promise<void> {
  const removal = await parts.store.openRemoval(name)
  if (removal !== null) await finishRemoval(parts, name, removal.subscriptions)
  const things = await parts.store.unfinished()
  const former = things.find(thing => thing.kind === 'topic' && thing.topic === name)
  if (former?.kind === 'topic') await finishCreation(parts, former)
}

async function plan({ kafka, settings }: TopicParts, topic: Topic): Promise<Plan> {
  const kafkaTopic = planKafkaTopic(settings, topic)
  const names = await kafka.names()
  checkKafkaName(kafkaTopic.name, names)
  const present = names.includes(kafkaTopic.name) ? await kafka.describe(kafkaTopic.name) : null
  checkMessageFits(topic, messageBytesMaxOf(present?.configs ?? {}, settings.messageBytesMax))
  return { topic, kafkaTopic, isAdopted: present !== null }
}

/**
 * Noted first, then the schema, since a topic that can be published to has one, Kafka and the definition.
 * Whoever finds the note of a creation that was cut off knows what to undo.
 */
async function apply(
  parts: TopicParts,
  { topic, kafkaTopic, isAdopted }: Plan,
  schema: string | null,
): Promise<void> {
  const { store, kafka, schemas } = parts
  const ofSchema = schema === null ? [] : (['schema'] as const)
  let note: UnfinishedTopic = {
    ...{ kind: 'topic', topic: topic.name },
    made: isAdopted ? ofSchema : ['kafkaTopic', ...ofSchema],
  }
  await store.noteUnfinished(note)
  try {
    if (schema !== null) await schemas.register(topic.name, schema)
    const made = await kafka.create(kafkaTopic)
    // Somebody else made it since the plan: it is not ours to remove.
    if (made === 'existed') note = { ...note, made: ofSchema }
    const stored = await store.createTopic(topic)
    if (stored === 'exists') throw refusal('TOPIC_ALREADY_EXISTS', { topic: topic.name })
    if (stored === 'noParent') throw noGroup(splitTopicName(topic.name)?.group ?? '')
  } catch (error) {
    await finish(parts, note)
    throw error
  }
  await finish(parts, note)
}

/** A failure leaves the note to whoever comes next; the creation itself has succeeded, or failed, already. */
async function finish(parts: TopicParts, note: UnfinishedTopic): Promise<void> {
  try {
    await finishCreation(parts, note)
  } catch (error) {
    parts.log.warn('topic.unfinished', { topic: note.topic, made: note.made, error })
  }
}

/** The name of the topic says which group was meant. */
function noGroup(group: string): HermesError {
  return refusal('GROUP_NOT_EXISTS', { group }, 'management', memberAbout('name'))
}
