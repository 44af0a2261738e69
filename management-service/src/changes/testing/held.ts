/**
 * Definitions put straight into a store in memory, for tests. Takes names and members. Gives nothing.
 */
import { splitTopicName, type TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import type { MemoryStore } from '../../store/in-memory.js'

const owner = { source: 'Plaintext', id: 'Orders Team' }

/** A topic with its group. */
export function holdTopic({ held }: MemoryStore, name: string, members: object = {}): void {
  const form = { name, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
  held.groups.add(splitTopicName(name)?.group ?? '')
  held.topics.set(name, { value: parseTopic({ ...form, ...members }), version: 0 })
}

/** A subscription with its topic. */
export function holdSubscription(
  store: MemoryStore,
  topic: string,
  name: string,
  members: object = {},
): void {
  if (!store.held.topics.has(topic)) holdTopic(store, topic)
  const form = {
    topicName: topic as TopicName,
    name,
    description: '',
    owner,
    endpoint: 'http://x.example/in',
  }
  const value = parseSubscription({ ...form, ...members })
  store.held.subscriptions.set(`${topic}$${name}`, { value, version: 0 })
}
