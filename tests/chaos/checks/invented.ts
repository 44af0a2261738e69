// pure
/**
 * Check 2, invented: an arrival that nobody may have caused.
 * Finds ids that were never published, that were refused, or that belong to another topic;
 * and messages that were refused, or taken back in time, and that Kafka holds all the same.
 */
import { collectFindings, type Findings } from '../findings.js'
import { outcomes, type JoinedRun } from '../joined-run.js'

export function findInvented(run: JoinedRun): Findings {
  const findings = collectFindings('invented')
  const { exchanges } = run
  const look = (id: number, subscription: number, where: string): void => {
    const problem = problemOf(run, id, run.plan.subscriptions[subscription]?.topic ?? -1)
    if (problem !== null) findings.add(id, subscription, () => `${where}, but ${problem}`)
  }

  for (let row = 0; row < exchanges.count; row++) {
    look(exchanges.id.get(row), exchanges.subscription.get(row), 'delivered')
  }
  for (const letter of run.deadLetters) look(letter.id, letter.subscription, 'dead-lettered')
  for (const each of run.log) {
    const problem = problemOf(run, each.id, each.topic)
    if (problem !== null) findings.add(each.id, -1, () => `stored, but ${problem}`)
  }
  return findings.done()
}

function problemOf(run: JoinedRun, id: number, topic: number): string | null {
  const outcome = run.messages.outcome.get(id)
  if (outcome === outcomes.none) return 'nobody published it'
  if (outcome === outcomes.cancelled) return 'it was taken back in time'
  if (outcome === outcomes.refused) return 'its publisher was told that it is not stored'
  const own = run.messages.topic.get(id)
  return own === topic ? null : `it was published on topic ${own}, not ${topic}`
}
