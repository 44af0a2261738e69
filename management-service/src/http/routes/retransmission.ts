/**
 * `/topics/{t}/subscriptions/{s}/retransmission`: parse, call, answer.
 */
import { jsonAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import { isDryRun } from '../../rehearsal/is-dry-run.js'
import { subscriptionOfPath, topicOfPath } from '../../requests.js'
import { retransmissionDateMs } from '../../retransmission/retransmission-date.js'
import { planRetransmission, retransmit, type RetransmissionParts } from '../../retransmission/retransmit.js'

/** The route of retransmission. */
export function retransmissionRoutes(parts: RetransmissionParts): readonly ApiRoute[] {
  return [
    writing('PUT', '/topics/:topic/subscriptions/:subscription/retransmission', async request => {
      const topic = topicOfPath(request.params['topic'])
      const names = { topic, name: subscriptionOfPath(topic, request.params['subscription']) }
      const dateMs = retransmissionDateMs(request.body)
      if (!isDryRun(request.query)) return jsonAnswer(await retransmit(parts, names, dateMs))
      const { json, messageCount } = await planRetransmission(parts, names, dateMs)
      return { ...jsonAnswer(json), headers: { 'Iris-Message-Count': String(messageCount) } }
    }),
  ]
}
