// pure
/**
 * Doubled: one publish request that Kafka holds twice.
 * The lanes promise this away even when answers get lost, so no fault excuses it.
 */
import { collectFindings, type Findings } from '../findings.js'
import type { JoinedRun, StoredRecord } from '../joined-run.js'

export function findDoubled(run: JoinedRun): Findings {
  const findings = collectFindings('doubled')
  const first = new Map<number, StoredRecord>()
  for (const each of run.log) {
    const earlier = first.get(each.id)
    if (earlier === undefined) {
      first.set(each.id, each)
      continue
    }
    const places = [earlier, each].map(place => `${place.partition}/${place.offset}`).join(' and ')
    findings.add(each.id, -1, () => `stored twice, at partition/offset ${places}`)
  }
  return findings.done()
}
