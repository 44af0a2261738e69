/**
 * `/topics/{t}/subscriptions/{s}/dead-letters`: parse, call, answer.
 */
import { filterOfQuery } from '@iris/common/dead-letters/selection'
import { jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { copyDeadLetter, type CopyParts } from '../../dead-letters/copy.js'
import { showDeadLetter } from '../../dead-letters/find-letter.js'
import { listDeadLetters } from '../../dead-letters/list.js'
import { purgeDeadLetters, type PurgeParts } from '../../dead-letters/purge.js'
import { summarizeDeadLetters } from '../../dead-letters/summary.js'
import { subscriptionNamesOf as namesOf } from '../../requests.js'

const all = '/topics/:topic/subscriptions/:subscription/dead-letters'
const one = `${all}/:id`

/** The routes of dead letters. */
export function deadLetterRoutes(parts: CopyParts & PurgeParts): readonly ApiRoute[] {
  return [
    reading('GET', all, async ({ params, query }) => {
      const page = { limit: query.get('limit'), after: query.get('after'), filter: filterOfQuery(query) }
      return jsonAnswer(await listDeadLetters(parts, { ...namesOf(params), ...page }))
    }),
    reading('GET', `${all}/summary`, async ({ params, query }) => {
      const asked = { after: query.get('after'), filter: filterOfQuery(query) }
      return jsonAnswer(await summarizeDeadLetters(parts, { ...namesOf(params), ...asked }))
    }),
    writing('POST', `${all}/purge`, async ({ params, query, body }) =>
      jsonAnswer(await purgeDeadLetters(parts, namesOf(params), { body, after: query.get('after') })),
    ),
    reading('GET', one, async ({ params }) =>
      jsonAnswer(await showDeadLetter(parts, namesOf(params), params['id'] ?? '')),
    ),
    writing('POST', `${one}/copy`, async ({ params, body }) =>
      jsonAnswer(await copyDeadLetter(parts, namesOf(params), { id: params['id'] ?? '', body }), 201),
    ),
  ]
}
