// pure
/**
 * When a failed message is tried again, and until when.
 * Takes the policy, the attempts so far and the age since the first of them. Gives a delay, or the end.
 * Promises: no attempt begins after the TTL; a `Retry-After` beyond it leaves one last attempt just before
 * it.
 */
import { backoffMs, type Backoff } from '@iris/common/time/backoff'

export interface RetryPolicy {
  readonly messageTtlMs: number
  readonly backoff: Backoff
}

export type NextTry = { readonly kind: 'again'; readonly afterMs: number } | { readonly kind: 'expired' }

/**
 * How long before the end of its life a message gets the last attempt that a `Retry-After` would have cost
 * it: later than a process that is busy may be with its timers.
 */
export const lastTryMarginMs = 500

/** The pause after a fault of ours: long enough not to spin, short enough to go on soon after it heals. */
export const ownFaultPauseMs = 500

const expired: NextTry = { kind: 'expired' }

/** What follows failed attempt number `attempts`, `ageMs` after the first one began. */
export function nextTry(
  policy: RetryPolicy,
  attempts: number,
  ageMs: number,
  retryAfterMs: number | null,
): NextTry {
  const leftMs = policy.messageTtlMs - ageMs
  if (leftMs <= 0) return expired
  if (retryAfterMs !== null) {
    const lastMs = leftMs - Math.min(lastTryMarginMs, leftMs / 2)
    return { kind: 'again', afterMs: Math.min(retryAfterMs, lastMs) }
  }
  const afterMs = backoffMs(policy.backoff, attempts)
  return afterMs < leftMs ? { kind: 'again', afterMs } : expired
}

/** Whether a message of this age may still be tried. A message never tried has no age and always may. */
export function mayTry(policy: RetryPolicy, attempts: number, ageMs: number): boolean {
  return attempts === 0 || ageMs <= policy.messageTtlMs
}
