/**
 * Reading topics: lists, one topic, the owners of its subscriptions.
 * Takes names and filters of the API. Gives JSON values. Bound: `readsMax` reads of storage at a time.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart, type TopicName } from '@iris/common/domain/names'
import { topicAnswer } from '@iris/common/domain/topic-json'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Catalog } from '../catalog/catalog.js'
import type { Shown } from '../changes/versions.js'
import { existingTopic } from '../store/existing.js'
import { forEachOf } from '../store/bounded-reads.js'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import type { GroupStore, SubscriptionStore, TopicStore } from '../store/ports.js'

export interface TopicFilter {
  readonly group: string | null
  readonly isTracked: boolean
}

/**
 * Qualified names; sorted only where nothing is filtered, as in Hermes. The catalog tells which are tracked:
 * to read each topic would take the better part of a second with ten thousand of them.
 */
export async function listTopics(
  store: GroupStore & TopicStore,
  catalog: Catalog,
  filter: TopicFilter,
): Promise<readonly TopicName[]> {
  const names = filter.group === null ? await allTopics(store) : await topicsOf(store, filter.group)
  if (filter.isTracked) return trackedOnly(catalog, names)
  return filter.group === null ? [...names].sort() : names
}

/** One topic with its version; its schema belongs to the registry. */
export async function readTopic(
  store: TopicStore,
  schemas: Pick<TopicSchemas, 'version'>,
  name: TopicName,
): Promise<Shown & { readonly more?: JsonObject }> {
  const stored = await existingTopic(store, name)
  const topic = { shown: topicAnswer(stored.value), version: stored.version }
  if (stored.value.contentType !== 'AVRO') return topic
  const latest = await schemas.version(name, 'latest')
  return latest === null ? topic : { ...topic, more: { schema: latest.text } }
}

/** The distinct owner ids of a topic's subscriptions. */
export async function listClients(store: SubscriptionStore, topic: TopicName): Promise<readonly string[]> {
  const names = await store.subscriptions(topic)
  if (names === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  const stored = await forEachOf(names, name => store.subscription(topic, name))
  return [...new Set(stored.filter(each => each !== null).map(each => each.value.owner.id))]
}

async function topicsOf(store: TopicStore, group: string): Promise<readonly TopicName[]> {
  const names = isNamePart(group) ? await store.topics(group) : null
  if (names === null) throw refusal('GROUP_NOT_EXISTS', { group })
  return names
}

async function allTopics(store: GroupStore & TopicStore): Promise<readonly TopicName[]> {
  const lists = await forEachOf(await store.groups(), group => store.topics(group))
  return lists.flatMap(names => names ?? [])
}

async function trackedOnly(catalog: Catalog, names: readonly TopicName[]): Promise<readonly TopicName[]> {
  const { topics } = await catalog.view()
  const tracked = new Set(topics.filter(({ trackingEnabled }) => trackingEnabled).map(({ name }) => name))
  return names.filter(name => tracked.has(name))
}
