/**
 * `/filters/{t}`: parse, call, answer.
 */
import { jsonAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import { tryFilters } from '../../filters/try-filters.js'
import { topicOfPath } from '../../requests.js'
import type { TopicStore } from '../../store/ports.js'

/** The route that tries filters. */
export function filterRoutes(store: TopicStore): readonly ApiRoute[] {
  return [
    writing('POST', '/filters/:topic', async ({ params, body }) =>
      jsonAnswer(await tryFilters(store, topicOfPath(params['topic']), body)),
    ),
  ]
}
