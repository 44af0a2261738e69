// pure
/**
 * The retry policy of a subscription as the consumers use it.
 * Takes its policy, its `retry` and the retention of its topic. Gives the policy with what `retry`
 * changes, and how the delay topic is used. Values out of bounds, as another writer may have stored them, are
 * moved inside; a window never outlasts the retention, since a message is tried from what Kafka still holds.
 */
import type { CompiledSerialPolicy } from './policy.js'
import { retryLimits, type RetryOptions } from './retry-form.js'
import { compileRetryRules } from './retry-rules.js'

/** When a wait is spent in the delay topic. */
export interface DelayPolicy {
  /** Failed attempts after which every wait is. */
  readonly fastAttempts: number
}

/** What `retry` changes of a policy, of whatever type of delivery. */
type RetriedPolicy = Pick<CompiledSerialPolicy, 'messageTtlMs' | 'backoff' | 'rules'>

/** The policy of a subscription that has the member `retry`, or not. */
export function compileRetry<P extends RetriedPolicy>(
  policy: P,
  retry: RetryOptions | null,
  retentionMs: number,
): P {
  if (retry === null) return policy
  const bounded = (name: keyof typeof retryLimits): number | null => {
    const value = retry[name]
    return value === null ? null : Math.max(retryLimits[name].min, Math.min(retryLimits[name].max, value))
  }
  const inMs = (name: 'windowSeconds' | 'backoffMaxSeconds'): number | null => {
    const seconds = bounded(name)
    return seconds === null ? null : seconds * 1000
  }
  const windowMs = inMs('windowSeconds')
  return {
    ...policy,
    messageTtlMs: windowMs === null ? policy.messageTtlMs : Math.min(windowMs, retentionMs),
    backoff: {
      firstMs: bounded('backoffMs') ?? policy.backoff.firstMs,
      factor: bounded('backoffMultiplier') ?? policy.backoff.factor,
      capMs: inMs('backoffMaxSeconds') ?? policy.backoff.capMs,
    },
    rules: compileRetryRules(retry.rules),
  }
}

/** How an unordered subscription uses its delay topic; null where it does not. */
export function compileDelay(retry: RetryOptions | null): DelayPolicy | null {
  if (retry === null || !retry.delayTopic) return null
  return { fastAttempts: retry.fastAttempts ?? Infinity }
}
