/**
 * A wilful disturbance of publishing, for who wants to see how their services bear it.
 * Takes a topic's chaos policy and chance. Gives a delay, and whether the message fails after it.
 * Promises: decided for each message anew; nothing is held after the publication was answered.
 */
import type { Chaos, ChaosPolicy } from '@iris/common/domain/topic-form'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { Random } from '@iris/common/time/clock'

/** What becomes of one message. */
export interface Disturbance {
  readonly delayMs: number
  /** The answer after the delay; null when the message goes on. */
  readonly failure: HermesError | null
}

/** The policy that holds in a data centre; null where none does. */
export function chaosPolicyOf(chaos: Chaos, datacenter: string): ChaosPolicy | null {
  if (chaos.mode === 'GLOBAL') return chaos.globalPolicy
  return chaos.mode === 'DATACENTER' ? (chaos.datacenterPolicies.get(datacenter) ?? null) : null
}

/** Draws what becomes of a message; null when it is left in peace. */
export function disturbance(policy: ChaosPolicy, random: Random): Disturbance | null {
  if (Math.floor(random() * 100) >= policy.probability) return null
  const { delayFrom, delayTo, completeWithError } = policy
  const delayMs = delayFrom + Math.floor(random() * Math.max(0, delayTo - delayFrom))
  return { delayMs, failure: completeWithError ? failureAfter(delayMs) : null }
}

function failureAfter(delayMs: number): HermesError {
  const problem = `Message not published. ChaosException: the topic's chaos policy failed it after ${delayMs} ms`
  return refusal('INTERNAL_ERROR', { problem }, 'frontend')
}
