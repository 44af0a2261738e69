/**
 * `/topics/{t}/scheduled`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { topicOfPath } from '../../requests.js'
import { listScheduled, type ScheduleParts } from '../../schedule/list-scheduled.js'
import { cancelScheduled, showScheduled } from '../../schedule/one-scheduled.js'

const all = '/topics/:topic/scheduled'
const one = `${all}/:id`

/** The routes of scheduled messages. */
export function scheduledRoutes(parts: ScheduleParts): readonly ApiRoute[] {
  const nameOf = (params: Readonly<Record<string, string>>): Parameters<typeof showScheduled>[1] => ({
    topic: topicOfPath(params['topic']),
    id: params['id'] ?? '',
  })
  return [
    reading('GET', all, async ({ params, query }) => {
      const page = { limit: query.get('limit'), after: query.get('after'), state: query.get('state') }
      return jsonAnswer(await listScheduled(parts, { topic: topicOfPath(params['topic']), ...page }))
    }),
    reading('GET', one, async ({ params }) => jsonAnswer(await showScheduled(parts, nameOf(params)))),
    reading('DELETE', one, async ({ params }) => jsonAnswer(await cancelScheduled(parts, nameOf(params)))),
  ]
}
