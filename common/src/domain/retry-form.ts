// pure
/**
 * How a subscription is tried again beyond what Hermes knows: the member `retry`, an addition of Iris.
 * Takes the member of a body or node. Gives it with its defaults, or null where it is absent: then all is as
 * in Hermes. Refuses values out of bounds, each with its place.
 */
import type { z } from 'zod'
import {
  plainFlag,
  plainInteger,
  plainList,
  plainNumber,
  plainObject,
  plainText,
  plainWord,
  type JsonObject,
} from './json-shapes.js'
import { withoutNullMembers } from './json-text.js'
import { compileRetryRule, retryRulesMax, type RetryRuleForm } from './retry-rules.js'
import type { Violations } from './violations.js'

/** How a subscription is tried again, in the units of the API; a null is as its `subscriptionPolicy` says. */
export interface RetryOptions {
  /** Asked in order, before the defaults. */
  readonly rules: readonly RetryRuleForm[]
  /** How long a message is tried, from its first attempt on: seconds, up to the topic's retention. */
  readonly windowSeconds: number | null
  /** Milliseconds before the first retry. */
  readonly backoffMs: number | null
  readonly backoffMultiplier: number | null
  readonly backoffMaxSeconds: number | null
  /** Whether long waits are spent in a Kafka topic; never those of an ordered subscription. */
  readonly delayTopic: boolean
  /** After so many failed attempts every wait is spent there; null: only a wait of 10 s or more. */
  readonly fastAttempts: number | null
  /** Of an ordered subscription: whether the messages of a key go on after a dead letter, or follow it. */
  readonly onKeyFailure: KeyFailure
}

/** BLOCK: a failing message blocks its key until it is delivered or dead. PARK: its death parks the key. */
export const keyFailures = ['BLOCK', 'PARK'] as const
export type KeyFailure = (typeof keyFailures)[number]

/** The lowest and highest values of the numbers of `retry`. */
export const retryLimits = {
  windowSeconds: { min: 0, max: 31_536_000 },
  backoffMs: { min: 0, max: 86_400_000 },
  backoffMultiplier: { min: 1, max: 10 },
  backoffMaxSeconds: { min: 1, max: 86_400 },
  fastAttempts: { min: 1, max: 1_000 },
} as const

/** The shape of `retry` in a body or a node. */
export const retryShape = plainObject({
  rules: plainList(plainObject({ on: plainText, then: plainText, delayMs: plainInteger })),
  windowSeconds: plainInteger,
  backoffMs: plainInteger,
  backoffMultiplier: plainNumber,
  backoffMaxSeconds: plainInteger,
  delayTopic: plainFlag,
  fastAttempts: plainInteger,
  onKeyFailure: plainWord(keyFailures),
})

export type RetryForm = z.infer<typeof retryShape>

/** The options of a form; what is missing has its default. */
export function retryOf(form: RetryForm): RetryOptions | null {
  if (form === null) return null
  const rules = (form.rules ?? []).map(rule => ({
    on: rule?.on ?? '',
    then: rule?.then ?? '',
    delayMs: rule?.delayMs ?? null,
  }))
  const { delayTopic, onKeyFailure } = form
  return { ...form, rules, delayTopic: delayTopic ?? true, onKeyFailure: onKeyFailure ?? 'BLOCK' }
}

/** Adds a sentence for each rule that `retry` breaks. */
export function checkRetry(violations: Violations, form: RetryForm, isOrderedByKey: boolean): void {
  const retry = retryOf(form)
  if (retry === null) return
  checkRules(violations, retry.rules)
  if (retry.onKeyFailure === 'PARK' && !isOrderedByKey)
    violations.add('Subscription.retry.onKeyFailure PARK needs the ordering KEY and SERIAL delivery')
  for (const [name, { min, max }] of Object.entries(retryLimits)) {
    const value = retry[name as keyof typeof retryLimits]
    if (value === null) continue
    violations.atLeast(`Subscription.retry.${name}`, value, min)
    violations.atMost(`Subscription.retry.${name}`, value, max)
  }
}

function checkRules(violations: Violations, rules: readonly RetryRuleForm[]): void {
  const path = 'Subscription.retry.rules'
  if (rules.length > retryRulesMax) violations.add(`${path} size must be between 0 and ${retryRulesMax}`)
  rules.slice(0, retryRulesMax).forEach((rule, index) => {
    const compiled = compileRetryRule(rule, index)
    if ('problem' in compiled) violations.add(`${path}[${index}].${compiled.member} ${compiled.problem}`)
  })
}

/** The members of `retry` for a node or an answer. */
export function retryJson(retry: RetryOptions): JsonObject {
  return withoutNullMembers({ ...retry, rules: retry.rules.map(rule => withoutNullMembers({ ...rule })) })
}
