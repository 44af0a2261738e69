// pure
/**
 * The verdict on one attempt: one table.
 * Takes what came of the attempt and the subscription's policy. Gives delivered, retry or dead.
 * Promises: a fault of ours is never counted as the subscriber's attempt; 429 and 503 are always retried.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { retryAfterMs } from './retry-after.js'

export type Verdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry'
      readonly reason: string
      /** The status of the answer, or null where none came. */
      readonly status: number | null
      /** How long the receiver asked us to wait; null means the policy's back-off. */
      readonly retryAfterMs: number | null
      /** False for a fault of ours: the attempt did not happen as far as the subscriber is concerned. */
      readonly isCounted: boolean
    }
  | { readonly kind: 'dead'; readonly reason: string; readonly status: number }

export interface JudgePolicy {
  readonly retryClientErrors: boolean
}

const delivered: Verdict = { kind: 'delivered' }

/** Judges an attempt; `wallMs` is for a `Retry-After` that is a date. */
export function judge(result: AttemptResult, policy: JudgePolicy, wallMs: number): Verdict {
  if (result.kind === 'answer') return judgeAnswer(result.status, result.retryAfter, policy, wallMs)
  return {
    kind: 'retry',
    reason: result.detail,
    status: null,
    retryAfterMs: null,
    isCounted: !(result.kind === 'error' && result.isOurFault),
  }
}

function judgeAnswer(
  status: number,
  retryAfter: string | null,
  policy: JudgePolicy,
  wallMs: number,
): Verdict {
  if (status >= 200 && status <= 299) return delivered
  const reason = `Message sending failed with status code: ${status}`
  if (status === 429 || status === 503) {
    const afterMs = retryAfterMs(retryAfter, wallMs)
    return { kind: 'retry', reason, status, retryAfterMs: afterMs, isCounted: true }
  }
  if (status >= 400 && status <= 499 && !policy.retryClientErrors) return { kind: 'dead', reason, status }
  return { kind: 'retry', reason, status, retryAfterMs: null, isCounted: true }
}
