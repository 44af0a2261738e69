/**
 * Questions about many definitions at once: `/query`, `/search`, `/stats`, what an owner has.
 */
import type { Principal } from '@iris/common/access/principal'
import { invalidMember } from '@iris/common/errors/member-about'
import { jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import type { OwnerId } from '@iris/common/domain/owner'
import { visibleCatalog } from '../../access/visible.js'
import type { Catalog } from '../../catalog/catalog.js'
import type { Gate } from '../../gate.js'
import { subscriptionsOfOwner, topicsOfOwner } from '../../owners/owned.js'
import {
  queryGroups,
  querySubscriptionNames,
  querySubscriptions,
  queryTopicNames,
  queryTopics,
  type QueryParts,
} from '../../query/run.js'
import { topicOfPath } from '../../requests.js'
import { namesDefault, namesMax, namesThatHold } from '../../search/names.js'
import { search, statsOf } from '../../search/search.js'

/** The routes over the catalog of definitions; `gate` bounds the queries under way. */
export function queryRoutes(parts: QueryParts, gate: Gate): readonly ApiRoute[] {
  const seen = (principal: Principal): Catalog => visibleCatalog(parts.catalog, principal)
  const asked = (principal: Principal): QueryParts => ({ ...parts, catalog: seen(principal) })
  return [
    writing('POST', '/query/groups', async ({ body, principal }) =>
      jsonAnswer(await gate(() => queryGroups(asked(principal), body))),
    ),
    writing('POST', '/query/topics', async ({ body, principal }) =>
      jsonAnswer(await gate(() => queryTopics(asked(principal), body))),
    ),
    writing('POST', '/query/subscriptions', async ({ body, principal }) =>
      jsonAnswer(await gate(() => querySubscriptions(asked(principal), body))),
    ),
    writing('POST', '/topics/query', async ({ query, body, principal }) =>
      // An empty group means all, as in the list of topics.
      jsonAnswer(await gate(() => queryTopicNames(asked(principal), query.get('groupName') || null, body))),
    ),
    writing('POST', '/topics/:topic/subscriptions/query', async ({ params, body }) =>
      jsonAnswer(await gate(() => querySubscriptionNames(parts, topicOfPath(params['topic']), body))),
    ),
    reading('GET', '/search/query', async ({ query, principal }) =>
      jsonAnswer(search(await seen(principal).view(), query.get('q') ?? '')),
    ),
    reading('GET', '/search/names', async ({ query, principal }) => {
      const limit = limitOf(query.get('limit'))
      return jsonAnswer(namesThatHold(await seen(principal).view(), query.get('words') ?? '', limit))
    }),
    reading('GET', '/stats', async ({ principal }) => jsonAnswer(statsOf(await seen(principal).view()))),
    reading('GET', '/topics/owner/:source/:id', async ({ params, principal }) =>
      jsonAnswer(await topicsOfOwner(seen(principal), ownerOf(params))),
    ),
    reading('GET', '/subscriptions/owner/:source/:id', async ({ params, principal }) =>
      jsonAnswer(await subscriptionsOfOwner(seen(principal), ownerOf(params))),
    ),
  ]
}

function limitOf(asked: string | null): number {
  if (asked === null) return namesDefault
  const limit = /^\d{1,3}$/.test(asked) ? Number(asked) : 0
  if (limit < 1 || limit > namesMax) throw invalidMember('limit', `must be a number from 1 to ${namesMax}`)
  return limit
}

function ownerOf(params: Readonly<Record<string, string>>): OwnerId {
  return { source: params['source'] ?? '', id: params['id'] ?? '' }
}
