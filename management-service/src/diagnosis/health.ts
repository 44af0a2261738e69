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
import { sum, tallyOf, type Tally } from './tally.js'
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

/** Judges. Refuses nothing: what is not known is `NO_DATA`. */
export function healthOf(facts: Facts): SubscriptionHealth {
  const { definition, kafka, consumers } = facts
  if (!isUnanswered(definition) && definition.subscription.state === 'SUSPENDED')
    return { status: 'HEALTHY', problems: [] }
  const tally = tallyOf(facts)
  const isKnown = !isUnanswered(definition) && !isUnanswered(kafka) && !isUnanswered(consumers)
  if (!isKnown || tally.running.length === 0) return { status: 'NO_DATA', problems: [] }
  const { retryClientErrors } = definition.subscription.subscriptionPolicy
  const failing = rules.filter(
    rule => (rule.code !== 'RECEIVING_MALFORMED_MESSAGES' || retryClientErrors) && isOver(rule, tally),
  )
  const problems = [
    ...lagging(tally),
    ...failing.map(rule => ({ code: rule.code, description: described(rule, tally) })),
  ]
  return { status: problems.length === 0 ? 'HEALTHY' : 'UNHEALTHY', problems }
}

function lagging({ lag, publishedPerS }: Tally): SubscriptionHealth['problems'] {
  if (lag === null || publishedPerS === null || publishedPerS === 0) return []
  if (lag <= lagMaxS * publishedPerS) return []
  const description =
    `Lag is ${numberText(lag)} messages, more than ten minutes of publishing at ` +
    `${numberText(publishedPerS)} messages/s`
  return [{ code: 'LAGGING', description }]
}

function isOver({ shareMax, isMeant }: Rule, tally: Tally): boolean {
  return tally.attempts / windowS > ratePerSMin && countOf(isMeant, tally) > shareMax * tally.attempts
}

function described({ isMeant, what }: Rule, tally: Tally): string {
  const count = numberText(countOf(isMeant, tally))
  return `${what}: ${count} of ${numberText(tally.attempts)} attempts in the last minute`
}

function countOf(isMeant: Rule['isMeant'], { outcomes }: Tally): number {
  return sum([...outcomes].flatMap(([outcome, count]) => (isMeant(outcome) ? [count] : [])))
}

function isStatus(firstDigit: string): (outcome: string) => boolean {
  return outcome => /^\d{3}$/.test(outcome) && outcome.startsWith(firstDigit)
}

/** No answer, and not for lack of time. */
function isOther(outcome: string): boolean {
  return outcome === 'error' || outcome === 'forbidden' || outcome === 'ownFault'
}
