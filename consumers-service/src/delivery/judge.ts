// pure
/**
 * The verdict on one attempt: one table.
 * Takes what came of the attempt and the subscription's policy. Gives what follows.
 * Asks in this order: 2xx is delivered; a fault of ours is nobody's attempt; the receiver's own verdict; the
 * subscription's rules; Hermes' defaults, with 429 and 503 always retried, and 401 where it has OAuth.
 */
import { causeOfAttempt, type FailureCause } from '@iris/common/domain/failure-cause'
import {
  ruleFor,
  type FailedOutcome,
  type RetryAction,
  type RetryRule,
} from '@iris/common/domain/retry-rules'
import type { AttemptResult } from '@iris/common/http/client'
import { retryAfterMs } from '@iris/common/http/retry-after'

export type Verdict =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly cause: FailureCause
      /** The status of the answer, or null where none came. */
      readonly status: number | null
      /** How long the receiver, or else a rule, asks us to wait; null means the policy's back-off. */
      readonly retryAfterMs: number | null
      /** False for a fault of ours: the attempt did not happen as far as the subscriber is concerned. */
      readonly isCounted: boolean
    }
  | Sentence<'dead'>
  /** Somebody asked in so many words to forget the message. */
  | Sentence<'discard'>
  /** The subscription is to be suspended; the message stays. */
  | Sentence<'pause'>

interface Sentence<K> {
  readonly kind: K
  readonly reason: string
  readonly cause: FailureCause
  readonly status: number | null
}

export interface JudgePolicy {
  readonly retryClientErrors: boolean
  readonly retriesUnauthorized: boolean
  readonly rules: readonly RetryRule[]
}

/** What an attempt came to that the message was not delivered by. */
export type Failure = Exclude<Verdict, { readonly kind: 'delivered' }>

const delivered: Verdict = { kind: 'delivered' }

/** What a receiver may say in `Iris-Verdict`. Other texts say nothing. */
const receiverVerdicts: ReadonlyMap<string, RetryAction> = new Map([
  ['retry', 'retry'],
  ['discard', 'discard'],
  ['dead-letter', 'deadLetter'],
])

/** Judges an attempt; `wallMs` is for a `Retry-After` that is a date. */
export function judge(result: AttemptResult, policy: JudgePolicy, wallMs: number): Verdict {
  if (result.kind === 'answer') {
    if (result.status >= 200 && result.status <= 299) return delivered
    return judgeAnswer(result, policy, wallMs)
  }
  const { kind, detail: reason } = result
  const isCounted = !(kind === 'error' && result.isOurFault)
  const cause = causeOfAttempt(result)
  const fallback: Retry = { kind: 'retry', reason, cause, status: null, retryAfterMs: null, isCounted }
  if (!isCounted) return fallback
  return byRule(policy.rules, kind === 'timeout' ? 'timeout' : 'network', fallback) ?? fallback
}

/** What the receiver wants to become of the message; undefined where it does not say. */
export function receiverWish({ verdict }: { readonly verdict: string | null }): RetryAction | undefined {
  return verdict === null ? undefined : receiverVerdicts.get(verdict.trim().toLowerCase())
}

function judgeAnswer(
  answer: AttemptResult & { readonly kind: 'answer' },
  policy: JudgePolicy,
  wallMs: number,
): Verdict {
  const { status } = answer
  const reason = `Message sending failed with status code: ${status}`
  const wish = receiverWish(answer)
  const mayAskForTime = status === 429 || status === 503 || wish === 'retry'
  const afterMs = mayAskForTime ? retryAfterMs(answer.retryAfter, wallMs) : null
  const cause = causeOfAttempt(answer)
  const retry: Retry = { kind: 'retry', reason, cause, status, retryAfterMs: afterMs, isCounted: true }
  if (wish !== undefined) return sentence(wish, retry, "the receiver's verdict")
  const ruled = byRule(policy.rules, status, retry)
  if (ruled !== null) return ruled
  if (status === 401 && policy.retriesUnauthorized) return retry
  const isFinal = status >= 400 && status <= 499 && status !== 429 && !policy.retryClientErrors
  return isFinal ? { kind: 'dead', reason, cause, status } : retry
}

type Retry = Verdict & { readonly kind: 'retry' }

/** What the first rule for this outcome says, or null. The receiver's wish for time goes before a rule's. */
function byRule(rules: readonly RetryRule[], outcome: FailedOutcome, retry: Retry): Verdict | null {
  const rule = rules.length === 0 ? null : ruleFor(rules, outcome)
  if (rule === null) return null
  const waiting = { ...retry, retryAfterMs: retry.retryAfterMs ?? rule.delayMs }
  return sentence(rule.then, waiting, `retry rule ${rule.index}`)
}

function sentence(action: RetryAction, retry: Retry, whose: string): Verdict {
  if (action === 'retry') return retry
  const reason = `${retry.reason} (${whose}: ${action})`
  const { cause, status } = retry
  switch (action) {
    case 'discard':
      return { kind: 'discard', reason, cause, status }
    case 'deadLetter':
      return { kind: 'dead', reason, cause, status }
    case 'pause':
      return { kind: 'pause', reason, cause, status }
  }
}
