/**
 * The metrics of a topic and of a subscription as Hermes answers them: totals as numbers, rates as text.
 * Takes names. Gives totals from ZooKeeper, rates from whoever measures them, the lag from Kafka.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { subscriptionId, type TopicName } from '@iris/common/domain/names'
import { existingSubscription } from '../store/existing.js'
import type { CounterStore, SubscriptionTotals, TopicTotals } from '../store/counters.js'
import type { SubscriptionStore } from '../store/ports.js'
import { rateText, type NamedSubscription, type Rates, type RateSource } from './rates.js'

export interface MetricsParts {
  readonly store: Pick<SubscriptionStore, 'subscriptions' | 'subscription'>
  readonly counters: CounterStore
  readonly rates: RateSource
  /** Null where Kafka does not tell. */
  lag(subscription: NamedSubscription): Promise<number | null>
}

/** Of a topic; one that does not exist has done nothing, as in Hermes. */
export async function topicMetrics(parts: MetricsParts, topic: TopicName): Promise<JsonObject> {
  const [names, totals, rates] = await Promise.all([
    parts.store.subscriptions(topic),
    parts.counters.topicTotals(topic),
    parts.rates.topics(topic),
  ])
  return topicMetricsJson(topic, totals, { subscriptions: names?.length ?? 0, rates })
}

/** Of a subscription. */
export async function subscriptionMetrics(
  parts: MetricsParts,
  subscription: NamedSubscription,
): Promise<JsonObject> {
  await existingSubscription(parts.store, subscription)
  const { topic, name } = subscription
  const [totals, rates, lag] = await Promise.all([
    parts.counters.subscriptionTotals(topic, name),
    parts.rates.subscriptions(subscription),
    parts.lag(subscription),
  ])
  return subscriptionMetricsJson(subscriptionId(topic, name), totals, { rates, lag })
}

/** The totals alone; -1 each where storage does not tell them. */
export async function persistentMetrics(
  parts: MetricsParts,
  subscription: NamedSubscription,
): Promise<SubscriptionTotals> {
  await existingSubscription(parts.store, subscription)
  try {
    return await parts.counters.subscriptionTotals(subscription.topic, subscription.name)
  } catch {
    // The contract's word for it: the answer says so, and the failure is in the log of storage.
    return { delivered: -1, discarded: -1, volume: -1 }
  }
}

/** The members of a topic's metrics. */
export function topicMetricsJson(
  topic: string,
  { published, volume }: TopicTotals,
  { subscriptions, rates }: { readonly subscriptions: number; readonly rates: Rates },
): JsonObject {
  return {
    published,
    volume,
    rate: rateText(rates.of(topic, 'requests')),
    deliveryRate: rateText(rates.of(topic, 'delivered')),
    subscriptions,
    throughput: rateText(rates.of(topic, 'bytes')),
  }
}

/** The members of a subscription's metrics. */
export function subscriptionMetricsJson(
  id: string,
  { delivered, discarded, volume }: SubscriptionTotals,
  { rates, lag }: { readonly rates: Rates; readonly lag: number | null },
): JsonObject {
  return {
    delivered,
    discarded,
    volume,
    timeouts: rateText(rates.of(id, 'timeouts')),
    otherErrors: rateText(rates.of(id, 'otherErrors')),
    codes2xx: rateText(rates.of(id, 'codes2xx')),
    codes4xx: rateText(rates.of(id, 'codes4xx')),
    codes5xx: rateText(rates.of(id, 'codes5xx')),
    retries: rateText(rates.of(id, 'retries')),
    rate: rateText(rates.of(id, 'delivered')),
    throughput: rateText(rates.of(id, 'bytes')),
    batchRate: rateText(rates.of(id, 'batches')),
    lag: String(lag ?? -1),
  }
}
