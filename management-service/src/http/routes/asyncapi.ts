/**
 * `/asyncapi.json`: the topics that the caller may read, and their messages, described.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { visibleCatalog } from '../../access/visible.js'
import type { Catalog } from '../../catalog/catalog.js'
import { describeTopics, type DescribeParts } from '../../describe/describe-topics.js'

/** The route of the description of topics. */
export function asyncApiRoutes(parts: DescribeParts & { readonly catalog: Catalog }): readonly ApiRoute[] {
  return [
    reading('GET', '/asyncapi.json', async ({ query, principal }) => {
      const page = { group: query.get('group') || null, after: query.get('after') }
      return jsonAnswer(await describeTopics(parts, visibleCatalog(parts.catalog, principal), page))
    }),
  ]
}
