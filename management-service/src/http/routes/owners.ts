/**
 * `/owners`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { ownerOfSource, ownerSources, searchOwners } from '../../owners/owner-sources.js'

/** The routes of owner sources. */
export function ownerRoutes(): readonly ApiRoute[] {
  return [
    reading('GET', '/owners/sources', () => Promise.resolve(jsonAnswer(ownerSources()))),
    reading('GET', '/owners/sources/:source', async ({ params }) => {
      await Promise.resolve()
      return jsonAnswer(searchOwners(params['source'] ?? ''))
    }),
    reading('GET', '/owners/sources/:source/:id', async ({ params }) => {
      await Promise.resolve()
      return jsonAnswer(ownerOfSource(params['source'] ?? '', params['id'] ?? ''))
    }),
  ]
}
