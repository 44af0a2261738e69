// pure
/**
 * A subscription as JSON: members in Hermes' order, nulls left out, ours only where they say something.
 * Gives the object that is stored and patched, with its secrets, and the one that is answered, without them.
 */
import { maskEndpoint } from './endpoint.js'
import type { JsonObject } from './json-shapes.js'
import { secondsOf, withoutNullMembers } from './json-text.js'
import { oAuthMask } from './oauth-provider.js'
import { serialPolicyJson } from './policy-form.js'
import { retryJson } from './retry-form.js'
import { maskSigning } from './signing.js'
import type { Subscription } from './subscription.js'

/** The members of a subscription's node. */
export function subscriptionJson(subscription: Subscription): JsonObject {
  const { ordering, oAuthPolicy, retry, cloudEvents, signing, suspendedReason } = subscription
  const isSuspendedFor = subscription.state === 'SUSPENDED' && suspendedReason !== null
  return {
    topicName: subscription.topicName,
    name: subscription.name,
    endpoint: subscription.endpoint,
    state: subscription.state,
    description: subscription.description,
    subscriptionPolicy: policyJson(subscription),
    trackingEnabled: subscription.trackingMode !== 'trackingOff',
    trackingMode: subscription.trackingMode,
    owner: subscription.owner,
    monitoringDetails: withoutNullMembers({ ...subscription.monitoringDetails }),
    contentType: subscription.contentType,
    deliveryType: subscription.deliveryType,
    filters: subscription.filters,
    mode: subscription.mode,
    headers: subscription.headers,
    endpointAddressResolverMetadata: subscription.endpointAddressResolverMetadata,
    ...(oAuthPolicy === null ? {} : { oAuthPolicy: withoutNullMembers({ ...oAuthPolicy }) }),
    http2Enabled: subscription.http2Enabled,
    profilingEnabled: subscription.profilingEnabled,
    profilingThresholdMs: subscription.profilingThresholdMs,
    subscriptionIdentityHeadersEnabled: subscription.subscriptionIdentityHeadersEnabled,
    autoDeleteWithTopicEnabled: subscription.autoDeleteWithTopicEnabled,
    metricsConfig: subscription.metricsConfig,
    ...(ordering === 'NONE' ? {} : { ordering }),
    ...(retry === null ? {} : { retry: retryJson(retry) }),
    ...(cloudEvents === null ? {} : { cloudEvents }),
    ...(signing === null ? {} : { signing: { keys: signing.keys } }),
    ...(isSuspendedFor ? { suspendedReason } : {}),
  }
}

/** The members of a subscription in an answer, passwords masked. */
export function subscriptionAnswer(subscription: Subscription): JsonObject {
  return {
    ...maskedSubscriptionJson(subscription),
    createdAt: secondsOf(subscription.createdAtMs),
    modifiedAt: secondsOf(subscription.modifiedAtMs),
  }
}

/** The members that are stored, passwords masked. */
export function maskedSubscriptionJson(subscription: Subscription): JsonObject {
  return subscriptionJson(masked(subscription))
}

function masked(subscription: Subscription): Subscription {
  const { oAuthPolicy, signing } = subscription
  const hasPassword = oAuthPolicy !== null && oAuthPolicy.password !== null
  return {
    ...subscription,
    endpoint: maskEndpoint(subscription.endpoint),
    oAuthPolicy: hasPassword ? { ...oAuthPolicy, password: oAuthMask } : oAuthPolicy,
    signing: signing === null ? null : maskSigning(signing),
  }
}

/**
 * `backoffMaxIntervalMillis` is derived; Hermes writes it into answers and nodes and ignores it when it
 * reads.
 */
function policyJson(subscription: Subscription): JsonObject {
  if (subscription.deliveryType === 'BATCH') return { ...subscription.subscriptionPolicy }
  const policy = subscription.subscriptionPolicy
  return { ...serialPolicyJson(policy), backoffMaxIntervalMillis: policy.backoffMaxIntervalInSec * 1000 }
}
