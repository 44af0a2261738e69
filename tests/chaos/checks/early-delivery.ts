// pure
/**
 * Early delivery: a message for later that arrived before its time.
 */
import { collectFindings, type Findings } from '../findings.js'
import type { JoinedRun } from '../joined-run.js'

/** The time was told by the clock of the day, which is moved while it runs, and is judged by another. */
const toleranceMs = 10

export function findEarlyDeliveries(run: JoinedRun): Findings {
  const findings = collectFindings('early delivery')
  const { exchanges, messages } = run
  for (let row = 0; row < exchanges.count; row++) {
    const id = exchanges.id.get(row)
    if (id > messages.idMax) continue
    const earlyMs = Math.round(messages.dueAt.get(id) - exchanges.arrivedAt.get(row))
    if (earlyMs <= toleranceMs) continue
    findings.add(id, exchanges.subscription.get(row), () => `arrived ${earlyMs} ms before its time`)
  }
  return findings.done()
}
