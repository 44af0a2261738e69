// pure
/**
 * The members of a subscription as a body or a node may have them: each missing, null, or of the right JSON
 * type. Gives the shape, its words and the defaults of its nested objects.
 */
import { z } from 'zod'
import {
  freeObject,
  plainFlag,
  plainInteger,
  plainList,
  plainObject,
  plainText,
  plainWord,
  type JsonObject,
} from './json-shapes.js'
import { ownerShape } from './owner.js'
import { retryShape } from './retry-form.js'
import { signingShape } from './signing.js'
import { contentTypes } from './topic-form.js'

/** Whether a subscription runs. A consumer turns PENDING into ACTIVE. */
export const subscriptionStates = ['PENDING', 'ACTIVE', 'SUSPENDED'] as const
export type SubscriptionState = (typeof subscriptionStates)[number]

export const deliveryTypes = ['SERIAL', 'BATCH'] as const
export type DeliveryType = (typeof deliveryTypes)[number]

/** One target or all targets of an endpoint. */
export const deliveryModes = ['ANYCAST', 'BROADCAST'] as const
export type DeliveryMode = (typeof deliveryModes)[number]

/** Ours: what may be in flight beside what. */
export const orderings = ['NONE', 'KEY', 'PARTITION'] as const
export type Ordering = (typeof orderings)[number]

/** Ours: as what CloudEvents messages are delivered, where a subscriber wants them. */
export const cloudEventModes = ['binary', 'structured'] as const
export type CloudEventMode = (typeof cloudEventModes)[number]

/** What the tracker writes down. */
export const trackingModes = ['trackingAll', 'discardedOnly', 'trackingOff'] as const
export type TrackingMode = (typeof trackingModes)[number]

const severities = ['CRITICAL', 'IMPORTANT', 'NON_IMPORTANT'] as const

/** How much a failing subscription matters; members may be missing, as in Hermes. */
export interface MonitoringDetails {
  readonly severity: (typeof severities)[number] | null
  readonly reaction: string | null
}

/** A constant header of each delivery. */
export interface FixedHeader {
  readonly name: string
  readonly value: string
}

/** How a delivery gets its token. */
export interface OAuthPolicy {
  readonly grantType: 'clientCredentials' | 'password'
  readonly providerName: string
  readonly scope: string | null
  readonly username: string | null
  readonly password: string | null
}

/** A histogram of publish-to-delivered times. */
export interface MetricsConfig {
  readonly messageProcessing: {
    readonly enabled: boolean
    readonly thresholdsMilliseconds: readonly number[]
  }
}

/** A condition on messages; its members are the business of the filters. */
export type Filter = JsonObject

export const monitoringDefault: MonitoringDetails = { severity: 'NON_IMPORTANT', reaction: '' }

/**
 * The shape of a subscription in a body or a node; its policy depends on `deliveryType` and is read after it.
 */
export const subscriptionShape = z.object({
  topicName: plainText,
  name: plainText,
  endpoint: plainText,
  description: plainText,
  owner: ownerShape,
  state: plainWord(subscriptionStates),
  deliveryType: plainWord(deliveryTypes),
  contentType: plainWord(contentTypes),
  mode: plainWord(deliveryModes),
  ordering: plainWord(orderings),
  retry: retryShape,
  cloudEvents: plainWord(cloudEventModes),
  signing: signingShape,
  suspendedReason: plainText,
  subscriptionPolicy: z.unknown().optional(),
  trackingMode: plainText,
  trackingEnabled: plainFlag,
  monitoringDetails: plainObject({ severity: plainWord(severities), reaction: plainText }),
  filters: plainList(freeObject),
  headers: plainList(plainObject({ name: plainText, value: plainText })),
  endpointAddressResolverMetadata: freeObject,
  oAuthPolicy: plainObject({
    grantType: plainWord(['clientCredentials', 'password']),
    providerName: plainText,
    scope: plainText,
    username: plainText,
    password: plainText,
  }),
  http2Enabled: plainFlag,
  profilingEnabled: plainFlag,
  profilingThresholdMs: plainInteger,
  subscriptionIdentityHeadersEnabled: plainFlag,
  autoDeleteWithTopicEnabled: plainFlag,
  metricsConfig: plainObject({
    messageProcessing: plainObject({ enabled: plainFlag, thresholdsMilliseconds: plainList(plainInteger) }),
  }),
})

/** A subscription whose JSON types are right and whose rules nobody checked. */
export type SubscriptionForm = z.infer<typeof subscriptionShape>
