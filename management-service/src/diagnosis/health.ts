// pure
/**
 * Hermes' health of a subscription, told from the facts of a diagnosis.
 * Takes facts. Gives status and problems by Hermes' thresholds; its rates come from the consumers themselves.
 * Where Hermes compares with the rate of delivered messages we take that of attempts: an endpoint that takes
 * nothing at all would be healthy otherwise.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { isUnanswered, type Facts } from './facts.js'
import type { Subscription } from '@iris/common/domain/subscription'
import { sum, tallyOf } from './tally.js'
import { numberText } from './words.js'

const problemCodes = [
  'LAGGING',
  'UNREACHABLE',
  'TIMING_OUT',
  'MALFUNCTIONING',
  'RECEIVING_MALFORMED_MESSAGES',
] as const
export type HealthProblemCode = (typeof problemCodes)[number]

export const subscriptionHealth = z.object({
  status: z.enum(['HEALTHY', 'UNHEALTHY', 'NO_DATA']),
  problems: z.array(z.object({ code: z.enum(problemCodes), description: z.string() })),
})
export type SubscriptionHealth = ValueOf<typeof subscriptionHealth>

const healthy: SubscriptionHealth = { status: 'HEALTHY', problems: [] }
const lagMaxS = 600
const ratePerSMin = 2
const windowS = 60

interface Rule {
  readonly code: HealthProblemCode
  /** Of all attempts. */
  readonly shareMax: number
  readonly isMeant: (outcome: string) => boolean
  readonly what: string
}

const rules: readonly Rule[] = [
  { code: 'UNREACHABLE', shareMax: 0.5, isMeant: isOther, what: 'Unable to connect to the endpoint' },
  { code: 'TIMING_OUT', shareMax: 0.1, isMeant: each => each === 'timeout', what: 'The endpoint times out' },
  { code: 'MALFUNCTIONING', shareMax: 0.1, isMeant: isStatus('5'), what: 'The endpoint answers 5xx' },
  {
    code: 'RECEIVING_MALFORMED_MESSAGES',
    shareMax: 0.1,
    isMeant: isStatus('4'),
    what: 'The endpoint answers 4xx',
  },
]

/** What a subscription did in the last minute, whoever counted it. */
export interface HealthFigures {
  /** Messages that wait; null where nobody knows. */
  readonly lag: number | null
  readonly publishedPerS: number | null
  readonly attempts: number
  /** Attempts by status (`503`, or `5xx` for all such) or by what came instead of an answer. */
  readonly outcomes: ReadonlyMap<string, number>
}

/** Judges. Refuses nothing: what is not known is `NO_DATA`. */
export function healthOf(facts: Facts): SubscriptionHealth {
  const { definition, kafka, consumers } = facts
  if (!isUnanswered(definition) && definition.subscription.state === 'SUSPENDED') return healthy
  const tally = tallyOf(facts)
  const isKnown = !isUnanswered(definition) && !isUnanswered(kafka) && !isUnanswered(consumers)
  if (!isKnown || tally.running.length === 0) return { status: 'NO_DATA', problems: [] }
  return judge(definition.subscription, tally)
}

/** Judges by figures that are all there. */
export function judge(subscription: Subscription, figures: HealthFigures): SubscriptionHealth {
  if (subscription.state === 'SUSPENDED') return healthy
  const { retryClientErrors } = subscription.subscriptionPolicy
  const failing = rules.filter(
    rule => (rule.code !== 'RECEIVING_MALFORMED_MESSAGES' || retryClientErrors) && isOver(rule, figures),
  )
  const problems = [
    ...lagging(figures),
    ...failing.map(rule => ({ code: rule.code, description: described(rule, figures) })),
  ]
  return problems.length === 0 ? healthy : { status: 'UNHEALTHY', problems }
}

function lagging({ lag, publishedPerS }: HealthFigures): SubscriptionHealth['problems'] {
  if (lag === null || publishedPerS === null || publishedPerS === 0) return []
  if (lag <= lagMaxS * publishedPerS) return []
  const description =
    `Lag is ${numberText(lag)} messages, more than ten minutes of publishing at ` +
    `${numberText(publishedPerS)} messages/s`
  return [{ code: 'LAGGING', description }]
}

function isOver({ shareMax, isMeant }: Rule, figures: HealthFigures): boolean {
  const { attempts } = figures
  return attempts / windowS > ratePerSMin && countOf(isMeant, figures) > shareMax * attempts
}

function described({ isMeant, what }: Rule, figures: HealthFigures): string {
  const count = numberText(countOf(isMeant, figures))
  return `${what}: ${count} of ${numberText(figures.attempts)} attempts in the last minute`
}

function countOf(isMeant: Rule['isMeant'], { outcomes }: HealthFigures): number {
  return sum([...outcomes].flatMap(([outcome, count]) => (isMeant(outcome) ? [count] : [])))
}

function isStatus(firstDigit: string): (outcome: string) => boolean {
  return outcome => /^\d(\d\d|xx)$/.test(outcome) && outcome.startsWith(firstDigit)
}

/** No answer, and not for lack of time. */
function isOther(outcome: string): boolean {
  return outcome === 'error' || outcome === 'forbidden' || outcome === 'ownFault'
}
