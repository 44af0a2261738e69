// pure
/**
 * How a subscription is tried again beyond what Hermes knows: the member `retry`, an addition of Iris.
 * Takes the member of a body or node. Gives it with its defaults, or null where it is absent: then all is as
 * in Hermes. Refuses values out of bounds, each with its place.
 */
import type { z } from 'zod'
import { plainInteger, plainList, plainObject, plainText, type JsonObject } from './json-shapes.js'
import { withoutNullMembers } from './json-text.js'
import { compileRetryRule, retryRulesMax, type RetryRuleForm } from './retry-rules.js'
import type { Violations } from './violations.js'

/** How a subscription is tried again, in the units of the API. */
export interface RetryOptions {
  /** Asked in order, before the defaults. */
  readonly rules: readonly RetryRuleForm[]
}

/** The shape of `retry` in a body or a node. */
export const retryShape = plainObject({
  rules: plainList(plainObject({ on: plainText, then: plainText, delayMs: plainInteger })),
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
  return { rules }
}

/** Adds a sentence for each rule that `retry` breaks. */
export function checkRetry(violations: Violations, form: RetryForm, deliveryType: 'SERIAL' | 'BATCH'): void {
  const retry = retryOf(form)
  if (retry === null) return
  if (deliveryType === 'BATCH') violations.add('Subscription.retry is for SERIAL delivery only')
  checkRules(violations, retry.rules)
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
  return { ...retry, rules: retry.rules.map(rule => withoutNullMembers({ ...rule })) }
}
