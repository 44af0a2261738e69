// pure
/**
 * Search over names, owners and endpoints, and counts of what there is.
 * Takes all definitions. Gives what the console's search box and its statistics show; letter case is no
 * matter, credentials are neither searched nor shown.
 */
import { parseEndpoint } from '@iris/common/domain/endpoint'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { splitTopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import type { CatalogView } from '../catalog/catalog.js'

/** What a search answers: topics first. */
export interface SearchResults {
  readonly results: readonly JsonObject[]
  readonly totalCount: number
}

/** Everything with this text in its name, owner or endpoint; a blank text finds nothing. */
export function search({ topics, subscriptions }: CatalogView, text: string): SearchResults {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return { results: [], totalCount: 0 }
  const has = (...texts: readonly string[]): boolean =>
    texts.some(each => each.toLowerCase().includes(wanted))
  const results = [
    ...topics.filter(({ name, owner }) => has(name, owner.id)).map(topicFound),
    ...subscriptions
      .filter(each => has(each.name, each.owner.id, addressOf(each)))
      .map(each => subscriptionFound(each)),
  ]
  return { results, totalCount: results.length }
}

/** How many topics and subscriptions there are, and of which kind. */
export function statsOf({ topics, subscriptions }: CatalogView): JsonObject {
  const topicsThat = (isMeant: (topic: Topic) => boolean): number => topics.filter(isMeant).length
  const subscriptionsThat = (isMeant: (each: Subscription) => boolean): number =>
    subscriptions.filter(isMeant).length
  return {
    topicStats: {
      topicCount: topics.length,
      ackAllTopicCount: topicsThat(({ ack }) => ack === 'ALL'),
      trackingEnabledTopicCount: topicsThat(({ trackingEnabled }) => trackingEnabled),
      avroTopicCount: topicsThat(({ contentType }) => contentType === 'AVRO'),
    },
    subscriptionStats: {
      subscriptionCount: subscriptions.length,
      trackingEnabledSubscriptionCount: subscriptionsThat(
        ({ trackingMode }) => trackingMode !== 'trackingOff',
      ),
      avroSubscriptionCount: subscriptionsThat(({ contentType }) => contentType === 'AVRO'),
    },
  }
}

function topicFound({ name, owner }: Topic): JsonObject {
  const groupName = splitTopicName(name)?.group ?? ''
  return { type: 'TOPIC', name, topic: { groupName, owner: { id: owner.id } } }
}

function subscriptionFound(subscription: Subscription): JsonObject {
  const { name, topicName } = subscription
  const { group: groupName, topic } = splitTopicName(topicName) ?? { group: '', topic: topicName }
  return {
    type: 'SUBSCRIPTION',
    name,
    subscription: {
      endpoint: addressOf(subscription),
      topic: { name: topic, qualifiedName: topicName, groupName },
    },
  }
}

function addressOf({ endpoint }: Subscription): string {
  return parseEndpoint(endpoint)?.address ?? endpoint
}
