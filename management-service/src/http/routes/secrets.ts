/**
 * `/secrets/reseal`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import type { Resealing } from '../../secrets/resealing.js'

const path = '/secrets/reseal'

/** The routes of secrets at rest. */
export function secretRoutes(resealing: Resealing): readonly ApiRoute[] {
  return [
    {
      ...{ method: 'POST', path, takesJson: false, produces: 'application/json' },
      handle: () => Promise.resolve(jsonAnswer(resealing.begin(), 202)),
    },
    reading('GET', path, () => Promise.resolve(jsonAnswer(resealing.progress()))),
    reading('DELETE', path, () => Promise.resolve(jsonAnswer(resealing.cancel()))),
  ]
}
