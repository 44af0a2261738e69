/**
 * `/filters/{t}`: parse, call, answer.
 */
import { jsonAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import { tryFilters, type FilterTrialParts } from '../../filters/try-filters.js'
import { topicOfPath } from '../../requests.js'

/** The route that tries filters. */
export function filterRoutes(parts: FilterTrialParts): readonly ApiRoute[] {
  return [
    writing('POST', '/filters/:topic', async ({ params, body }) =>
      jsonAnswer(await tryFilters(parts, topicOfPath(params['topic']), body)),
    ),
  ]
}
