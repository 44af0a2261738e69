/**
 * What a removed subscription left to the next one of its name: nothing.
 * Takes names. Removes its tasks, and closes every dead letter that is there, by a marker: the new
 * subscription lists and redrives none of them, while their records stay in Kafka until retention ends.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { deadLetterTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { TaskStore } from '@iris/common/tasks/task-store'
import type { KafkaLetters } from '../store/letter-ports.js'

/** Called before a subscription exists, while nobody else can make it. */
export type ForgetFormer = (topic: TopicName, name: SubscriptionName) => Promise<void>

export interface ForgetFormerParts {
  readonly letters: Pick<KafkaLetters, 'open' | 'close'>
  readonly tasks: Pick<TaskStore, 'forget'>
  readonly namespace: KafkaNamespace
}

/** Makes it. */
export function createForgetFormer({ letters, tasks, namespace }: ForgetFormerParts): ForgetFormer {
  return async (topic, name) => {
    await tasks.forget(topic, name)
    const kafkaTopic = deadLetterTopicName(namespace, topic, name)
    const stored = await letters.open(kafkaTopic, null)
    if (stored === null || stored.next === stored.first) return
    await letters.close(kafkaTopic, [{ first: stored.first, last: stored.next - 1 }], 'former')
  }
}
