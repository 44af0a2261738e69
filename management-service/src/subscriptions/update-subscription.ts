/**
 * The update of a subscription: unmask, merge, check, write the version that was read.
 * Takes names and a merge patch. Gives nothing. Promises: a secret that comes back masked stays as it is; a
 * change that meets another one is refused with `CONFLICT`, except a consumer's own change of PENDING to
 * ACTIVE, after which the patch is applied anew.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { mergePatch } from '@iris/common/domain/merge-patch'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { subscriptionJson } from '@iris/common/domain/subscription-json'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { patchOf } from '../requests.js'
import type { Stored, SubscriptionStore } from '../store/ports.js'
import type { SubscriptionParts } from './create-subscription.js'
import { checkDelayTopic } from './delay-topic.js'
import { withStoredSecrets } from './masked-secrets.js'
import { refuseUnsupportedSubscription } from './not-yet.js'
import {
  checkChangedSubscription,
  checkFilters,
  checkRetryWindow,
  checkSameName,
  hasOtherTargets,
} from './subscription-rules.js'

/** Changes what is stored, or gives it back as it is. */
type Change = (stored: Subscription) => Promise<Subscription>

const triesMax = 3

/** Applies a merge patch. */
export async function updateSubscription(
  parts: SubscriptionParts,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  body: unknown,
): Promise<void> {
  const patch = patchOf(body)
  await changeSubscription(parts, names, stored => patched(parts, stored, patch))
}

/** Reads, changes, writes; waits for the consumers when the change was a pause. */
export async function changeSubscription(
  parts: Pick<SubscriptionParts, 'store' | 'pause'>,
  { topic, name }: { readonly topic: TopicName; readonly name: SubscriptionName },
  change: Change,
): Promise<void> {
  const written = await writeChanged(parts.store, { topic, name }, change)
  if (written.state === 'SUSPENDED') await parts.pause(topic, name, 'suspended')
}

async function writeChanged(
  store: SubscriptionStore,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  change: Change,
): Promise<Subscription> {
  let stored = await existing(store, names)
  for (let tries = 1; ; tries++) {
    const changed = await change(stored.value)
    try {
      await store.updateSubscription(changed, stored.version)
      return changed
    } catch (error) {
      if (!(error instanceof HermesError) || error.code !== 'CONFLICT' || tries >= triesMax) throw error
      const now = await existing(store, names)
      if (!isActivation(stored.value, now.value)) throw error
      stored = now
    }
  }
}

async function patched(
  parts: SubscriptionParts,
  stored: Subscription,
  patch: JsonObject,
): Promise<Subscription> {
  const merged = mergePatch(subscriptionJson(stored), withStoredSecrets(stored, patch))
  const parsed = parseSubscription(merged, 'patch')
  checkSameName(stored, parsed)
  // PENDING is the consumers' business: a patch that says so leaves the state as it is.
  const state = parsed.state === 'PENDING' ? stored.state : parsed.state
  const subscription = { ...parsed, state }
  checkChangedSubscription(parts.rules, subscription, stored)
  const topic = await parts.store.topic(stored.topicName)
  if (topic !== null) {
    checkFilters(subscription, topic.value, stored)
    checkRetryWindow(subscription, topic.value, stored)
  }
  refuseUnsupportedSubscription(subscription, stored)
  if (stored.retry?.delayTopic !== true) await checkDelayTopic(parts, subscription)
  if (hasOtherTargets(subscription, stored))
    await parts.guard(subscription.endpoint, subscription.endpointAddressResolverMetadata)
  return subscription
}

async function existing(
  store: SubscriptionStore,
  { topic, name }: { readonly topic: TopicName; readonly name: SubscriptionName },
): Promise<Stored<Subscription>> {
  const stored = await store.subscription(topic, name)
  if (stored === null) throw refusal('SUBSCRIPTION_NOT_EXISTS', { subscription: name, topic })
  return stored
}

function isActivation(before: Subscription, now: Subscription): boolean {
  const isState = before.state === 'PENDING' && now.state === 'ACTIVE'
  return isState && isDeepStrictEqual(subscriptionJson({ ...before, state: 'ACTIVE' }), subscriptionJson(now))
}
