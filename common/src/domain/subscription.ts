// pure
/**
 * A subscription: whom a topic's messages are pushed to, and how.
 * Takes a body. Gives the checked subscription with every default filled in.
 * Refuses wrong JSON types (`FORMAT_ERROR`) and broken rules (`VALIDATION_ERROR`) with Hermes' texts.
 */
import { HermesError } from '../errors/hermes-error.js'
import { memberAbout } from '../errors/member-about.js'
import { formatError, readShape, type BodyPurpose, type JsonObject } from './json-shapes.js'
import { splitTopicName, type SubscriptionName, type TopicName } from './names.js'
import { ownerOf, type OwnerId } from './owner.js'
import { retryOf, type RetryOptions } from './retry-form.js'
import { readPolicy, withoutNulls, type DeliveryPolicy } from './policy-form.js'
import {
  monitoringDefault,
  subscriptionShape,
  trackingModes,
  type CloudEventMode,
  type DeliveryMode,
  type Filter,
  type FixedHeader,
  type MetricsConfig,
  type MonitoringDetails,
  type OAuthPolicy,
  type Ordering,
  type SubscriptionForm,
  type SubscriptionState,
  type TrackingMode,
} from './subscription-form.js'
import { signingOf, type Signing } from './signing.js'
import { checkSubscriptionForm } from './subscription-rules.js'
import type { ContentType } from './topic-form.js'

/** Letters of `suspendedReason`; the rest is cut off. */
export const suspendedReasonMax = 500

/** A checked subscription. */
export type Subscription = DeliveryPolicy & {
  readonly topicName: TopicName
  readonly name: SubscriptionName
  /** With credentials in clear text: never to be logged or answered as it is. */
  readonly endpoint: string
  readonly state: SubscriptionState
  /** Why it is SUSPENDED, where a consumer did it; null otherwise. */
  readonly suspendedReason: string | null
  readonly description: string
  readonly owner: OwnerId
  readonly contentType: ContentType
  readonly mode: DeliveryMode
  readonly ordering: Ordering
  /** Null means Hermes' behaviour. */
  readonly retry: RetryOptions | null
  /** Null means Hermes' behaviour: the message alone. */
  readonly cloudEvents: CloudEventMode | null
  /** Ours: how deliveries are signed; null for not at all. */
  readonly signing: Signing | null
  readonly trackingMode: TrackingMode
  readonly monitoringDetails: MonitoringDetails
  readonly filters: readonly Filter[]
  readonly headers: readonly FixedHeader[]
  readonly endpointAddressResolverMetadata: JsonObject
  readonly oAuthPolicy: OAuthPolicy | null
  readonly http2Enabled: boolean
  readonly profilingEnabled: boolean
  readonly profilingThresholdMs: number
  readonly subscriptionIdentityHeadersEnabled: boolean
  readonly autoDeleteWithTopicEnabled: boolean
  readonly metricsConfig: MetricsConfig
  /** Time of the storage node; 0 before it is stored. */
  readonly createdAtMs: number
  /** Time of the storage node; 0 before it is stored. */
  readonly modifiedAtMs: number
}

/** Reads and checks a body in one step. In a patch, `null` inside the policy means the default. */
export function parseSubscription(json: unknown, purpose: BodyPurpose = 'create'): Subscription {
  const form = readShape(subscriptionShape, json, purpose)
  if (form.topicName === null) {
    const problem = 'Subscription topicName must not be null'
    throw new HermesError('OTHER', problem, 400, undefined, memberAbout('topicName'))
  }
  if (splitTopicName(form.topicName) === undefined) {
    const why = `Invalid qualified name ${form.topicName}`
    throw formatError(`Cannot construct instance of \`TopicName\`, problem: ${why}`, purpose, 'topicName')
  }
  const policy = policyOf(form, purpose)
  checkSubscriptionForm(form, policy)
  return fillSubscription(form, policy, {
    topicName: form.topicName as TopicName,
    name: (form.name ?? '') as SubscriptionName,
  })
}

/** The policy of a body. In a patch, `null` means the default; in a new subscription it is refused. */
function policyOf(form: SubscriptionForm, purpose: BodyPurpose): DeliveryPolicy {
  const given = form.subscriptionPolicy ?? {}
  const policy = readPolicy(form.deliveryType ?? 'SERIAL', purpose === 'patch' ? withoutNulls(given) : given)
  if ('problem' in policy) throw formatError(policy.problem, purpose, `subscriptionPolicy.${policy.path}`)
  return policy
}

/** The subscription of a form that was checked, or of a node that another writer made. */
export function fillSubscription(
  form: SubscriptionForm,
  policy: DeliveryPolicy,
  names: { readonly topicName: TopicName; readonly name: SubscriptionName },
): Subscription {
  const processing = form.metricsConfig?.messageProcessing
  return {
    ...policy,
    ...names,
    endpoint: form.endpoint ?? '',
    state: form.state ?? 'PENDING',
    suspendedReason: form.suspendedReason?.slice(0, suspendedReasonMax) ?? null,
    description: form.description ?? '',
    owner: ownerOf(form.owner),
    contentType: form.contentType ?? 'JSON',
    mode: form.mode ?? 'ANYCAST',
    ordering: form.ordering ?? 'NONE',
    retry: retryOf(form.retry),
    cloudEvents: form.cloudEvents,
    signing: signingOf(form.signing),
    trackingMode: trackingModeOf(form),
    monitoringDetails: form.monitoringDetails ?? monitoringDefault,
    filters: (form.filters ?? []).map(filter => filter ?? {}),
    headers: (form.headers ?? []).map(header => ({ name: header?.name ?? '', value: header?.value ?? '' })),
    endpointAddressResolverMetadata: form.endpointAddressResolverMetadata ?? {},
    oAuthPolicy: oAuthPolicyOf(form),
    http2Enabled: form.http2Enabled ?? false,
    profilingEnabled: form.profilingEnabled ?? false,
    profilingThresholdMs: form.profilingThresholdMs ?? 0,
    subscriptionIdentityHeadersEnabled: form.subscriptionIdentityHeadersEnabled ?? false,
    autoDeleteWithTopicEnabled: form.autoDeleteWithTopicEnabled ?? false,
    metricsConfig: {
      messageProcessing: {
        enabled: processing?.enabled ?? false,
        thresholdsMilliseconds: (processing?.thresholdsMilliseconds ?? []).map(threshold => threshold ?? 0),
      },
    },
    createdAtMs: 0,
    modifiedAtMs: 0,
  }
}

/**
 * An unknown word means off, and the older yes-or-no member counts only where the word is missing, as in
 * Hermes.
 */
function trackingModeOf(form: SubscriptionForm): TrackingMode {
  if (form.trackingMode !== null)
    return trackingModes.find(mode => mode === form.trackingMode) ?? 'trackingOff'
  return form.trackingEnabled === true ? 'trackingAll' : 'trackingOff'
}

function oAuthPolicyOf({ oAuthPolicy }: SubscriptionForm): OAuthPolicy | null {
  if (oAuthPolicy === null) return null
  const { grantType, providerName, ...rest } = oAuthPolicy
  return { grantType: grantType ?? 'clientCredentials', providerName: providerName ?? '', ...rest }
}
