/**
 * The delay topic of a subscription, as far as management has to do with it.
 * Takes a subscription. Refuses one whose delay topic Kafka could not hold or could not keep apart from a
 * topic, before it is needed; and removes what a former subscription of the same name left behind.
 */
import { kafkaNameLengthMax, topicName, type TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { collidesInKafka, delayTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { RetryState, SubscriptionStore, TopicStore } from '../store/ports.js'
import { splitsOf } from './dead-letter-name.js'

type Named = Pick<Subscription, 'topicName' | 'name'>

export interface DelayTopicParts {
  readonly store: Pick<TopicStore, 'topic'>
  readonly kafkaTopics: Pick<KafkaTopics, 'names'>
  readonly namespace: KafkaNamespace
}

/** Throws `VALIDATION_ERROR` for a subscription with `retry` whose delay topic would not do. */
export async function checkDelayTopic(parts: DelayTopicParts, subscription: Subscription): Promise<void> {
  if (subscription.retry?.delayTopic !== true) return
  const { topicName: topic, name } = subscription
  const own = delayTopicName(parts.namespace, topic, name)
  if (own.length > kafkaNameLengthMax)
    throw invalid(`Its delay topic ${own} would be longer than Kafka's ${kafkaNameLengthMax} letters`)
  const sameName = topicName(delayTopicName({ namespace: '', separator: '' }, topic, name))
  if (sameName !== undefined && (await parts.store.topic(sameName)) !== null)
    throw invalid(`Its delay topic would be the topic ${sameName}`)
  const taken = (await parts.kafkaTopics.names()).find(each => collidesInKafka(own, each))
  if (taken !== undefined)
    throw invalid(`Its delay topic ${own} collides with ${taken}: Kafka does not keep "." and "_" apart`)
}

/** Throws `VALIDATION_ERROR` for a topic whose Kafka topic is the delay topic of a subscription. */
export async function checkNoDelayTopic(store: SubscriptionStore, name: TopicName): Promise<void> {
  const suffix = '_delay'
  if (!name.endsWith(suffix)) return
  for (const each of splitsOf(name.slice(0, -suffix.length))) {
    if ((await store.subscription(each.topic, each.name)) === null) continue
    throw invalid(`${name} is the delay topic of subscription ${each.name} of topic ${each.topic}`)
  }
}

export interface RemainsParts {
  readonly store: RetryState
  readonly kafkaTopics: Pick<KafkaTopics, 'describe' | 'remove'>
  readonly namespace: KafkaNamespace
}

/** Removes the delay topic and what the consumers keep about the retries of a subscription that is gone. */
export async function removeRemains(
  { store, kafkaTopics, namespace }: RemainsParts,
  { topicName: topic, name }: Named,
): Promise<void> {
  const delayTopic = delayTopicName(namespace, topic, name)
  // Asked first: an installation may forbid removals as such.
  if ((await kafkaTopics.describe(delayTopic)) !== null) await kafkaTopics.remove(delayTopic)
  await store.forgetRetryState(topic, name)
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
