/**
 * What a removed subscription left to the next one of its name: nothing.
 * Takes names. Closes every dead letter that is there, by a marker: the new subscription lists and redrives
 * none of them, while their records stay in Kafka until their retention ends.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { deadLetterTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaLetters } from '../store/letter-ports.js'

/** Called before a subscription exists, while nobody else can make it. */
export type ForgetFormer = (topic: TopicName, name: SubscriptionName) => Promise<void>

export interface ForgetFormerParts {
  readonly letters: Pick<KafkaLetters, 'open' | 'close'>
  readonly namespace: KafkaNamespace
}

/** Makes it. */
export function createForgetFormer({ letters, namespace }: ForgetFormerParts): ForgetFormer {
  return async (topic, name) => {
    const kafkaTopic = deadLetterTopicName(namespace, topic, name)
    const stored = await letters.open(kafkaTopic, null)
    if (stored === null || stored.next === stored.first) return
    await letters.close(kafkaTopic, [{ first: stored.first, last: stored.next - 1 }], 'former')
  }
}
