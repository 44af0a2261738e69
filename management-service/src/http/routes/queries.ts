/**
 * Questions about many definitions at once: `/query`, `/search`, `/stats`, what an owner has.
 */
import { jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import type { OwnerId } from '@iris/common/domain/owner'
import type { Catalog } from '../../catalog/catalog.js'
import { subscriptionsOfOwner, topicsOfOwner } from '../../owners/owned.js'
import {
  queryGroups,
  querySubscriptionNames,
  querySubscriptions,
  queryTopicNames,
  queryTopics,
} from '../../query/run.js'
import { topicOfPath } from '../../requests.js'
import { search, statsOf } from '../../search/search.js'

/** The routes over the catalog of definitions. */
export function queryRoutes(catalog: Catalog): readonly ApiRoute[] {
  return [
    writing('POST', '/query/groups', async ({ body }) => jsonAnswer(await queryGroups(catalog, body))),
    writing('POST', '/query/topics', async ({ body }) => jsonAnswer(await queryTopics(catalog, body))),
    writing('POST', '/query/subscriptions', async ({ body }) =>
      jsonAnswer(await querySubscriptions(catalog, body)),
    ),
    writing('POST', '/topics/query', async ({ query, body }) =>
      // An empty group means all, as in the list of topics.
      jsonAnswer(await queryTopicNames(catalog, query.get('groupName') || null, body)),
    ),
    writing('POST', '/topics/:topic/subscriptions/query', async ({ params, body }) =>
      jsonAnswer(await querySubscriptionNames(catalog, topicOfPath(params['topic']), body)),
    ),
    reading('GET', '/search/query', async ({ query }) =>
      jsonAnswer(search(await catalog.view(), query.get('q') ?? '')),
    ),
    reading('GET', '/stats', async () => jsonAnswer(statsOf(await catalog.view()))),
    reading('GET', '/topics/owner/:source/:id', async ({ params }) =>
      jsonAnswer(await topicsOfOwner(catalog, ownerOf(params))),
    ),
    reading('GET', '/subscriptions/owner/:source/:id', async ({ params }) =>
      jsonAnswer(await subscriptionsOfOwner(catalog, ownerOf(params))),
    ),
  ]
}

function ownerOf(params: Readonly<Record<string, string>>): OwnerId {
  return { source: params['source'] ?? '', id: params['id'] ?? '' }
}
