/**
 * The topics that can be published to, as ZooKeeper has them.
 * Takes definitions as they change. Gives a topic by name, without waiting.
 * Promises: with ZooKeeper away the last known topics stay; a topic whose node cannot be read is left out and
 * logged, the others are served.
 */
import { isUnreadable, readTopicNode } from '@iris/common/domain/node-json'
import type { Topic } from '@iris/common/domain/topic'
import { topicName } from '@iris/common/domain/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { DefinitionNode, Definitions } from '@iris/common/zookeeper/definitions'
import type { RoutedTopic } from './routed-topic.js'

export interface TopicCache {
  /** Follows the definitions until cancelled. */
  start(): Cancel
  isLoaded(): boolean
  /** The topic, or undefined where it is not known here. */
  find(name: string): RoutedTopic | undefined
  /** Takes in a node that was read directly; null where it is not a topic. */
  learn(name: string, node: DefinitionNode): RoutedTopic | null
  forget(name: string): void
  count(): number
  /** Their names in Kafka. */
  kafkaTopics(): readonly string[]
}

export interface TopicCacheParts {
  readonly definitions: Definitions
  readonly log: Log
  readonly route: (topic: Topic) => RoutedTopic
  /** Told when a topic is gone. */
  readonly onRemoved: (topic: RoutedTopic) => void
}

/** Makes an empty cache. */
export function createTopicCache(parts: TopicCacheParts): TopicCache {
  const { definitions, log } = parts
  const topics = new Map<string, RoutedTopic>()

  const learn = (text: string, node: DefinitionNode): RoutedTopic | null => {
    const name = topicName(text)
    if (name === undefined || node.data.length === 0) return null
    const topic = readTopicNode(name, node.data, node.stat)
    if (isUnreadable(topic)) {
      log.error('topics.unreadable', { topic: name, problem: topic.problem })
      forget(text)
      return null
    }
    const routed = parts.route(topic)
    topics.set(name, routed)
    return routed
  }
  const forget = (name: string): void => {
    const known = topics.get(name)
    if (known === undefined) return
    topics.delete(name)
    parts.onRemoved(known)
  }

  return {
    start() {
      const cancel = definitions.onTopic((name, node) => {
        if (node === null) forget(name)
        else learn(name, node)
      })
      for (const name of definitions.topicNames()) {
        const node = definitions.topic(name)
        if (node !== undefined && !topics.has(name)) learn(name, node)
      }
      return cancel
    },
    isLoaded: () => definitions.isLoaded(),
    find: name => topics.get(name),
    learn,
    forget,
    count: () => topics.size,
    kafkaTopics: () => [...topics.values()].map(topic => topic.kafkaTopic),
  }
}
