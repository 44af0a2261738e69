// pure
/**
 * A subscription as delivery needs it.
 * Takes the definitions of the subscription and its topic. Gives names, address, headers and policy, all
 * checked. Refuses, with a sentence, what this version cannot deliver or nobody could.
 */
import { fillTemplate, parseEndpoint, type Endpoint } from '@iris/common/domain/endpoint'
import { compileEndpoint, type EndpointTemplate } from '@iris/common/domain/endpoint-template'
import { forwardOf } from '@iris/common/domain/forward'
import {
  subscriptionId,
  type SubscriptionId,
  type SubscriptionName,
  type TopicName,
} from '@iris/common/domain/names'
import {
  compileBatchPolicy,
  compileSerialPolicy,
  type CompiledBatchPolicy,
  type CompiledSerialPolicy,
} from '@iris/common/domain/policy'
import { compileDelay, compileRetry, type DelayPolicy } from '@iris/common/domain/retry-policy'
import type {
  CloudEventMode,
  DeliveryMode,
  FixedHeader,
  OAuthPolicy,
  Ordering,
  TrackingMode,
} from '@iris/common/domain/subscription-form'
import type { RetryRule } from '@iris/common/domain/retry-rules'
import type { Subscription } from '@iris/common/domain/subscription'
import { unsupportedInSubscription } from '@iris/common/domain/supported'
import type { Signing } from '@iris/common/domain/signing'
import { compileTargets, type Targets } from '@iris/common/domain/targets'
import { compileFilters, type CompiledFilters } from '@iris/common/filter/filters'
import { retentionMs, type Topic } from '@iris/common/domain/topic'
import type { HttpVersion } from '@iris/common/http/client'
import {
  consumerGroupId,
  deadLetterTopicName,
  delayTopicName,
  kafkaTopicName,
  type KafkaNamespace,
} from '@iris/common/kafka/names'
import { turnKind } from './turns.js'

/** What every kind of delivery needs. */
interface CommonPlan {
  /** When the subscription was made: another one of the same name begins at another place. */
  readonly createdAtMs: number
  readonly id: SubscriptionId
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly kafkaTopic: string
  readonly groupId: string
  readonly deadLetterTopic: string
  readonly delayTopic: string
  /** Without credentials; with the word `template` where a message fills something in. */
  readonly endpoint: URL
  /** The same as it was written. */
  readonly endpointText: string
  /** The `Authorization` header that the endpoint's credentials make, or null. */
  readonly authorization: string | null
  /** How deliveries get their token; null where they need none or the endpoint's credentials win. */
  readonly oAuth: OAuthPolicy | null
  readonly fixedHeaders: readonly FixedHeader[]
  readonly hasIdentityHeaders: boolean
  /** Keys that sign each delivery; null for none. */
  readonly signing: Signing | null
  readonly ordering: Ordering
  /** Which messages it gets; null for all. */
  readonly filters: CompiledFilters | null
  /** What these were compiled from; empty where there are none. */
  readonly filtersText: string
  /** Whether the topic's messages are Avro records, and whether the subscriber wants them as such. */
  readonly isAvroTopic: boolean
  readonly isAvroWanted: boolean
  readonly trackingMode: TrackingMode
  /** How long Kafka keeps the messages of its topic. */
  readonly retentionMs: number
}

/** One request a message. */
export interface SerialPlan extends CommonPlan {
  readonly deliveryType: 'SERIAL'
  readonly httpVersion: HttpVersion
  readonly targets: Targets
  /** The topic that messages are published to, through the frontends; null where they go to an address. */
  readonly forwardsTo: TopicName | null
  readonly mode: DeliveryMode
  /** When a retry waits in the delay topic; null where it never does. */
  readonly delay: DelayPolicy | null
  /** Whether what follows a dead letter with its key goes to the dead letters too. */
  readonly isParking: boolean
  /** As what CloudEvents it is delivered; null as the message alone. */
  readonly cloudEvents: CloudEventMode | null
  readonly policy: CompiledSerialPolicy
}

/** One request for many messages, always over HTTP/1.1. */
export interface BatchPlan extends CommonPlan {
  readonly deliveryType: 'BATCH'
  readonly policy: CompiledBatchPolicy
}

export type DeliveryPlan = SerialPlan | BatchPlan

/** Messages a second at most; batches have no rate. */
export function rateOf(plan: DeliveryPlan): number {
  return plan.deliveryType === 'SERIAL' ? plan.policy.rate : Infinity
}

export interface PlanOptions {
  readonly namespace: KafkaNamespace
  /** Messages in flight where the policy does not say. */
  readonly inflightMax: number
  /** Messages in flight whatever the policy says. */
  readonly inflightLimit: number
  readonly isFilteringEnabled: boolean
  /** Whether HTTP/2 is used where a subscription asks for it; HTTP/1.1 otherwise, without a word. */
  readonly isHttp2Allowed: boolean
  /** Bytes of a batch whatever the policy says. */
  readonly batchVolumeMax: number
  /** Addresses of frontends, which forwarded messages are published through. */
  readonly frontends: readonly string[]
}

/** Where messages go. */
interface Destination {
  readonly forwardsTo: TopicName | null
  readonly endpoint: Pick<Endpoint, 'address' | 'credentials'>
  readonly endpointText: string
  readonly targets: Targets
}

/**
 * Compiles a subscription, or says why it cannot be delivered. Filters that are the same as in the plan
 * before are kept: one of type `latest` remembers, and would forget with any change of the subscription.
 */
export function compilePlan(
  topic: Topic,
  subscription: Subscription,
  options: PlanOptions,
  before: DeliveryPlan | null = null,
): DeliveryPlan | { readonly problem: string } {
  const missing = unsupportedInSubscription(subscription)
  if (missing.length > 0) return { problem: missing.join('; ') }
  const destination = destinationOf(subscription, options)
  if ('problem' in destination) return destination
  const { endpoint } = destination
  const filled = fillTemplate(endpoint.address, 'template')
  const { namespace } = options
  const forms = options.isFilteringEnabled ? subscription.filters : []
  const filtersText = forms.length === 0 ? '' : `${topic.contentType} ${JSON.stringify(forms)}`
  const isKept = filtersText === before?.filtersText && subscription.createdAtMs === before.createdAtMs
  const filters = isKept ? before.filters : compileFilters(forms, topic.contentType)
  if (filters !== null && 'problem' in filters) return filters
  const { topicName, name } = subscription
  const retention = retentionMs(topic.retentionTime)
  const common: CommonPlan = {
    createdAtMs: subscription.createdAtMs,
    id: subscriptionId(topicName, name),
    topic: topicName,
    subscription: name,
    kafkaTopic: kafkaTopicName(namespace, topicName),
    groupId: consumerGroupId(namespace, topicName, name),
    deadLetterTopic: deadLetterTopicName(namespace, topicName, name),
    delayTopic: delayTopicName(namespace, topicName, name),
    endpoint: withoutUserInfo(new URL(filled)),
    endpointText: destination.endpointText,
    authorization: endpoint.credentials === null ? null : basic(endpoint.credentials),
    oAuth: endpoint.credentials === null ? subscription.oAuthPolicy : null,
    fixedHeaders: subscription.headers,
    hasIdentityHeaders: subscription.subscriptionIdentityHeadersEnabled,
    signing: subscription.signing,
    ordering: subscription.ordering,
    ...{ filters, filtersText },
    isAvroTopic: topic.contentType === 'AVRO',
    isAvroWanted: topic.contentType === 'AVRO' && subscription.contentType === 'AVRO',
    trackingMode: subscription.trackingMode,
    retentionMs: retention,
  }
  return { ...common, ...deliveryOf(subscription, retention, destination, options) }
}

function destinationOf(
  { endpoint: text, endpointAddressResolverMetadata: metadata }: Subscription,
  { frontends }: PlanOptions,
): Destination | { readonly problem: string } {
  const forward = forwardOf(text)
  if (forward !== null) {
    if ('problem' in forward) return forward
    const { topic } = forward
    const targets = frontendTargets(topic, frontends)
    if ('problem' in targets) return targets
    const endpoint = { address: `${frontends[0] ?? ''}/topics/${topic}`, credentials: null }
    return { forwardsTo: topic, endpoint, endpointText: text, targets }
  }
  const endpoint = parseEndpoint(text)
  if (endpoint === null || !URL.canParse(fillTemplate(endpoint.address, 'template')))
    return { problem: 'its endpoint is no address' }
  const targets = compileTargets(endpoint.address, metadata)
  if ('problem' in targets) return { problem: `its endpoint is refused: ${targets.problem}` }
  return { forwardsTo: null, endpoint, endpointText: endpoint.address, targets }
}

/** Any frontend will do: they take turns, and one that fails is passed over. */
function frontendTargets(
  topic: TopicName,
  frontends: readonly string[],
): Targets | { readonly problem: string } {
  if (frontends.length === 0)
    return { problem: 'it forwards to a topic, and consumer.forwarding.frontends names no frontend' }
  const templates: EndpointTemplate[] = []
  for (const frontend of frontends) {
    const template = compileEndpoint(`${frontend}/topics/${topic}`)
    if ('problem' in template) return { problem: `consumer.forwarding.frontends: ${template.problem}` }
    templates.push(template)
  }
  return { kind: 'list', templates }
}

/** What belongs to the type of delivery. */
function deliveryOf(
  subscription: Subscription,
  retentionMs: number,
  { targets, forwardsTo }: Destination,
  options: PlanOptions,
): Omit<SerialPlan, keyof CommonPlan> | Omit<BatchPlan, keyof CommonPlan> {
  const { deliveryType, subscriptionPolicy, ordering, mode, retry, cloudEvents } = subscription
  const retriesUnauthorized = subscription.oAuthPolicy !== null
  if (deliveryType === 'BATCH') {
    const policy = { ...compileBatchPolicy(subscriptionPolicy, options.batchVolumeMax), retriesUnauthorized }
    return { deliveryType, policy: compileRetry(policy, retry, retentionMs) }
  }
  const policy = compileSerialPolicy(subscriptionPolicy, options.inflightMax)
  const inflightMax = Math.min(policy.inflightMax, options.inflightLimit)
  // Elsewhere a message would lose its turn, or forget which of many targets have it.
  const isPostponable = turnKind(ordering, inflightMax) === 'free' && mode === 'ANYCAST'
  const retried = compileRetry({ ...policy, inflightMax, retriesUnauthorized }, retry, retentionMs)
  return {
    deliveryType,
    httpVersion: subscription.http2Enabled && options.isHttp2Allowed ? 'HTTP/2' : 'HTTP/1.1',
    ...{ targets, forwardsTo, mode: forwardsTo === null ? mode : 'ANYCAST' },
    delay: isPostponable ? compileDelay(retry) : null,
    cloudEvents,
    isParking: ordering === 'KEY' && retry?.onKeyFailure === 'PARK',
    policy: forwardsTo === null ? retried : { ...retried, rules: [...retried.rules, ...frontendRules] },
  }
}

/**
 * Answers of a frontend that another attempt may change: who may publish, whether the topic is there, and a
 * message with the same key that is being stored right now.
 */
const frontendRules: readonly RetryRule[] = [
  [401, 404],
  [409, 409],
].map(([from = 0, to = 0], index) => ({
  ...{ from, to, isForTimeouts: false, isForNetwork: false },
  ...{ then: 'retry', delayMs: null, index },
}))

/** `user@host` without a password is not credentials for Hermes, and nothing that HTTP could send. */
function withoutUserInfo(url: URL): URL {
  url.username = ''
  url.password = ''
  url.hash = ''
  return url
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}
