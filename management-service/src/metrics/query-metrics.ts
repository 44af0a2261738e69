/**
 * Queries over metrics: first over the definitions as far as their members go, then over the metrics.
 * Takes the body of a query. Gives names with their metrics. Bounds: totals of only those that the first
 * look leaves; the lag of at most `lagsMax` subscriptions, -1 where more are left.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { subscriptionId } from '@iris/common/domain/names'
import { maskedSubscriptionJson } from '@iris/common/domain/subscription-json'
import { topicAnswer } from '@iris/common/domain/topic-json'
import { parseQuery, type Query } from '../query/query.js'
import { select, type QueryParts } from '../query/run.js'
import { forEachOf } from '../store/bounded-reads.js'
import { subscriptionMetricsJson, topicMetricsJson, type MetricsParts } from './metrics-of.js'

export type QueryMetricsParts = MetricsParts & QueryParts

/** Kafka is asked three times for each. */
export const lagsMax = 200

/** Topics with their metrics. */
export async function queryTopicMetrics(
  parts: QueryMetricsParts,
  body: unknown,
): Promise<readonly JsonObject[]> {
  const { partial, whole } = parseQuery(body)
  const { topics, subscriptions } = await parts.catalog.view()
  const meant = await select(parts, topics, topicAnswer, partial)
  const rates = await parts.rates.topics(meant.length === 1 ? (meant[0]?.item.name ?? null) : null)
  const counts = new Map<string, number>()
  for (const { topicName } of subscriptions) counts.set(topicName, (counts.get(topicName) ?? 0) + 1)
  const rows = await forEachOf(meant, async ({ item: { name } }) => ({
    ...topicMetricsJson(name, await parts.counters.topicTotals(name), {
      subscriptions: counts.get(name) ?? 0,
      rates,
    }),
    name,
  }))
  return chosen(parts, rows, whole)
}

/** Subscriptions with their metrics. */
export async function querySubscriptionMetrics(
  parts: QueryMetricsParts,
  body: unknown,
): Promise<readonly JsonObject[]> {
  const { partial, whole } = parseQuery(body)
  const { subscriptions } = await parts.catalog.view()
  const meant = await select(parts, subscriptions, maskedSubscriptionJson, partial)
  const [only] = meant.length === 1 ? meant : []
  const named = only === undefined ? null : { topic: only.item.topicName, name: only.item.name }
  const rates = await parts.rates.subscriptions(named)
  const rows = await forEachOf(meant, async ({ item: { topicName: topic, name } }) => {
    const [totals, lag] = await Promise.all([
      parts.counters.subscriptionTotals(topic, name),
      meant.length > lagsMax ? null : parts.lag({ topic, name }),
    ])
    const all = subscriptionMetricsJson(subscriptionId(topic, name), totals, { rates, lag })
    const { delivered, discarded, volume, timeouts, lag: lagText, rate, throughput } = all
    return { topicName: topic, name, delivered, discarded, volume, timeouts, lag: lagText, rate, throughput }
  })
  return chosen(parts, rows, whole)
}

async function chosen(
  parts: QueryMetricsParts,
  rows: readonly (JsonObject | null)[],
  query: Query,
): Promise<readonly JsonObject[]> {
  const found = rows.filter(row => row !== null)
  return (await select(parts, found, row => row, query)).map(({ json }) => json)
}
