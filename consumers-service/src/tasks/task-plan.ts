// pure
/**
 * A subscription's plan as a task follows it.
 * Takes the definitions and the task. Gives the plan with the task's endpoint and rate, and with retries
 * that end soon: a task tries a message a few times within `retryMs` and goes on. Refuses, with a sentence,
 * what cannot be delivered.
 */
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import type { Backoff } from '@iris/common/time/backoff'
import type { Task } from '@iris/common/tasks/task'
import { compilePlan, type DeliveryPlan, type PlanOptions } from '../delivery/plan.js'

/** How long a task goes on trying one message: four attempts unless the subscription waits longer. */
export const retryMs = 4_000
const backoffFirstMs = 500
const backoffFactor = 2

/** Compiles it. */
export function planOfTask(
  topic: Topic,
  subscription: Subscription,
  { kind, spec }: Task,
  options: PlanOptions,
): DeliveryPlan | { readonly problem: string } {
  const { endpoint, rate } = spec
  // Whoever is given another endpoint is not given the subscriber's token.
  const aimed = endpoint === null ? subscription : { ...subscription, endpoint, oAuthPolicy: null }
  const plan = compilePlan(topic, aimed, options)
  if ('problem' in plan) return plan
  // What is dead was judged already, or is to be sent although nobody could judge it.
  const filters = kind === 'redrive' ? null : plan.filters
  if (plan.deliveryType === 'BATCH')
    return { ...plan, filters, policy: { ...plan.policy, ...retriesOf(plan.policy) } }
  const policy = {
    ...plan.policy,
    ...retriesOf(plan.policy),
    sendingDelayMs: 0,
    rate: rate ?? plan.policy.rate,
  }
  // Whoever waits for long, or parks a key, does so in the stream; a task ends.
  return { ...plan, filters, delay: null, isParking: false, policy }
}

function retriesOf(policy: { readonly messageTtlMs: number; readonly backoff: Backoff }): {
  readonly messageTtlMs: number
  readonly backoff: Backoff
} {
  return {
    messageTtlMs: Math.min(policy.messageTtlMs, retryMs),
    backoff: {
      firstMs: Math.max(policy.backoff.firstMs, backoffFirstMs),
      factor: Math.max(policy.backoff.factor, backoffFactor),
      capMs: retryMs,
    },
  }
}
