/**
 * What a request names and must be there.
 * Takes names. Gives the thing with its version. Refuses what is not there with its own code.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Stored, SubscriptionStore, TopicStore } from './ports.js'

/** A topic, or `TOPIC_NOT_EXISTS`. */
export async function existingTopic(
  store: Pick<TopicStore, 'topic'>,
  topic: TopicName,
): Promise<Stored<Topic>> {
  const stored = await store.topic(topic)
  if (stored === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  return stored
}

/** A subscription, or `SUBSCRIPTION_NOT_EXISTS`. */
export async function existingSubscription(
  store: Pick<SubscriptionStore, 'subscription'>,
  { topic, name }: { readonly topic: TopicName; readonly name: SubscriptionName },
): Promise<Stored<Subscription>> {
  const stored = await store.subscription(topic, name)
  if (stored === null) throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic })
  return stored
}
