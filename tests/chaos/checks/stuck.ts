// pure
/**
 * Check 8, stuck: a backlog that stood still for too long after the last fault had healed.
 * While faults last nothing is owed; afterwards a subscription with something to do must settle something.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { messageIds, outcomes, owedFrom, type JoinedRun } from '../joined-run.js'

export function findStuck(run: JoinedRun): Findings {
  const findings = collectFindings('stuck')
  const healedAt = run.faults.reduce((latest, each) => Math.max(latest, each.end), -never)
  run.plan.subscriptions.forEach((subscription, index) => {
    const settlement = run.settlements[index]
    if (settlement === undefined) return
    const waits = [...messageIds(run)]
      .filter(id => run.messages.topic.get(id) === subscription.topic)
      .filter(id => run.messages.outcome.get(id) === outcomes.ok)
      .map(id => ({ id, from: owedFrom(run, id), until: settlement.settledAt.get(id) }))
    const still = longestStandstill(waits, healedAt, run.endedAt)
    if (still === null || still.ms <= run.plan.stuckMs) return
    const seconds = Math.round(still.ms / 1000)
    findings.add(still.id, index, () => `nothing was settled for ${seconds} s while this message waited`)
  })
  return findings.done()
}

interface Wait {
  readonly id: number
  readonly from: number
  readonly until: number
}

/** The longest time after `healedAt` without a settlement, in which at least one message waited all along. */
function longestStandstill(
  waits: readonly Wait[],
  healedAt: number,
  endedAt: number,
): { ms: number; id: number } | null {
  const settled = waits.map(each => each.until).filter(at => at > healedAt && at <= endedAt)
  const moments = [healedAt, ...settled.sort((one, other) => one - other), endedAt]
  const byEnd = [...waits].sort((one, other) => other.until - one.until)
  let longest: { ms: number; id: number } | null = null
  let earliest: Wait | undefined
  let next = 0
  // From the last gap to the first: what waits until after a gap's end also waited at the end of every
  // earlier one.
  for (let index = moments.length - 1; index > 0; index--) {
    const end = moments[index] ?? never
    for (; next < byEnd.length && (byEnd[next]?.until ?? 0) >= end; next++) {
      const each = byEnd[next]
      if (each !== undefined && each.from < (earliest?.from ?? never)) earliest = each
    }
    if (earliest === undefined || end === never) continue
    const ms = end - Math.max(moments[index - 1] ?? never, earliest.from)
    if (ms > (longest?.ms ?? 0)) longest = { ms, id: earliest.id }
  }
  return longest
}
