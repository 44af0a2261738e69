/**
 * Queries over all definitions.
 * Takes the body of a query. Gives what it means of groups, topics and subscriptions, as their answers show
 * them. Promises: other requests get their turn after every `sliceMax`
 * objects, and after the object with which patterns have made `sliceStepsMax` steps.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { TopicName } from '@iris/common/domain/names'
import { maskedSubscriptionJson } from '@iris/common/domain/subscription-json'
import { topicAnswer } from '@iris/common/domain/topic-json'
import { refusal } from '@iris/common/errors/hermes-error'
import { groupOf, type Catalog } from '../catalog/catalog.js'
import { parseQuery, type Query } from './query.js'

const sliceMax = 256
/** Some 15 ms at the slowest. */
const sliceStepsMax = 500_000

/** Those that are meant, in their order. */
export async function select<T>(
  items: readonly T[],
  show: (item: T) => JsonObject,
  query: Query,
): Promise<readonly { readonly item: T; readonly json: JsonObject }[]> {
  const found: { item: T; json: JsonObject }[] = []
  let slice = { from: 0, spent: query.spent() }
  for (const [index, item] of items.entries()) {
    if (index - slice.from >= sliceMax || query.spent() - slice.spent >= sliceStepsMax) {
      await new Promise(resolve => setImmediate(resolve))
      slice = { from: index, spent: query.spent() }
    }
    const json = show(item)
    if (query.isMeant(json)) found.push({ item, json })
  }
  return found
}

/** Groups. */
export async function queryGroups(catalog: Catalog, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { groups } = await catalog.view()
  return (await select(groups, groupName => ({ groupName }), whole)).map(({ json }) => json)
}

/** Topics, without the schemas of AVRO topics. */
export async function queryTopics(catalog: Catalog, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { topics } = await catalog.view()
  return (await select(topics, topicAnswer, whole)).map(({ json }) => json)
}

/** Subscriptions as they are stored, passwords masked: the query too sees the masks. */
export async function querySubscriptions(catalog: Catalog, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { subscriptions } = await catalog.view()
  return (await select(subscriptions, maskedSubscriptionJson, whole)).map(({ json }) => json)
}

/** Names of topics, of one group where one is named. */
export async function queryTopicNames(
  catalog: Catalog,
  group: string | null,
  body: unknown,
): Promise<readonly string[]> {
  const { whole } = parseQuery(body)
  const { groups, topics } = await catalog.view()
  if (group !== null && !groups.includes(group)) throw refusal('GROUP_NOT_EXISTS', { group })
  const some = group === null ? topics : topics.filter(topic => groupOf(topic) === group)
  return (await select(some, topicAnswer, whole)).map(({ item }) => item.name)
}

/** Names of the subscriptions of a topic. */
export async function querySubscriptionNames(
  catalog: Catalog,
  topic: TopicName,
  body: unknown,
): Promise<readonly string[]> {
  const { whole } = parseQuery(body)
  const { topics, subscriptions } = await catalog.view()
  if (!topics.some(({ name }) => name === topic)) throw refusal('TOPIC_NOT_EXISTS', { topic })
  const some = subscriptions.filter(({ topicName }) => topicName === topic)
  return (await select(some, maskedSubscriptionJson, whole)).map(({ item }) => item.name)
}
