// pure
/**
 * Check 1, lost: an acknowledged message that a subscription never settled.
 * Settled is a whole 2xx answer, or a record in the dead-letter topic.
 * Gives one finding a message and subscription, with what Kafka says of its place.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { messageIds, outcomes, subscriptionsOf, type JoinedRun } from '../joined-run.js'

export function findLost(run: JoinedRun): Findings {
  const findings = collectFindings('lost')
  const subscribers = run.plan.topics.map((_, topic) => subscriptionsOf(run.plan, topic))
  for (const id of messageIds(run)) {
    if (run.messages.outcome.get(id) !== outcomes.ok) continue
    for (const subscription of subscribers[run.messages.topic.get(id)] ?? []) {
      if (run.settlements[subscription]?.settledAt.get(id) !== never) continue
      findings.add(
        id,
        subscription,
        () => `acknowledged and never settled: ${whereabouts(run, id, subscription)}`,
      )
    }
  }
  return findings.done()
}

/** Tells a message that was jumped over from one that still waits: the first is lost, the second late. */
function whereabouts(run: JoinedRun, id: number, subscription: number): string {
  const place = run.log.find(each => each.id === id)
  if (place === undefined) return run.plan.hasLog ? "it is not in Kafka's log" : "Kafka's log was not read"
  const committed = run.commits
    .filter(each => each.subscription === subscription && each.partition === place.partition)
    .reduce((highest, each) => Math.max(highest, each.offset), -1)
  const where = `partition ${place.partition}, offset ${place.offset}, last committed ${committed}`
  return committed > place.offset ? `jumped over at ${where}` : `still waiting at ${where}`
}
