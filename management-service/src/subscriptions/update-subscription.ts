/**
 * The update of a subscription: unmask, merge, check, write the version that was read.
 * Takes names, a merge patch and the version it is for. Gives nothing. Promises: a secret that comes back
 * masked stays as it is, also one that cannot be opened; a consumer's own change of PENDING to ACTIVE is no
 * other version.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { mergePatch } from '@iris/common/domain/merge-patch'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { subscriptionJson } from '@iris/common/domain/subscription-json'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { writeChanged, type Definition, type WantedChange } from '../changes/write-changed.js'
import { patchOf } from '../requests.js'
import { shownSubscription } from '../secrets/shown-secrets.js'
import { existingSubscription } from '../store/existing.js'
import type { SubscriptionStore } from '../store/ports.js'
import type { Asked } from '../topics/create-topic.js'
import type { SubscriptionParts } from './create-subscription.js'
import { checkDelayTopic } from './delay-topic.js'
import { checkForward } from './forward-rules.js'
import { checkRestriction, checkSubscriber } from './subscriber-permissions.js'
import { refuseSealed, withStoredSecrets } from './masked-secrets.js'
import { refuseUnsupportedSubscription } from './not-yet.js'
import {
  checkChangedSubscription,
  checkFilters,
  checkRetryWindow,
  checkSameName,
  hasOtherTargets,
} from './subscription-rules.js'

type Parts = Pick<SubscriptionParts, 'store' | 'pause'>

interface Names {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

/** Applies a merge patch; `ifMatch` names the version that the caller read. */
export async function updateSubscription(
  parts: SubscriptionParts & Asked,
  names: Names,
  body: unknown,
  ifMatch: string | null = null,
): Promise<void> {
  const patch = patchOf(body)
  refuseSealed(patch)
  const { state, ...others } = patch
  await changeSubscription(parts, names, {
    ifMatch,
    patch: state === 'PENDING' ? others : patch,
    change: stored => patched(parts, stored, patch),
  })
}

/** Reads, changes, writes; waits for the consumers when the change was a pause. */
export async function changeSubscription(
  parts: Parts,
  names: Names,
  wanted: WantedChange<Subscription>,
): Promise<void> {
  const written = await writeChanged(subscriptionDefinition(parts, names), wanted)
  if (written.state === 'SUSPENDED') await parts.pause(names.topic, names.name, 'suspended')
}

/** How a subscription is read, shown and written. */
export function subscriptionDefinition(
  { store }: { readonly store: SubscriptionStore },
  { topic, name }: Names,
): Definition<Subscription> {
  return {
    name: `Subscription ${name} of topic ${topic}`,
    read: () => existingSubscription(store, { topic, name }),
    json: subscriptionJson,
    shown: shownSubscription,
    write: (changed, { version }) => store.updateSubscription(changed, version),
    isOwnStep: isActivation,
    beforeOwnStep: value => (value.state === 'ACTIVE' ? { ...value, state: 'PENDING' } : null),
  }
}

async function patched(
  parts: SubscriptionParts & Asked,
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
  const situation = { principal: parts.principal, topic: topic?.value ?? null, stored }
  checkSubscriber(subscription, situation)
  if (hasOtherTargets(subscription, stored))
    checkRestriction(subscription, situation, parts.rules.privilegedSubscribers)
  if (topic !== null) {
    checkFilters(subscription, topic.value, stored)
    checkRetryWindow(subscription, topic.value, stored)
  }
  refuseUnsupportedSubscription(subscription, stored)
  if (topic !== null) await checkForward(parts, subscription, topic.value, parts.principal)
  if (stored.retry?.delayTopic !== true) await checkDelayTopic(parts, subscription)
  if (hasOtherTargets(subscription, stored))
    await parts.guard(subscription.endpoint, subscription.endpointAddressResolverMetadata)
  return subscription
}

function isActivation(before: Subscription, now: Subscription): boolean {
  const isState = before.state === 'PENDING' && now.state === 'ACTIVE'
  return isState && isDeepStrictEqual(subscriptionJson({ ...before, state: 'ACTIVE' }), subscriptionJson(now))
}
