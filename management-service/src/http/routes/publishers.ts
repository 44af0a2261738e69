/**
 * `/topics/{topic}/publishers`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import type { Gate } from '../../gate.js'
import { topicOfPath } from '../../requests.js'
import { readPublishers, type PublishersParts } from '../../topics/read-publishers.js'

/** The route of who publishes; `gate` bounds how many ask the frontends at a time. */
export function publisherRoutes(parts: PublishersParts, gate: Gate): readonly ApiRoute[] {
  return [
    reading('GET', '/topics/:topic/publishers', async ({ params, principal }) => {
      const topic = topicOfPath(params['topic'])
      return jsonAnswer(await gate(() => readPublishers(parts, topic, principal)))
    }),
  ]
}
