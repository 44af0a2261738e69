// pure
/**
 * Check 3, changed: other bytes than were published, or another message id than was answered.
 * Looks at every arrival, every dead letter and every record of the log.
 */
import { collectFindings, type Findings } from '../findings.js'
import { outcomes, type JoinedRun } from '../joined-run.js'

export function findChanged(run: JoinedRun): Findings {
  const findings = collectFindings('changed')
  const { exchanges, messages } = run
  const isKnown = (id: number): boolean => messages.outcome.get(id) !== outcomes.none

  for (let row = 0; row < exchanges.count; row++) {
    const id = exchanges.id.get(row)
    if (!isKnown(id)) continue
    const subscription = exchanges.subscription.get(row)
    if (exchanges.hash.get(row) !== messages.hash.get(id)) {
      findings.add(id, subscription, () => 'the body arrived with other bytes')
    }
    const promised = messages.messageId.get(id)
    if (promised !== 0 && exchanges.messageId.get(row) !== promised) {
      findings.add(id, subscription, () => 'it arrived under another message id than the publisher was given')
    }
  }
  for (const { id, hash, subscription } of run.deadLetters) {
    if (isKnown(id) && hash !== messages.hash.get(id)) {
      findings.add(id, subscription, () => 'the dead letter has other bytes')
    }
  }
  for (const { id, hash, messageId } of run.log) {
    if (!isKnown(id)) continue
    const promised = messages.messageId.get(id)
    if (hash !== messages.hash.get(id)) findings.add(id, -1, () => 'Kafka holds other bytes')
    if (promised !== 0 && messageId !== promised) {
      findings.add(id, -1, () => 'Kafka holds it under another message id than the publisher was given')
    }
  }
  return findings.done()
}
