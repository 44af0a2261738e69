// pure
/**
 * How a subscription is delivered, in the units of the API: rate, retries, time limits.
 * Takes the policy of a body or node. Gives the policy that belongs to a delivery type, defaults filled in.
 * Refuses loose JSON types (`"5"`, `1.5`) and values out of bounds, as Hermes does.
 */
import { z } from 'zod'
import {
  isJsonObject,
  shapePath,
  shapeProblem,
  strictFlag,
  strictInteger,
  strictIntegerOrNull,
  strictNumber,
  type JsonObject,
} from './json-shapes.js'
import type { DeliveryType } from './subscription-form.js'
import type { Violations } from './violations.js'

/** The policy of one-by-one delivery, in the units of the API. */
export interface SerialPolicy {
  /** Messages per second. */
  readonly rate: number
  /** Seconds. */
  readonly messageTtl: number
  /** Milliseconds before the first retry. */
  readonly messageBackoff: number
  /** Milliseconds for a whole attempt. */
  readonly requestTimeout: number
  /** Milliseconds of silence; 0 switches the limit off. */
  readonly socketTimeout: number
  /** Milliseconds after publishing. */
  readonly sendingDelay: number
  /** Null means the consumers' default. */
  readonly inflightSize: number | null
  readonly backoffMultiplier: number
  /** Seconds. */
  readonly backoffMaxIntervalInSec: number
  readonly retryClientErrors: boolean
}

/** The policy of delivery in batches, in the units of the API. */
export interface BatchPolicy {
  readonly messageTtl: number
  readonly messageBackoff: number
  readonly requestTimeout: number
  readonly batchSize: number
  readonly batchTime: number
  readonly batchVolume: number
  readonly retryClientErrors: boolean
}

/** A policy together with the delivery type that it belongs to. */
export type DeliveryPolicy =
  | { readonly deliveryType: 'SERIAL'; readonly subscriptionPolicy: SerialPolicy }
  | { readonly deliveryType: 'BATCH'; readonly subscriptionPolicy: BatchPolicy }

/** The lowest and highest values of a serial policy; what has no highest value is bounded by 32 bits. */
export const serialLimits = {
  rate: { min: 1, max: null },
  messageTtl: { min: 0, max: 7200 },
  messageBackoff: { min: 0, max: null },
  requestTimeout: { min: 100, max: 300_000 },
  socketTimeout: { min: 0, max: 300_000 },
  sendingDelay: { min: 0, max: 5000 },
  inflightSize: { min: 1, max: null },
  backoffMultiplier: { min: 1, max: 10 },
  backoffMaxIntervalInSec: { min: 1, max: 600 },
} as const

/** The lowest values of a batch policy. */
export const batchLimits = {
  messageTtl: 0,
  messageBackoff: 0,
  requestTimeout: 1,
  batchSize: 1,
  batchTime: 1,
  batchVolume: 1,
} as const

/** The shape of a serial policy. */
export const serialPolicyShape = z.object({
  rate: strictInteger(400, serialLimits.rate),
  messageTtl: strictInteger(3600, serialLimits.messageTtl),
  messageBackoff: strictInteger(100, serialLimits.messageBackoff),
  requestTimeout: strictInteger(1000, serialLimits.requestTimeout),
  socketTimeout: strictInteger(0, serialLimits.socketTimeout),
  sendingDelay: strictInteger(0, serialLimits.sendingDelay),
  inflightSize: strictIntegerOrNull(serialLimits.inflightSize),
  backoffMultiplier: strictNumber(1, serialLimits.backoffMultiplier),
  backoffMaxIntervalInSec: strictInteger(600, serialLimits.backoffMaxIntervalInSec),
  retryClientErrors: strictFlag(false),
})

/** The shape of a batch policy. */
export const batchPolicyShape = z.object({
  messageTtl: strictInteger(60, { min: batchLimits.messageTtl }),
  messageBackoff: strictInteger(500, { min: batchLimits.messageBackoff }),
  requestTimeout: strictInteger(30_000, { min: batchLimits.requestTimeout }),
  batchSize: strictInteger(100, { min: batchLimits.batchSize }),
  batchTime: strictInteger(30_000, { min: batchLimits.batchTime }),
  batchVolume: strictInteger(64_000, { min: batchLimits.batchVolume }),
  retryClientErrors: strictFlag(false),
})

/** The policy without its `null` members: in a patch and in a node they mean the default. */
export function withoutNulls(policy: unknown): unknown {
  if (!isJsonObject(policy)) return policy
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== null))
}

/** Reads the policy that belongs to a delivery type, or says what is wrong with its JSON types. */
export function readPolicy(
  deliveryType: DeliveryType,
  json: unknown,
): DeliveryPolicy | { readonly problem: string; readonly path: string } {
  if (deliveryType === 'BATCH') {
    const batch = batchPolicyShape.safeParse(json)
    return batch.success ? { deliveryType, subscriptionPolicy: batch.data } : problemOf(batch.error)
  }
  const serial = serialPolicyShape.safeParse(json)
  if (!serial.success) return problemOf(serial.error)
  return { deliveryType, subscriptionPolicy: serial.data }
}

function problemOf(error: z.ZodError): { readonly problem: string; readonly path: string } {
  return { problem: shapeProblem(error), path: shapePath(error) }
}

/** Adds a sentence for each value that is out of bounds. */
export function checkPolicy(violations: Violations, policy: DeliveryPolicy): void {
  if (policy.deliveryType === 'BATCH') checkBatch(violations, policy.subscriptionPolicy)
  else checkSerial(violations, policy.subscriptionPolicy)
}

function checkSerial(violations: Violations, policy: SerialPolicy): void {
  for (const [name, { min, max }] of Object.entries(serialLimits)) {
    const value = policy[name as keyof typeof serialLimits]
    if (value === null) continue
    violations.atLeast(`Subscription.serialSubscriptionPolicy.${name}`, value, min)
    if (max !== null) violations.atMost(`Subscription.serialSubscriptionPolicy.${name}`, value, max)
  }
}

function checkBatch(violations: Violations, policy: BatchPolicy): void {
  for (const [name, min] of Object.entries(batchLimits)) {
    const value = policy[name as keyof typeof batchLimits]
    violations.atLeast(`Subscription.batchSubscriptionPolicy.${name}`, value, min)
  }
}

/** The members of a policy for a node or an answer; `inflightSize` is absent when it is null. */
export function serialPolicyJson(policy: SerialPolicy): JsonObject {
  const { inflightSize, ...members } = policy
  return inflightSize === null ? members : { ...members, inflightSize }
}
