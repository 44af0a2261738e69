/**
 * `/graph`: who sends what to whom, as far as the caller may see it.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { visibleCatalog } from '../../access/visible.js'
import type { Catalog } from '../../catalog/catalog.js'
import type { Gate } from '../../gate.js'
import { graphOf } from '../../graph/graph.js'

/** The route of the graph; `gate` bounds how many are made at a time. */
export function graphRoutes(catalog: Catalog, gate: Gate): readonly ApiRoute[] {
  return [
    reading('GET', '/graph', async ({ query, principal }) => {
      const withCycles = query.get('cycles') === 'true'
      const seen = visibleCatalog(catalog, principal)
      return jsonAnswer(await gate(async () => graphOf(await seen.view(), withCycles)))
    }),
  ]
}
