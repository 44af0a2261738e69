// pure
/**
 * What follows a failed attempt, as a subscription's own table says it.
 * Takes rules in the words of the API, such as `4xx` or `500-599`. Gives them compiled, and the first that
 * fits an outcome. Refuses a rule nobody could mean with a sentence; a 2xx is delivered whatever a rule says.
 */

/** What a rule may ask for. */
export const retryActions = ['retry', 'discard', 'deadLetter', 'pause'] as const
export type RetryAction = (typeof retryActions)[number]

/** A rule in the words of the API. */
export interface RetryRuleForm {
  readonly on: string
  readonly then: string
  /** Milliseconds; null means the back-off. */
  readonly delayMs: number | null
}

/** How an attempt failed: with this status, in silence, or without an answer for another reason. */
export type FailedOutcome = number | 'timeout' | 'network'

/** A compiled rule. Statuses from `from` to `to`; none of them where `to` is below `from`. */
export interface RetryRule {
  readonly from: number
  readonly to: number
  readonly isForTimeouts: boolean
  readonly isForNetwork: boolean
  readonly then: RetryAction
  readonly delayMs: number | null
  /** Its place in the table, for whoever asks why. */
  readonly index: number
}

/** How many rules a subscription may have: each failed attempt walks them. */
export const retryRulesMax = 32
/** The longest wait that a rule or a back-off may ask for: a day. */
export const retryDelayMsMax = 86_400_000

const statusMin = 100
const statusMax = 999
const outcomes = 'a status (429), a class (4xx), a range (500-599), "timeout", "network" or "any"'

type Outcomes = Pick<RetryRule, 'from' | 'to' | 'isForTimeouts' | 'isForNetwork'>
const noStatus = { from: 0, to: -1 } as const

/** Compiles a rule, or says what is wrong: the member and the sentence about it. */
export function compileRetryRule(
  rule: RetryRuleForm,
  index: number,
): RetryRule | { readonly member: 'on' | 'then' | 'delayMs'; readonly problem: string } {
  const fits = outcomesOf(rule.on)
  if (typeof fits === 'string') return { member: 'on', problem: fits }
  const then = retryActions.find(action => action === rule.then)
  if (then === undefined) return { member: 'then', problem: `must be one of ${retryActions.join(', ')}` }
  const { delayMs } = rule
  if (delayMs !== null && then !== 'retry')
    return { member: 'delayMs', problem: 'belongs to "then": "retry" only' }
  if (delayMs !== null && (delayMs < 0 || delayMs > retryDelayMsMax))
    return { member: 'delayMs', problem: `must be from 0 to ${retryDelayMsMax}` }
  return { ...fits, then, delayMs, index }
}

/** Compiles the rules of a stored subscription; those that another writer broke are left out. */
export function compileRetryRules(rules: readonly RetryRuleForm[]): readonly RetryRule[] {
  return rules.slice(0, retryRulesMax).flatMap((rule, index) => {
    const compiled = compileRetryRule(rule, index)
    return 'problem' in compiled ? [] : [compiled]
  })
}

/** The first rule for this outcome, or null. */
export function ruleFor(rules: readonly RetryRule[], outcome: FailedOutcome): RetryRule | null {
  for (const rule of rules) if (isFor(rule, outcome)) return rule
  return null
}

function isFor(rule: RetryRule, outcome: FailedOutcome): boolean {
  if (outcome === 'timeout') return rule.isForTimeouts
  if (outcome === 'network') return rule.isForNetwork
  return outcome >= rule.from && outcome <= rule.to
}

function outcomesOf(on: string): Outcomes | string {
  if (on === 'timeout') return { ...noStatus, isForTimeouts: true, isForNetwork: false }
  if (on === 'network') return { ...noStatus, isForTimeouts: false, isForNetwork: true }
  if (on === 'any') return { from: 0, to: Infinity, isForTimeouts: true, isForNetwork: true }
  const [, digit, single, first, last] = /^(?:([1-9])xx|(\d{3})|(\d{3})-(\d{3}))$/.exec(on) ?? []
  const [from, to] =
    digit !== undefined
      ? [Number(digit) * 100, Number(digit) * 100 + 99]
      : [Number(single ?? first), Number(single ?? last)]
  if (Number.isNaN(from) || from < statusMin || to > statusMax || to < from) return `must be ${outcomes}`
  if (from <= 299 && to >= 200) return 'must hold no 2xx: such an answer is always delivered'
  return { from, to, isForTimeouts: false, isForNetwork: false }
}
