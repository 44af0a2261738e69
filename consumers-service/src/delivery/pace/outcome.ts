// pure
/**
 * What an attempt says about the endpoint's strength.
 * Takes the result, the verdict on it, and how long the endpoint asked us to wait. Gives its class.
 * Source: the table of Hermes' output rate; `throttled` is ours, where Hermes counts a success or a failure.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { receiverWish, type Verdict } from '../judge.js'

/** `none` says nothing about the endpoint: a fault of ours, or a suspension that was asked for. */
export type Outcome = 'success' | 'failure' | 'throttled' | 'none'

/** Classifies an attempt. */
export function outcomeOf(result: AttemptResult, verdict: Verdict, askedMs: number | null): Outcome {
  if (verdict.kind === 'delivered') return 'success'
  if (verdict.kind === 'pause' || (verdict.kind === 'retry' && !verdict.isCounted)) return 'none'
  if (result.kind !== 'answer') return 'failure'
  const { status } = result
  if (status === 429 || (status === 503 && askedMs !== null)) return 'throttled'
  // It refused this message, or spoke of it, and was there to say so.
  const isRefusal = status >= 400 && status <= 499 && verdict.kind !== 'retry'
  return isRefusal || receiverWish(result) !== undefined ? 'success' : 'failure'
}
