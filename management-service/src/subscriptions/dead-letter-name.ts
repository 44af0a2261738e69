/**
 * The name of a subscription's dead-letter topic, checked before the subscription exists.
 * Takes a subscription. Refuses one whose dead letters Kafka could not keep apart or could not keep at all:
 * the topic is made at the first dead letter, and a message that cannot get there would be tried again for
 * ever.
 */
import {
  isNamePart,
  kafkaNameLengthMax,
  topicName,
  type SubscriptionName,
  type TopicName,
} from '@iris/common/domain/names'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { collidesInKafka, deadLetterTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { SubscriptionStore } from '../store/ports.js'

export interface DeadLetterNameParts {
  readonly store: SubscriptionStore
  readonly kafkaTopics: Pick<KafkaTopics, 'names'>
  readonly namespace: KafkaNamespace
}

/** Throws `VALIDATION_ERROR` for a name that would not do. */
export async function checkDeadLetterName(
  { store, kafkaTopics, namespace }: DeadLetterNameParts,
  topic: TopicName,
  name: SubscriptionName,
): Promise<void> {
  const own = deadLetterTopicName(namespace, topic, name)
  if (own.length > kafkaNameLengthMax) {
    throw invalid(`Its dead-letter topic ${own} would be longer than Kafka's ${kafkaNameLengthMax} letters`)
  }
  for (const other of sameNames(topic, name)) {
    if ((await store.subscription(other.topic, other.name)) === null) continue
    throw invalid(
      `Its dead letters would mix with those of subscription ${other.name} of topic ${other.topic}`,
    )
  }
  const siblings = (await store.subscriptions(topic)) ?? []
  const names = [
    ...siblings.map(each => deadLetterTopicName(namespace, topic, each)),
    ...(await kafkaTopics.names()),
  ]
  const taken = names.find(each => collidesInKafka(own, each))
  if (taken !== undefined) {
    throw invalid(
      `Its dead-letter topic ${own} collides with ${taken}: Kafka does not keep "." and "_" apart`,
    )
  }
}

/**
 * Other subscriptions with the same dead-letter topic: dots may belong to the topic or to the subscription.
 */
export function sameNames(
  topic: TopicName,
  name: SubscriptionName,
): readonly { readonly topic: TopicName; readonly name: SubscriptionName }[] {
  return splitsOf(`${topic}.${name}`).filter(each => each.topic !== topic)
}

/** Every topic and subscription whose names make this text when a dot joins them. */
export function splitsOf(text: string): readonly { topic: TopicName; name: SubscriptionName }[] {
  const words = text.split('.')
  return words.flatMap((_word, count) => {
    const topic = topicName(words.slice(0, count).join('.'))
    const name = words.slice(count).join('.')
    return topic !== undefined && isNamePart(name) ? [{ topic, name: name as SubscriptionName }] : []
  })
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
