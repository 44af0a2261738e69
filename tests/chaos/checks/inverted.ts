// pure
/**
 * Inverted: two acknowledged messages of one key that lie in Kafka in the wrong order.
 * The publisher begins a key's next message after the answer to the one before, so the log must rise. What
 * lies there twice counts where it lies first; what is for later has its time instead of an order.
 */
import { collectFindings, type Findings } from '../findings.js'
import { ways } from '../ways.js'
import { outcomes, type JoinedRun } from '../joined-run.js'

export function findInverted(run: JoinedRun): Findings {
  const findings = collectFindings('inverted')
  const { messages } = run
  const highest = new Map<string, number>()
  const seen = new Set<number>()
  const inLogOrder = [...run.log].sort(
    (one, other) => one.topic - other.topic || one.partition - other.partition || one.offset - other.offset,
  )
  for (const { topic, id, partition, offset } of inLogOrder) {
    if (messages.outcome.get(id) !== outcomes.ok || messages.way.get(id) === ways.scheduled) continue
    if (seen.has(id)) continue
    seen.add(id)
    const key = `${topic} ${messages.key.get(id)}`
    const sequence = messages.sequence.get(id)
    const before = highest.get(key) ?? -1
    if (sequence < before) {
      findings.add(
        id,
        -1,
        () => `number ${sequence} of its key lies at ${partition}/${offset}, after ${before}`,
      )
    }
    highest.set(key, Math.max(before, sequence))
  }
  return findings.done()
}
