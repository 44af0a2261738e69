/**
 * Metrics of topics and subscriptions, and queries over them: parse, call, answer.
 */
import { jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { seenBy } from '../../access/visible.js'
import type { Gate } from '../../gate.js'
import { persistentMetrics, subscriptionMetrics, topicMetrics } from '../../metrics/metrics-of.js'
import {
  querySubscriptionMetrics,
  queryTopicMetrics,
  type QueryMetricsParts,
} from '../../metrics/query-metrics.js'
import { subscriptionNamesOf, topicOfPath } from '../../requests.js'

const subscription = '/topics/:topic/subscriptions/:subscription'

/** The routes of metrics; `gate` bounds the queries under way. */
export function metricsRoutes(parts: QueryMetricsParts, gate: Gate): readonly ApiRoute[] {
  return [
    reading('GET', '/topics/:topic/metrics', async ({ params }) =>
      jsonAnswer(await topicMetrics(parts, topicOfPath(params['topic']))),
    ),
    reading('GET', `${subscription}/metrics`, async ({ params }) =>
      jsonAnswer(await subscriptionMetrics(parts, subscriptionNamesOf(params))),
    ),
    reading('GET', `${subscription}/metrics/persistent`, async ({ params }) =>
      jsonAnswer(await persistentMetrics(parts, subscriptionNamesOf(params))),
    ),
    writing('POST', '/query/topics/metrics', async ({ body, principal }) =>
      jsonAnswer(await gate(() => queryTopicMetrics(seenBy(parts, principal), body))),
    ),
    writing('POST', '/query/subscriptions/metrics', async ({ body, principal }) =>
      jsonAnswer(await gate(() => querySubscriptionMetrics(seenBy(parts, principal), body))),
    ),
  ]
}
