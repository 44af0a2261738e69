/**
 * Traces and tracking: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRequest, type ApiRoute } from '@iris/common/http/api'
import { subscriptionNamesOf, topicOfPath } from '../../requests.js'
import {
  traceOfKey,
  traceOfMessage,
  traceOfSubscription,
  type TraceBounds,
  type TraceParts,
} from '../../traces/message-trace.js'

const subscriptionPath = '/topics/:topic/subscriptions/:subscription'

/** The routes of traces. */
export function traceRoutes(parts: TraceParts): readonly ApiRoute[] {
  return [
    reading('GET', `${subscriptionPath}/events/:messageId/trace`, async ({ params }) => {
      const names = subscriptionNamesOf(params)
      return jsonAnswer(await traceOfSubscription(parts, names, params['messageId'] ?? ''))
    }),
    reading('GET', '/topics/:topic/messages/:messageId/trace', async ({ params, query }) => {
      const topic = topicOfPath(params['topic'])
      return jsonAnswer(await traceOfMessage(parts, topic, params['messageId'] ?? '', boundsOf(query)))
    }),
    reading('GET', '/topics/:topic/trace', async ({ params, query }) => {
      const topic = topicOfPath(params['topic'])
      return jsonAnswer(await traceOfKey(parts, topic, query.get('key'), boundsOf(query)))
    }),
  ]
}

function boundsOf(query: ApiRequest['query']): TraceBounds {
  return { from: query.get('from'), to: query.get('to'), after: query.get('after') }
}
