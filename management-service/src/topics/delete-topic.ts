/**
 * The removal of a topic with its messages.
 * Takes a name. Gives nothing: first the definition goes, with subscriptions that go with their topic, then
 * the Kafka topic, the dead letters and the delay topics of those subscriptions. Refuses while removal is
 * switched off, before anything is touched, and while other subscriptions exist.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import {
  consumerGroupId,
  deadLetterTopicName,
  delayTopicName,
  kafkaTopicName,
} from '@iris/common/kafka/names'
import type { GroupCleanUp } from '../subscriptions/group-clean-up.js'
import type { TopicParts } from './create-topic.js'

export interface TopicRemovalParts extends TopicParts {
  readonly cleanUp: GroupCleanUp
  readonly isRemovalAllowed: boolean
}

/** Removes a topic. */
export async function deleteTopic(parts: TopicRemovalParts, name: TopicName): Promise<void> {
  if (!parts.isRemovalAllowed) {
    const problem = `Could not remove topic ${name}, this operation is currently disabled.`
    throw refusal('OPERATION_DISABLED', { problem })
  }
  await parts.store.exclusively(name, async () => {
    const subscriptions = await removableSubscriptions(parts, name)
    const removed = await parts.store.removeTopic(name, subscriptions)
    if (removed === 'missing') throw refusal('TOPIC_NOT_EXISTS', { topic: name })
    if (removed === 'notEmpty') throw refusal('TOPIC_NOT_EMPTY', { topic: name })
    for (const each of subscriptions) {
      parts.cleanUp.later({
        topic: name,
        subscription: each,
        group: consumerGroupId(parts.settings, name, each),
      })
    }
    await removeFromKafka(parts, name, subscriptions)
  })
}

async function removableSubscriptions(
  { store }: TopicRemovalParts,
  topic: TopicName,
): Promise<readonly SubscriptionName[]> {
  const names = await store.subscriptions(topic)
  if (names === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  for (const name of names) {
    const stored = await store.subscription(topic, name)
    if (stored !== null && !stored.value.autoDeleteWithTopicEnabled)
      throw refusal('TOPIC_NOT_EMPTY', { topic })
  }
  return names
}

async function removeFromKafka(
  { kafka, settings }: TopicRemovalParts,
  topic: TopicName,
  subscriptions: readonly SubscriptionName[],
): Promise<void> {
  const names = [
    kafkaTopicName(settings, topic),
    ...subscriptions.flatMap(each => [
      deadLetterTopicName(settings, topic, each),
      delayTopicName(settings, topic, each),
    ]),
  ]
  for (const name of names) {
    try {
      await kafka.remove(name)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const problem = `Topic ${topic} is removed, but Kafka still holds ${name}: ${why}`
      const error = new HermesError('BROKERS_CLUSTER_COMMUNICATION_EXCEPTION', problem)
      error.cause = cause
      throw error
    }
  }
}
