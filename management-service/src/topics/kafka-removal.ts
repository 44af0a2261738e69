/**
 * The part of a topic's removal that is Kafka's.
 * Takes a topic whose definition is gone, and the subscriptions that went with it. Gives nothing: its Kafka
 * topic, their dead letters and delay topics are gone, and with them the note that says so is to be done.
 * Promises: goes on where an earlier one failed; a failure leaves the note for the next try.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { HermesError } from '@iris/common/errors/hermes-error'
import {
  deadLetterTopicName,
  delayTopicName,
  kafkaTopicName,
  type KafkaNamespace,
} from '@iris/common/kafka/names'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { TopicRemovals } from '../store/ports.js'

export interface KafkaRemovalParts {
  readonly store: TopicRemovals
  readonly kafka: Pick<KafkaTopics, 'remove'>
  readonly settings: KafkaNamespace
}

/** Removes what Kafka holds of a topic, and then the note of its removal. */
export async function finishRemoval(
  { store, kafka, settings }: KafkaRemovalParts,
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
  await store.forgetRemoval(topic)
}
