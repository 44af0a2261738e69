/**
 * Whether storages and Kafka agree about what there is, and what to do where they do not.
 * Takes names of the API. Gives groups, differences between data centres, and Kafka topics that belong to
 * nobody; removes such a topic. Promises: with one storage nothing can differ; what belongs to a topic of
 * ours is never removed here, nor what Kafka or Iris keep for themselves.
 */
import { topicName, type TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import {
  auditTopicName,
  idempotencyTopicName,
  kafkaTopicName,
  scheduleTopicName,
  traceTopicName,
  type KafkaNamespace,
} from '@iris/common/kafka/names'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { Catalog } from '../catalog/catalog.js'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { ChangeGuard, TopicStore } from '../store/ports.js'

export interface ConsistencyParts {
  readonly store: Pick<TopicStore, 'topic'> & ChangeGuard
  readonly catalog: Catalog
  readonly kafka: Pick<KafkaTopics, 'names' | 'remove'>
  readonly namespace: KafkaNamespace
  /** Names of the data centres with a storage. */
  readonly datacenters: readonly string[]
}

/** Groups of all storages. */
export async function listAllGroups({ catalog }: ConsistencyParts): Promise<readonly string[]> {
  return [...(await catalog.view()).groups].sort()
}

/** Those of the groups that differ between storages: with one storage none can. */
export function listInconsistentGroups(
  { datacenters }: ConsistencyParts,
  _names: readonly string[],
): readonly JsonObject[] {
  if (datacenters.length > 1) throw new Error('more storages than one are not built')
  return []
}

/** Copies from one storage to the others; there are none. */
export function syncFrom({ datacenters }: ConsistencyParts, primary: string | null): void {
  if (datacenters.includes(primary ?? '')) return
  throw new HermesError('OTHER', `Source of truth datacenter not found: ${String(primary)}`, 400)
}

/** Kafka topics that belong to no topic of ours, in their order. */
export async function listUnknownTopics(parts: ConsistencyParts): Promise<readonly string[]> {
  const [names, { topics }] = await Promise.all([parts.kafka.names(), parts.catalog.view()])
  const known = new Set(topics.map(({ name }) => kafkaTopicName(parts.namespace, name)))
  return names.filter(name => !isKept(parts.namespace, name) && !known.has(withoutSuffix(name))).sort()
}

/** Removes such a topic; nothing happens where there is none. */
export async function removeUnknownTopic(parts: ConsistencyParts, name: string | null): Promise<void> {
  if (name === null || name === '')
    throw refusal('VALIDATION_ERROR', { problem: 'topicName must not be empty' })
  const { namespace } = parts
  if (isKept(namespace, name))
    throw refusal('VALIDATION_ERROR', { problem: `Kafka topic ${name} is kept by Kafka or by Iris itself` })
  const owner = ownerOf(namespace, name)
  const remove = async (): Promise<void> => {
    if (owner !== undefined && (await parts.store.topic(owner)) !== null) {
      const problem = `Kafka topic ${name} belongs to topic ${owner}; delete the topic instead`
      throw refusal('VALIDATION_ERROR', { problem })
    }
    await parts.kafka.remove(name)
  }
  // Together with the creation of a topic by that name, whose Kafka topic is there before its definition.
  await (owner === undefined ? remove() : parts.store.exclusively(owner, remove))
}

/** The topic that a Kafka topic would belong to. */
function ownerOf({ namespace, separator }: KafkaNamespace, name: string): TopicName | undefined {
  const prefix = namespace === '' ? '' : namespace + separator
  return name.startsWith(prefix) ? topicName(withoutSuffix(name).slice(prefix.length)) : undefined
}

/** Hermes keeps the former messages of a topic that became AVRO beside those with the suffix. */
function withoutSuffix(name: string): string {
  return name.replace(/_avro$/, '')
}

const ourTopics = [traceTopicName, auditTopicName, scheduleTopicName, idempotencyTopicName]

/** Kafka's own, ours, and dead letters and delayed retries, which outlast their subscription. */
function isKept(namespace: KafkaNamespace, name: string): boolean {
  const isOurs = ourTopics.some(nameIn => nameIn(namespace) === name)
  return name.startsWith('__') || /_(dlq|delay)$/.test(name) || isOurs
}
