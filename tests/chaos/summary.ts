// pure
/**
 * A verdict in words.
 * Takes the verdict of a run. Gives lines for a terminal: figures first, then what was found.
 */
import { countOf, type Verdict } from './checker.js'
import type { KillRepeats } from './checks/kill-repeats.js'
import type { FaultFigure } from './figures.js'
import { wayNames } from './ways.js'
import type { RunPlan } from './plan.js'

/** The lines of one run's summary. */
export function summaryOf(verdict: Verdict, plan: RunPlan): readonly string[] {
  const { figures, repeats } = verdict
  const causes = [...repeats.byCause].map(([cause, count]) => `${cause} ${count}`).join(', ')
  const lost = countOf(verdict, 'lost') + countOf(verdict, 'missing')
  const orderBreaks = countOf(verdict, 'skipped') + countOf(verdict, 'inverted')
  return [
    `seed ${plan.seed}: ${figures.invoked} published in ${figures.seconds.toFixed(1)} s, ` +
      `${plan.topics.length} topics, ${plan.subscriptions.length} subscriptions, ${figures.faults.length} faults`,
    `  acknowledged ${figures.acknowledged}, refused ${figures.refused}, outcome unknown ${figures.unknown}`,
    `  of these ${waysOf(figures.acknowledgedByWay)}; cancelled ${figures.cancelled}, ` +
      `stored more than once with a cause ${figures.copies - countOf(verdict, 'doubled')}, ` +
      `statuses asked for ${figures.statuses}`,
    `  delivered ${figures.deliveries}, dead letters ${figures.deadLetters}, arrivals ${figures.arrivals}; ` +
      `the farm itself was late by ${Math.round(figures.farmLateMs)} ms at most`,
    `  lost ${lost}, stored twice ${countOf(verdict, 'doubled')}, order breaks per key ${orderBreaks}, ` +
      `repeats ${repeats.total}${causes === '' ? '' : ` (${causes})`}, unexplained ${repeats.count}`,
    ...figures.faults.map(each => faultLine(each) + killPart(verdict, plan, each.number)),
    `  memory at most, MiB: ${[...figures.memory].map(([name, most]) => `${name} ${Math.round(most)}`).join(', ')}`,
    `  memory over time judged of ${figures.judgedLives === 0 ? 'no process: none lived long enough' : `${figures.judgedLives} processes`}`,
    ...verdict.findings.flatMap(each => [
      ...(each.count === 0 ? [] : [`  FOUND ${each.check}: ${each.count}`]),
      ...each.first.slice(0, 5).map(finding => {
        const who = plan.subscriptions[finding.subscription]?.name
        return `    message ${finding.id}${who === undefined ? '' : ` at ${who}`}: ${finding.text}`
      }),
    ]),
    `  ${verdict.isGood ? 'GOOD' : 'BAD'}`,
  ]
}

function waysOf(counts: readonly number[]): string {
  return counts.map((count, way) => `${wayNames[way]} ${count}`).join(', ')
}

/** The subscription at which a kill used up most of the repeats that it is allowed. */
function killPart({ kills }: Verdict, plan: RunPlan, number: number): string {
  const share = (each: KillRepeats): number => each.repeated / each.allowed
  const [most] = kills
    .filter(each => each.fault.number === number)
    .sort((one, other) => share(other) - share(one))
  if (most === undefined) return ''
  const name = plan.subscriptions[most.subscription]?.name ?? ''
  return `, came again at most ${most.repeated} of ${most.allowed} allowed (${name})`
}

function faultLine(fault: FaultFigure): string {
  const publishing = fault.publishingSeconds === null ? '-' : `${fault.publishingSeconds.toFixed(2)} s`
  const silence = fault.silenceSeconds === null ? '-' : `${fault.silenceSeconds.toFixed(2)} s`
  return (
    `  #${fault.number} ${fault.kind}, ${fault.seconds.toFixed(1)} s: ` +
    `first 201 after its end ${publishing}, longest silence of a partition ${silence}`
  )
}
