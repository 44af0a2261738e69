/**
 * What is known of a cluster: brokers, controller, leaders of partitions.
 * Takes answers to Metadata. Gives layouts by topic and addresses by broker.
 * Promises: a topic that Kafka does not know leaves; listeners hear of a topic only when its layout changed.
 * Bound: topics that were asked for and exist.
 */
import type { Cancel } from '../../time/scheduler.js'
import type { Address } from './connection-pool.js'
import { kafkaCode } from './kafka-error.js'
import type { BrokerAddress, ClusterMetadata, TopicMetadata } from './metadata.js'

/** A partition and the broker that takes its writes; -1 while there is none. */
export interface PartitionLayout {
  readonly partition: number
  readonly leader: number
}

export interface LayoutCache {
  apply(metadata: ClusterMetadata): void
  /** Remembers the address of a broker named by another answer. */
  learn(broker: BrokerAddress): void
  layout(topic: string): readonly PartitionLayout[] | undefined
  topics(): readonly string[]
  address(broker: number): Address | undefined
  addresses(): readonly Address[]
  controller(): number
  onLayout(listener: (topic: string) => void): Cancel
}

/** By these codes Kafka says that there is no such topic. */
const absent: ReadonlySet<number> = new Set([
  kafkaCode.UNKNOWN_TOPIC_OR_PARTITION,
  kafkaCode.INVALID_TOPIC_EXCEPTION,
])

/** Makes an empty cache. */
export function createLayoutCache(): LayoutCache {
  let brokers = new Map<number, Address>()
  let controller = -1
  const layouts = new Map<string, readonly PartitionLayout[]>()
  const listeners = new Set<(topic: string) => void>()

  const put = (topic: TopicMetadata): boolean => {
    const before = layouts.get(topic.topic)
    if (absent.has(topic.code)) return layouts.delete(topic.topic)
    // Any other refusal says nothing about the topic: what is known of it stays.
    if (topic.code !== kafkaCode.NONE) return false
    const after = topic.partitions
      .map(({ partition, leader }) => ({ partition, leader }))
      .sort((left, right) => left.partition - right.partition)
    if (before !== undefined && isSame(before, after)) return false
    layouts.set(topic.topic, after)
    return true
  }

  return {
    apply(metadata) {
      if (metadata.brokers.length > 0) brokers = new Map(metadata.brokers.map(broker => [broker.id, broker]))
      controller = metadata.controller
      const changed = metadata.topics.filter(put)
      for (const { topic } of changed) for (const listener of listeners) listener(topic)
    },
    learn: broker => void brokers.set(broker.id, broker),
    layout: topic => layouts.get(topic),
    topics: () => [...layouts.keys()],
    address: broker => brokers.get(broker),
    addresses: () => [...brokers.values()],
    controller: () => controller,
    onLayout(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function isSame(before: readonly PartitionLayout[], after: readonly PartitionLayout[]): boolean {
  if (before.length !== after.length) return false
  return before.every((place, index) => {
    const other = after[index]
    return place.partition === other?.partition && place.leader === other.leader
  })
}
