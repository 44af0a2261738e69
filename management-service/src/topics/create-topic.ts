/**
 * The creation of a topic: check, plan, apply, undo on failure.
 * Takes a body. Gives nothing: the topic is in Kafka, every partition has a leader, and the definition is
 * stored. Promises: the Kafka topic is there before anybody can publish; a failure leaves neither half
 * behind, unless storage cannot tell, and then the Kafka topic stays for the next try to adopt. What an
 * unfinished removal of the same name left in Kafka goes first: old messages are not adopted.
 */
import { isNamePart, type TopicName } from '@iris/common/domain/names'
import { groupOf, readTopicForm, type Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Log } from '@iris/common/lifecycle/log'
import { entityOf } from '../requests.js'
import type { KafkaTopicPlan, KafkaTopics } from '../store/kafka-ports.js'
import type { ChangeGuard, GroupStore, SubscriptionStore, TopicRemovals, TopicStore } from '../store/ports.js'
import { checkNoDelayTopic } from '../subscriptions/delay-topic.js'
import {
  checkKafkaName,
  checkMessageFits,
  messageBytesMaxOf,
  planKafkaTopic,
  type KafkaTopicSettings,
} from './kafka-plan.js'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import { finishRemoval } from './kafka-removal.js'
import { checkNewTopic, type TopicRules } from './topic-rules.js'

export interface TopicParts {
  readonly store: GroupStore & TopicStore & SubscriptionStore & TopicRemovals & ChangeGuard
  readonly kafka: KafkaTopics
  readonly schemas: TopicSchemas
  readonly log: Log
  readonly rules: TopicRules
  readonly settings: KafkaTopicSettings
}

/** What is to be done; an adopted Kafka topic was there before. */
interface Plan {
  readonly topic: Topic
  readonly kafkaTopic: KafkaTopicPlan
  readonly isAdopted: boolean
}

/** Makes a topic. */
export async function createTopic(parts: TopicParts, body: unknown): Promise<void> {
  const form = readTopicForm(entityOf(body))
  const group = groupOf(form)
  const hasGroup = isNamePart(group) && (await parts.store.groupExists(group))
  if (!hasGroup) throw refusal('GROUP_NOT_EXISTS', { group })
  const topic = checkNewTopic(parts.rules, form)
  await checkNoDelayTopic(parts.store, topic.name)
  await parts.store.exclusively(topic.name, async () => {
    if ((await parts.store.topic(topic.name)) !== null) {
      throw refusal('TOPIC_ALREADY_EXISTS', { topic: topic.name })
    }
    const unfinished = await parts.store.openRemoval(topic.name)
    if (unfinished !== null) await finishRemoval(parts, topic.name, unfinished)
    const planned = await plan(parts, topic)
    if (topic.contentType === 'AVRO') await withSchema(parts, group, planned, form.schema)
    else await apply(parts, group, planned)
  })
}

/** The schema comes first: a topic that can be published to has one. */
async function withSchema(
  parts: TopicParts,
  group: string,
  planned: Plan,
  text: string | null,
): Promise<void> {
  const { name } = planned.topic
  await parts.schemas.checkNew(name, text)
  await parts.schemas.register(name, text ?? '')
  try {
    await apply(parts, group, planned)
  } catch (error) {
    // What storage may have taken without saying so keeps its schema.
    if ((await isStored(parts, name)) === false) await parts.schemas.undo(name)
    throw error
  }
}

async function isStored({ store }: TopicParts, name: TopicName): Promise<boolean | 'unclear'> {
  try {
    return (await store.topic(name)) !== null
  } catch {
    return 'unclear' // storage is away: the failure that led here says so
  }
}

async function plan({ kafka, settings }: TopicParts, topic: Topic): Promise<Plan> {
  const kafkaTopic = planKafkaTopic(settings, topic)
  const names = await kafka.names()
  checkKafkaName(kafkaTopic.name, names)
  const present = names.includes(kafkaTopic.name) ? await kafka.describe(kafkaTopic.name) : null
  checkMessageFits(topic, messageBytesMaxOf(present?.configs ?? {}, settings.messageBytesMax))
  return { topic, kafkaTopic, isAdopted: present !== null }
}

async function apply(
  parts: TopicParts,
  group: string,
  { topic, kafkaTopic, isAdopted }: Plan,
): Promise<void> {
  let isOurs = !isAdopted
  try {
    const made = await parts.kafka.create(kafkaTopic)
    isOurs &&= made === 'created'
    const stored = await parts.store.createTopic(topic)
    if (stored === 'exists') throw refusal('TOPIC_ALREADY_EXISTS', { topic: topic.name })
    if (stored === 'noParent') throw refusal('GROUP_NOT_EXISTS', { group })
  } catch (error) {
    if (isOurs) await undo(parts, topic, kafkaTopic)
    throw error
  }
}

/** A definition that is there after all, ours or another writer's, needs its Kafka topic. */
async function undo(parts: TopicParts, topic: Topic, kafkaTopic: KafkaTopicPlan): Promise<void> {
  try {
    if ((await parts.store.topic(topic.name)) === null) await parts.kafka.remove(kafkaTopic.name)
  } catch (error) {
    parts.log.warn('topic.leftInKafka', { topic: topic.name, kafkaTopic: kafkaTopic.name, error })
  }
}
