/**
 * Queries over all definitions.
 * Takes the body of a query. Gives what it means of groups, topics and subscriptions, as their answers show
 * them. Promises: others have their turn in between, as `inTurns` gives them.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { TopicName } from '@iris/common/domain/names'
import { maskedSubscriptionJson } from '@iris/common/domain/subscription-json'
import { topicAnswer } from '@iris/common/domain/topic-json'
import { refusal } from '@iris/common/errors/hermes-error'
import { inTurns, type TurnTime, type Work } from '@iris/common/time/turns'
import { groupOf, type Catalog } from '../catalog/catalog.js'
import { parseQuery, type Query } from './query.js'

export interface QueryParts extends TurnTime {
  readonly catalog: Catalog
}

interface Found<T> {
  readonly item: T
  readonly json: JsonObject
}

/** Those that are meant, in their order. */
export function select<T>(
  time: TurnTime,
  items: readonly T[],
  show: (item: T) => JsonObject,
  query: Query,
): Promise<readonly Found<T>[]> {
  return inTurns(time, judge(items, show, query))
}

function* judge<T>(
  items: readonly T[],
  show: (item: T) => JsonObject,
  query: Query,
): Work<readonly Found<T>[]> {
  const found: Found<T>[] = []
  for (const item of items) {
    const json = show(item)
    if (query.isMeant(json)) found.push({ item, json })
    yield
  }
  return found
}

/** Groups. */
export async function queryGroups(parts: QueryParts, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { groups } = await parts.catalog.view()
  return (await select(parts, groups, groupName => ({ groupName }), whole)).map(({ json }) => json)
}

/** Topics, without the schemas of AVRO topics. */
export async function queryTopics(parts: QueryParts, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { topics } = await parts.catalog.view()
  return (await select(parts, topics, topicAnswer, whole)).map(({ json }) => json)
}

/** Subscriptions as they are stored, passwords masked: the query too sees the masks. */
export async function querySubscriptions(parts: QueryParts, body: unknown): Promise<readonly JsonObject[]> {
  const { whole } = parseQuery(body)
  const { subscriptions } = await parts.catalog.view()
  return (await select(parts, subscriptions, maskedSubscriptionJson, whole)).map(({ json }) => json)
}

/** Names of topics, of one group where one is named. */
export async function queryTopicNames(
  parts: QueryParts,
  group: string | null,
  body: unknown,
): Promise<readonly string[]> {
  const { whole } = parseQuery(body)
  const { groups, topics } = await parts.catalog.view()
  if (group !== null && !groups.includes(group)) throw refusal('GROUP_NOT_EXISTS', { group })
  const some = group === null ? topics : topics.filter(topic => groupOf(topic) === group)
  return (await select(parts, some, topicAnswer, whole)).map(({ item }) => item.name)
}

/** Names of the subscriptions of a topic. */
export async function querySubscriptionNames(
  parts: QueryParts,
  topic: TopicName,
  body: unknown,
): Promise<readonly string[]> {
  const { whole } = parseQuery(body)
  const { topics, subscriptions } = await parts.catalog.view()
  if (!topics.some(({ name }) => name === topic)) throw refusal('TOPIC_NOT_EXISTS', { topic })
  const some = subscriptions.filter(({ topicName }) => topicName === topic)
  return (await select(parts, some, maskedSubscriptionJson, whole)).map(({ item }) => item.name)
}
