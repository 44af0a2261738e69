/**
 * The removal of a subscription.
 * Takes names. Gives nothing: the definition is gone, so consumers stop; its consumer group and its delay
 * topic go later, when they have, by a note that outlives this process. Its dead letters stay in Kafka
 * until their retention ends; a new subscription of the same name has none of them.
 */
import { subscriptionId, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { consumerGroupId, type KafkaNamespace } from '@iris/common/kafka/names'
import type { ChangeGuard, SubscriptionStore, UnfinishedStore } from '../store/ports.js'
import { checkMatch } from '../changes/write-changed.js'
import type { GroupCleanUp } from './group-clean-up.js'
import { subscriptionDefinition } from './update-subscription.js'

export interface SubscriptionRemovalParts {
  readonly store: SubscriptionStore & ChangeGuard & UnfinishedStore
  readonly cleanUp: Pick<GroupCleanUp, 'later'>
  readonly namespace: KafkaNamespace
}

/** Removes a subscription; `ifMatch` names the version that the caller read. */
export async function deleteSubscription(
  { store, cleanUp, namespace }: SubscriptionRemovalParts,
  topic: TopicName,
  name: SubscriptionName,
  ifMatch: string | null = null,
): Promise<void> {
  await store.exclusively(subscriptionId(topic, name), async () => {
    const version = await matchingVersion(store, { topic, name }, ifMatch)
    await store.noteUnfinished({ kind: 'subscription', topic, subscription: name })
    const removed = await store.removeSubscription(topic, name, ifMatch === null ? undefined : version)
    if (removed !== 'removed') throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic })
    cleanUp.later({ topic, subscription: name, group: consumerGroupId(namespace, topic, name) })
  })
}

async function matchingVersion(
  store: SubscriptionStore,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  ifMatch: string | null,
): Promise<number> {
  const definition = subscriptionDefinition({ store }, names)
  const stored = await definition.read()
  checkMatch(definition, ifMatch, stored)
  return stored.version
}
