// pure
/**
 * What an answer of Iris means for a message.
 * Takes status, `Retry-After` and body, or the failure to get them. Gives sent, again or failed.
 * Promises: only what speaks about this very message fails it; what somebody can put right, such as
 * credentials or a missing topic, is tried again.
 */
import { retryAfterMs } from '@iris/common/http/retry-after'

/** An answer, or why there is none. */
export type PublishAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly retryAfter: string | null
      readonly text: string
    }
  | { readonly kind: 'none'; readonly problem: string }

/** What becomes of the message. */
export type Fate =
  | { readonly kind: 'sent' }
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** 4xx that are not about the message: time, order, quotas, rights, addresses. */
const passing = new Set([401, 403, 404, 405, 407, 408, 409, 425, 429])
const reasonLettersMax = 300
const retryAfterMaxMs = 300_000

/** Judges an answer; `nowMs` is wall time, for a `Retry-After` that is a date. */
export function fateOf(answer: PublishAnswer, nowMs: number): Fate {
  if (answer.kind === 'none') return { kind: 'again', afterMs: null, reason: answer.problem }
  const { status, retryAfter, text } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const reason = `${status} ${text}`.trim().slice(0, reasonLettersMax)
  const isFinal = status >= 400 && status < 500 && !passing.has(status)
  return isFinal ? { kind: 'failed', reason } : { kind: 'again', afterMs: waitOf(retryAfter, nowMs), reason }
}

function waitOf(retryAfter: string | null, nowMs: number): number | null {
  const waitMs = retryAfterMs(retryAfter, nowMs)
  return waitMs === null ? null : Math.min(retryAfterMaxMs, waitMs)
}
