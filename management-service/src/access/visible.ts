/**
 * What of all groups, topics and subscriptions a caller may see.
 * Takes a principal, and things of many groups. Gives those that it may read.
 */
import { everything, may, type Principal } from '@iris/common/access/principal'
import { splitTopicName } from '@iris/common/domain/names'
import type { Topic } from '@iris/common/domain/topic'
import { groupOf, type Catalog, type CatalogView } from '../catalog/catalog.js'

/** The catalog as the caller sees it. */
export function visibleCatalog(catalog: Catalog, principal: Principal): Catalog {
  if (may(principal, 'reader', everything)) return catalog
  return { view: async () => visibleView(await catalog.view(), principal) }
}

/** Whether the caller may read a whole group. */
export function seesGroup(principal: Principal, group: string): boolean {
  return may(principal, 'reader', { group, owners: [] })
}

/** Whether the caller may read all topics of a topic's group. */
export function seesGroupOf(principal: Principal, topic: string): boolean {
  return seesGroup(principal, splitTopicName(topic)?.group ?? '')
}

/** Whether the caller may read a topic, by its group or as its owner. */
export function seesTopic(principal: Principal, topic: Topic): boolean {
  return may(principal, 'reader', { group: groupOf(topic), owners: [topic.owner] })
}

/** The same parts over the catalog as the caller sees it. */
export function seenBy<P extends { readonly catalog: Catalog }>(parts: P, principal: Principal): P {
  return { ...parts, catalog: visibleCatalog(parts.catalog, principal) }
}

function visibleView({ groups, topics, subscriptions }: CatalogView, principal: Principal): CatalogView {
  const sees = new Set(topics.filter(topic => seesTopic(principal, topic)).map(({ name }) => name))
  return {
    groups: groups.filter(group => seesGroup(principal, group)),
    topics: topics.filter(({ name }) => sees.has(name)),
    subscriptions: subscriptions.filter(
      ({ topicName, owner }) =>
        sees.has(topicName) || may(principal, 'reader', { group: null, owners: [owner] }),
    ),
  }
}
