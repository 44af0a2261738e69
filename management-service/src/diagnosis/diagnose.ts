// pure
/**
 * Why a subscription is slow, told from facts.
 * Takes facts. Gives findings, the gravest first, and a summary. Promises: never silent: where no cause is
 * found, it says that all is well, that there is nothing to do, or that it does not know.
 */
import { z } from 'zod'
import { failureCauseText } from '@iris/common/domain/failure-cause'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { causesAround } from './causes-around.js'
import { causesWithin } from './causes-within.js'
import { isUnanswered, type Facts } from './facts.js'
import { findingShape, type Finding, type Severity } from './finding.js'
import { tallyOf, type Tally } from './tally.js'
import { countText, durationText, numberText } from './words.js'

const lastMinute = z.object({
  attempts: z.int(),
  failures: z
    .array(
      z.object({
        cause: z.string().describe(failureCauseText),
        count: z.int(),
        detail: z.string().describe('Of the newest'),
        agoMs: z.number().describe('Of the newest'),
      }),
    )
    .describe('The most frequent cause first'),
})

export const diagnosisShape = z.object({
  subscription: z.string().describe('`group.topic$subscription`'),
  state: z.string().describe('`UNKNOWN` while ZooKeeper does not answer'),
  summary: z.string(),
  lag: z.int().nullable().describe('Messages that wait; null while Kafka does not answer'),
  findings: z.array(findingShape).describe('The gravest first'),
  lastMinute: lastMinute
    .nullable()
    .describe('Attempts; null where no process that delivers told, or one does not tell why they failed'),
})
export type Diagnosis = ValueOf<typeof diagnosisShape>

const graveness: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

/** Finds the causes. */
export function diagnose(facts: Facts): Diagnosis {
  const { topic, name, definition } = facts
  const tally = tallyOf(facts)
  const found = [...causesAround, ...causesWithin].flatMap(cause => cause(facts, tally) ?? [])
  const grave = found.some(({ severity }) => severity !== 'info')
  const findings = [...found, ...(grave ? [] : [calm(tally)])].sort(
    (one, other) => graveness[one.severity] - graveness[other.severity],
  )
  return {
    subscription: `${topic}$${name}`,
    state: isUnanswered(definition) ? 'UNKNOWN' : definition.subscription.state,
    summary: summaryOf(findings),
    lag: tally.lag,
    findings,
    lastMinute: tally.lastMinute,
  }
}

/** What to say where nothing is wrong. */
function calm({ lag, publishedPerS, attempts, succeeded, meanMs }: Tally): Finding {
  const waiting = lag ?? 0
  const figures = { lag, publishedPerS, attempts, succeeded }
  if (attempts > 0) {
    const pace = `${numberText(succeeded)} of ${countText(attempts, 'attempt')} of the last minute succeeded`
    return {
      cause: 'ALL_FINE',
      severity: 'info',
      text:
        `${pace}, ${durationText(meanMs ?? 0)} each on average; ${countText(waiting, 'message')} on the ` +
        'way.',
      figures,
      next: 'Nothing needs to be done.',
    }
  }
  if (waiting === 0) {
    const published = (publishedPerS ?? 0) === 0 ? 'and nothing was published in the last minute' : ''
    return {
      cause: 'NOTHING_TO_DO',
      severity: 'info',
      text: `All that was published is settled ${published}`.trim() + '.',
      figures,
      next: 'The next message is delivered as soon as it is published.',
    }
  }
  return {
    cause: 'JUST_BEGUN',
    severity: 'info',
    text:
      `${countText(waiting, 'message')} wait, no attempt has ended in the last minute, and nothing is ` +
      'known to be wrong.',
    figures,
    next: 'Ask again in a few seconds; if this stays, the log of the consumers process says what it does.',
  }
}

function summaryOf(findings: readonly Finding[]): string {
  const [first, ...others] = findings
  const more = others.filter(({ severity }) => severity !== 'info').length
  const text = first?.text ?? ''
  return more === 0 ? text : `${text} (and ${countText(more, 'further finding')})`
}
