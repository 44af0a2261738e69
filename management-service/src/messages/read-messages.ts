/**
 * The messages of a topic, for people.
 * Takes a topic and what is asked for. Gives a page of opened messages. Refuses with `PERMISSION_DENIED` who
 * may not subscribe to a topic that restricts it: only its owners read it here too.
 */
import { may, type Principal } from '@iris/common/access/principal'
import { splitTopicName, type TopicName } from '@iris/common/domain/names'
import type { Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Gate } from '../gate.js'
import { forEachOf } from '../store/bounded-reads.js'
import { existingTopic } from '../store/existing.js'
import type { TopicStore } from '../store/ports.js'
import type { MessagesQuery } from './message-query.js'
import { openMessage, type OpenMessageParts } from './open-message.js'
import { readPage, type PageParts } from './read-page.js'
import type { Masks, OpenedMessage } from './shown-message.js'

export interface MessageParts extends PageParts, OpenMessageParts {
  readonly store: Pick<TopicStore, 'topic'>
  readonly namespace: KafkaNamespace
  readonly masks: Masks
  /** Bounds how many read from Kafka at a time. */
  readonly gate: Gate
}

export interface MessagePage {
  readonly messages: readonly OpenedMessage[]
  /** Null where all was looked at. */
  readonly next: string | null
}

/** Reads a page of the topic that {@link readableTopic} has let the caller read. */
export function readMessages(parts: MessageParts, topic: Topic, query: MessagesQuery): Promise<MessagePage> {
  return parts.gate(async () => {
    const { entries, next } = await readPage(parts, kafkaTopicName(parts.namespace, topic.name), query)
    const opened = await forEachOf(
      entries,
      async (entry): Promise<OpenedMessage> => ({
        entry,
        content: await openMessage(parts, topic, entry),
      }),
    )
    return { messages: opened.filter(each => each !== null), next }
  })
}

/** The topic, where the caller may read its messages. */
export async function readableTopic(
  { store }: Pick<MessageParts, 'store'>,
  name: TopicName,
  principal: Principal,
): Promise<Topic> {
  const { value: topic } = await existingTopic(store, name)
  if (!mayReadMessages(topic, principal)) {
    const problem = `Subscribing to ${name} has been restricted. Contact the topic owner to read it.`
    throw refusal('PERMISSION_DENIED', { problem })
  }
  return topic
}

/** Whether who may look at a topic may read its messages too. */
export function mayReadMessages(topic: Topic, principal: Principal): boolean {
  if (!topic.subscribingRestricted) return true
  const resource = { group: splitTopicName(topic.name)?.group ?? null, owners: [topic.owner] }
  return may(principal, 'owner', resource)
}
