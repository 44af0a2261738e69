/**
 * `/unhealthy`: parse, call, answer.
 */
import { frameworkError, jsonAnswer, reading, textAnswer, type ApiRoute } from '@iris/common/http/api'
import { seenBy } from '../../access/visible.js'
import { listUnhealthy, unhealthyText, type UnhealthyParts } from '../../diagnosis/unhealthy.js'
import type { Gate } from '../../gate.js'

const types = ['application/json', 'text/plain'] as const

/** The route of subscriptions that are not well. */
export function unhealthyRoutes(parts: UnhealthyParts, gate: Gate): readonly ApiRoute[] {
  return [
    reading(
      'GET',
      '/unhealthy',
      async ({ query, preferred, principal }) => {
        const type = preferred(types)
        if (type === null) throw frameworkError(406)
        const filter = {
          // An empty value is as good as none.
          ownerSource: query.get('ownerSourceName') || null,
          ownerId: query.get('ownerId') || null,
          respectsSeverity: query.get('respectMonitoringSeverity') !== 'false',
          names: query.getAll('subscriptionNames'),
          topics: query.getAll('qualifiedTopicNames'),
        }
        const all = await gate(() => listUnhealthy(seenBy(parts, principal), filter))
        return type === 'text/plain' ? textAnswer(unhealthyText(all), type) : jsonAnswer(all)
      },
      null,
    ),
  ]
}
