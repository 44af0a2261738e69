/**
 * Reading subscriptions: the names below a topic, one subscription, its last undelivered message.
 * Takes names of the API. Gives JSON values; passwords are masked.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'
import type { Shown } from '../changes/versions.js'
import { existingSubscription } from '../store/existing.js'
import { shownSubscription } from '../secrets/shown-secrets.js'
import { forEachOf } from '../store/bounded-reads.js'
import type { SubscriptionStore } from '../store/ports.js'

/** Names of subscriptions, on demand only the tracked ones. */
export async function listSubscriptions(
  store: SubscriptionStore,
  topic: TopicName,
  isTracked: boolean,
): Promise<readonly SubscriptionName[]> {
  const names = await store.subscriptions(topic)
  if (names === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  if (!isTracked) return names
  const stored = await forEachOf(names, name => store.subscription(topic, name))
  return names.filter(
    (_name, index) => (stored[index]?.value.trackingMode ?? 'trackingOff') !== 'trackingOff',
  )
}

/** One subscription with its version. */
export async function readSubscription(
  store: SubscriptionStore,
  topic: TopicName,
  name: SubscriptionName,
): Promise<Shown> {
  const stored = await existingSubscription(store, { topic, name })
  return { shown: shownSubscription(stored.value), version: stored.version }
}

/** The text that a consumer left about the last message it gave up. */
export async function readLastUndelivered(
  store: SubscriptionStore,
  topic: TopicName,
  name: SubscriptionName,
): Promise<string> {
  const text = (await store.lastUndelivered(topic, name))?.toString('utf8') ?? ''
  if (!isJson(text)) throw frameworkError(404)
  return text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
