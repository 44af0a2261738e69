// pure
/**
 * Check 10, false counter: a figure of the system under test that differs from what happened.
 * Holds only in runs without kills, because counters live in the processes.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { messageIds, outcomes, type JoinedRun } from '../joined-run.js'
import { counters } from '../records.js'

export function findFalseCounters(run: JoinedRun): Findings {
  const findings = collectFindings('false counter')
  if (!run.plan.hasCounters) return findings.done()
  for (const { which, subject, value } of run.counters) {
    const [least, most] = truthOf(run, which, subject)
    if (value >= least && value <= most) continue
    const truth = least === most ? `${least}` : `${least} to ${most}`
    const name = Object.entries(counters).find(([, number]) => number === which)?.[0] ?? `counter ${which}`
    findings.add(
      0,
      which === counters.published ? -1 : subject,
      () => `${name} says ${value}, it was ${truth}`,
    )
  }
  return findings.done()
}

/**
 * The least and the most it may say. A message stored after its publisher stopped waiting may count as
 * published.
 */
function truthOf(run: JoinedRun, which: number, subject: number): readonly [least: number, most: number] {
  if (which === counters.published) {
    const acknowledged = count(messageIds(run), id => isOk(run, id) && run.messages.topic.get(id) === subject)
    const stored = run.log.filter(each => each.topic === subject).length
    // Tries with a key count where they came in and where they were passed on to; what was taken back counts.
    const tries = run.again.filter(({ id }) => run.messages.topic.get(id) === subject).length
    const back = count(messageIds(run), id => isCancelled(run, id) && run.messages.topic.get(id) === subject)
    return [acknowledged, Math.max(acknowledged, stored) + 2 * tries + back]
  }
  const settlement = run.settlements[subject]
  const truth =
    which === counters.delivered
      ? count(messageIds(run), id => (settlement?.deliveredAt.get(id) ?? never) !== never)
      : run.deadLetters.filter(letter => letter.subscription === subject).length
  return [truth, truth]
}

function isCancelled(run: JoinedRun, id: number): boolean {
  return run.messages.outcome.get(id) === outcomes.cancelled
}

function isOk(run: JoinedRun, id: number): boolean {
  return run.messages.outcome.get(id) === outcomes.ok
}

function count(ids: Iterable<number>, holds: (id: number) => boolean): number {
  let sum = 0
  for (const id of ids) if (holds(id)) sum++
  return sum
}
