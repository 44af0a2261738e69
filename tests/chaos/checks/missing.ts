// pure
/**
 * Check 1 on Kafka's side, missing: an acknowledged message that is not in the log.
 * Needs the log; without it there is nothing to say.
 */
import { collectFindings, type Findings } from '../findings.js'
import { messageIds, outcomes, type JoinedRun } from '../joined-run.js'

export function findMissing(run: JoinedRun): Findings {
  const findings = collectFindings('missing')
  if (!run.plan.hasLog) return findings.done()
  const stored = new Set(run.log.map(each => each.id))
  for (const id of messageIds(run)) {
    if (run.messages.outcome.get(id) !== outcomes.ok || stored.has(id)) continue
    findings.add(id, -1, () => "acknowledged, but not in Kafka's log")
  }
  return findings.done()
}
