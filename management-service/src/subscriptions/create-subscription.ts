/**
 * The creation of a subscription: check, set its place in Kafka, store it, undo on failure.
 * Takes a topic and a body. Gives nothing. Promises: its start offsets are committed before it exists, so
 * every message published after the answer is delivered, and nothing that a former one of its name left; a
 * failure, and the end of the process at any step, leaves no consumer group behind, or a note of it.
 */
import type { TopicName } from '@iris/common/domain/names'
import { subscriptionId } from '@iris/common/domain/names'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { subscriptionJson } from '@iris/common/domain/subscription-json'
import { refusal } from '@iris/common/errors/hermes-error'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { Catalog } from '../catalog/catalog.js'
import { entityOf } from '../requests.js'
import type { KafkaGroups, KafkaTopics, LogPlace } from '../store/kafka-ports.js'
import type {
  ChangeGuard,
  RetryState,
  SlotOwners,
  SubscriptionStore,
  TopicStore,
  Unfinished,
  UnfinishedStore,
} from '../store/ports.js'
import type { Asked } from '../topics/create-topic.js'
import { checkOneReceiver } from '../topics/one-receiver.js'
import type { ForgetFormer } from '../dead-letters/forget-former.js'
import { checkDeadLetterName } from './dead-letter-name.js'
import { checkDelayTopic, removeRemains } from './delay-topic.js'
import type { EndpointGuard } from './endpoint-guard.js'
import { checkForward } from './forward-rules.js'
import { refuseSealed } from './masked-secrets.js'
import { refuseUnsupportedSubscription } from './not-yet.js'
import type { Pause } from './pause.js'
import { checkRestriction, checkSubscriber } from './subscriber-permissions.js'
import { startPositionOf } from './start-position.js'
import {
  checkFilters,
  checkNewSubscription,
  checkRetryWindow,
  checkSameName,
  type SubscriptionRules,
} from './subscription-rules.js'

export interface SubscriptionParts {
  readonly store: TopicStore & SubscriptionStore & ChangeGuard & SlotOwners & RetryState & UnfinishedStore
  readonly catalog: Catalog
  readonly kafka: KafkaGroups
  readonly kafkaTopics: KafkaTopics
  readonly guard: EndpointGuard
  readonly pause: Pause
  readonly forgetFormer: ForgetFormer
  readonly log: Log
  readonly rules: SubscriptionRules
  readonly namespace: KafkaNamespace
}

/** Makes a subscription below the topic of the path. */
export async function createSubscription(
  parts: SubscriptionParts & Asked,
  topic: TopicName,
  body: unknown,
): Promise<void> {
  const subscription = parseSubscription(entityOf(body))
  refuseSealed(subscriptionJson(subscription))
  const place = startPositionOf(body)
  checkNewSubscription(parts.rules, subscription)
  checkSameName({ ...subscription, topicName: topic }, subscription)
  const stored = await parts.store.topic(topic)
  const situation = { principal: parts.principal, topic: stored?.value ?? null, stored: null }
  checkSubscriber(subscription, situation)
  if (stored === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  checkFilters(subscription, stored.value, null)
  checkRestriction(subscription, situation, parts.rules.privilegedSubscribers)
  checkRetryWindow(subscription, stored.value, null)
  refuseUnsupportedSubscription(subscription, null)
  await checkForward(parts, subscription, stored.value, parts.principal)
  await checkDeadLetterName(parts, topic, subscription.name)
  await checkDelayTopic(parts, subscription)
  await parts.guard(subscription.endpoint, subscription.endpointAddressResolverMetadata)
  const create = (): Promise<void> =>
    parts.store.exclusively(subscriptionId(topic, subscription.name), () =>
      apply(parts, subscription, { place, topicVersion: stored.version }),
    )
  if (stored.value.kind !== 'COMMAND') return create()
  // One after the other over all names: of two at the same moment one is the second.
  await parts.store.exclusively(topic, async () => {
    await checkOneReceiver(parts.store, stored.value, subscription.name)
    await create()
  })
}

interface Start {
  readonly place: LogPlace
  /** Of the topic that it was checked against. */
  readonly topicVersion: number
}

async function apply(parts: SubscriptionParts, subscription: Subscription, start: Start): Promise<void> {
  const { topicName: topic, name } = subscription
  const exists = refusal('SUBSCRIPTION_ALREADY_EXISTS', { subscription: name, topic })
  if ((await parts.store.subscription(topic, name)) !== null) throw exists
  const group = consumerGroupId(parts.namespace, topic, name)
  // Owners of a former one of its name commit as they stop: over the new offsets, if those came first.
  await parts.pause(topic, name, 'removed')
  const note: Unfinished = { kind: 'subscription', topic, subscription: name }
  await parts.store.noteUnfinished(note)
  try {
    await removeRemains(parts, subscription)
    await parts.kafka.startAt(group, kafkaTopicName(parts.namespace, topic), start.place)
    await parts.forgetFormer(topic, name)
    const stored = await parts.store.createSubscription(subscription, start.topicVersion)
    if (stored === 'exists') throw exists
    if (stored === 'noParent') throw refusal('TOPIC_NOT_EXISTS', { topic })
  } catch (error) {
    await finish(parts, subscription, group)
    throw error
  }
  await finish(parts, subscription, group)
}

/** A subscription that is there needs its offsets; a failure leaves the note to whoever comes next. */
async function finish(parts: SubscriptionParts, subscription: Subscription, group: string): Promise<void> {
  const { topicName: topic, name } = subscription
  try {
    if ((await parts.store.subscription(topic, name)) === null) {
      await parts.kafka.remove(group)
      await removeRemains(parts, subscription)
    }
    await parts.store.forgetUnfinished({ kind: 'subscription', topic, subscription: name })
  } catch (error) {
    parts.log.warn('subscription.unfinished', { topic, subscription: name, group, error })
  }
}
