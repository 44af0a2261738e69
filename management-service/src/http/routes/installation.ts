/**
 * `/overview`, `/listing` and `/processes`: ask, answer.
 */
import { jsonAnswer, jsonTextAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import type { Gate } from '../../gate.js'
import { createLists } from '../../installation/lists.js'
import { listProcesses, lookAround, type LookParts } from '../../installation/look.js'

/** The routes about the installation as a whole; `gate` bounds how many look at all of it at a time. */
export function installationRoutes(parts: LookParts, gate: Gate): readonly ApiRoute[] {
  const lists = createLists(parts)
  return [
    reading('GET', '/overview', async ({ principal }) =>
      jsonAnswer(await gate(() => lookAround(parts, principal))),
    ),
    reading('GET', '/listing/topics', async ({ query, principal }) => {
      const group = query.get('groupName') || null
      return jsonTextAnswer(await gate(() => lists.topics(principal, group)))
    }),
    reading('GET', '/listing/subscriptions', async ({ query, principal }) => {
      const topic = query.get('topicName') || null
      return jsonTextAnswer(await gate(() => lists.subscriptions(principal, topic)))
    }),
    reading('GET', '/processes', async () => jsonAnswer(await listProcesses(parts))),
  ]
}
