// pure
/**
 * A policy as the consumers use it.
 * Takes the policy in the units of the API. Gives it in milliseconds, without optionals, inside its bounds.
 */
import type { Backoff } from '../time/backoff.js'
import { batchLimits, serialLimits, type BatchPolicy, type SerialPolicy } from './policy-form.js'
import type { RetryRule } from './retry-rules.js'

/** A serial policy as the consumers use it: milliseconds, no optionals, inside its bounds. */
export interface CompiledSerialPolicy {
  readonly rate: number
  readonly messageTtlMs: number
  readonly backoff: Backoff
  readonly requestTimeoutMs: number
  /** 0 means no limit. */
  readonly socketTimeoutMs: number
  readonly sendingDelayMs: number
  readonly inflightMax: number
  readonly retryClientErrors: boolean
  /** Whether 401 is retried whatever `retryClientErrors` says: a new token may be what it takes. */
  readonly retriesUnauthorized: boolean
  /** Asked before the defaults; a policy of Hermes has none. */
  readonly rules: readonly RetryRule[]
}

/** A batch policy as the consumers use it: milliseconds, inside its bounds. */
export interface CompiledBatchPolicy {
  /** Messages of a batch at most. */
  readonly batchSize: number
  /** How long the first message of a batch waits for others. */
  readonly batchTimeMs: number
  /** Bytes of a batch's body at most. */
  readonly batchVolume: number
  readonly messageTtlMs: number
  readonly backoff: Backoff
  readonly requestTimeoutMs: number
  readonly retryClientErrors: boolean
  /** Whether 401 is retried whatever `retryClientErrors` says: a new token may be what it takes. */
  readonly retriesUnauthorized: boolean
  /** Asked before the defaults; a policy of Hermes has none. */
  readonly rules: readonly RetryRule[]
}

/** How many messages of a subscription may be in flight where its policy does not say. */
export const inflightMaxDefault = 100

/**
 * The policy for the consumers. Values out of bounds, as another writer may have stored them, are moved
 * inside.
 */
export function compileSerialPolicy(
  policy: SerialPolicy,
  inflightMax: number = inflightMaxDefault,
): CompiledSerialPolicy {
  const bounded = (name: keyof typeof serialLimits, value: number): number => {
    const { min, max } = serialLimits[name]
    return Math.max(min, max === null ? value : Math.min(max, value))
  }
  return {
    rate: bounded('rate', policy.rate),
    messageTtlMs: bounded('messageTtl', policy.messageTtl) * 1000,
    backoff: {
      firstMs: bounded('messageBackoff', policy.messageBackoff),
      factor: bounded('backoffMultiplier', policy.backoffMultiplier),
      capMs: bounded('backoffMaxIntervalInSec', policy.backoffMaxIntervalInSec) * 1000,
    },
    requestTimeoutMs: bounded('requestTimeout', policy.requestTimeout),
    socketTimeoutMs: bounded('socketTimeout', policy.socketTimeout),
    sendingDelayMs: bounded('sendingDelay', policy.sendingDelay),
    inflightMax: bounded('inflightSize', policy.inflightSize ?? inflightMax),
    retryClientErrors: policy.retryClientErrors,
    retriesUnauthorized: false,
    rules: [],
  }
}

/** The batch policy for the consumers; no batch may be larger than `batchVolumeMax` bytes. */
export function compileBatchPolicy(policy: BatchPolicy, batchVolumeMax: number): CompiledBatchPolicy {
  const bounded = (name: keyof typeof batchLimits): number => Math.max(batchLimits[name], policy[name])
  return {
    batchSize: bounded('batchSize'),
    batchTimeMs: bounded('batchTime'),
    batchVolume: Math.min(bounded('batchVolume'), batchVolumeMax),
    messageTtlMs: bounded('messageTtl') * 1000,
    backoff: { firstMs: bounded('messageBackoff'), factor: 1, capMs: Infinity },
    requestTimeoutMs: bounded('requestTimeout'),
    retryClientErrors: policy.retryClientErrors,
    retriesUnauthorized: false,
    rules: [],
  }
}
