/**
 * Creations and removals of topics that were cut off, finished or undone.
 * Takes a topic, under its guard. Gives nothing: with a definition it has all that belongs to it, without
 * one it has left nothing. Promises: a Kafka topic that was only to be made goes only while it holds no
 * record.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Log } from '@iris/common/lifecycle/log'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import type { JsonSchemaStore } from '../store/json-schemas.js'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { TopicRemovals, TopicStore, Unfinished, UnfinishedStore } from '../store/ports.js'
import type { GroupCleanUp } from '../subscriptions/group-clean-up.js'
import { finishRemoval } from './kafka-removal.js'

export interface FinishTopicParts {
  readonly store: Pick<TopicStore, 'topic'> &
    TopicRemovals &
    UnfinishedStore &
    Pick<JsonSchemaStore, 'forgetSchemas'>
  readonly kafka: KafkaTopics
  readonly schemas: TopicSchemas
  readonly settings: KafkaNamespace
  readonly log: Log
}

/** The note of a topic that is made. */
export type UnfinishedTopic = Extract<Unfinished, { kind: 'topic' }>

/** Finishes a creation that ended at any of its steps. */
export async function finishCreation(parts: FinishTopicParts, thing: UnfinishedTopic): Promise<void> {
  const { store, kafka, log, settings } = parts
  const { topic, made } = thing
  if ((await store.topic(topic)) === null) {
    const kafkaTopic = kafkaTopicName(settings, topic)
    if (made.includes('schema')) await removeSchema(parts, topic)
    if (made.includes('kafkaTopic')) {
      if (await kafka.isEmpty(kafkaTopic)) await kafka.remove(kafkaTopic)
      else log.warn('topic.leftInKafka', { topic, kafkaTopic })
    }
  }
  await store.forgetUnfinished(thing)
}

/** Finishes a removal that was begun, where its definition is gone; forgets it otherwise. */
export async function finishBegunRemoval(
  parts: FinishTopicParts & { readonly cleanUp: Pick<GroupCleanUp, 'later'> },
  topic: TopicName,
): Promise<void> {
  const { store } = parts
  const removal = await store.openRemoval(topic)
  if (removal === null) return
  if ((await store.topic(topic)) !== null) return store.forgetRemoval(topic)
  await store.forgetSchemas(topic)
  if (removal.hasSchema) await removeSchema(parts, topic)
  cleanUpLater(parts, topic, removal.subscriptions)
  await finishRemoval(parts, topic, removal.subscriptions)
}

/** Leaves the groups of subscriptions that went with their topic to the clean-up. */
export function cleanUpLater(
  {
    cleanUp,
    settings,
  }: Pick<FinishTopicParts, 'settings'> & { readonly cleanUp: Pick<GroupCleanUp, 'later'> },
  topic: TopicName,
  subscriptions: readonly SubscriptionName[],
): void {
  for (const subscription of subscriptions)
    cleanUp.later({ topic, subscription, group: consumerGroupId(settings, topic, subscription) })
}

async function removeSchema({ schemas }: FinishTopicParts, topic: TopicName): Promise<void> {
  if ((await schemas.version(topic, 'latest')) !== null) await schemas.remove(topic)
}
