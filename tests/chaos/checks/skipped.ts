// pure
/**
 * Check 4, skipped: on an ordered subscription, the first arrival of a message while an earlier acknowledged
 * one of its key was neither delivered nor dead-lettered.
 * Going back after a fault is allowed, jumping ahead never.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { ways } from '../ways.js'
import { messageIds, outcomes, type JoinedRun } from '../joined-run.js'

/** Times of dead letters come from Kafka in whole milliseconds. */
const toleranceMs = 2

export function findSkipped(run: JoinedRun): Findings {
  const findings = collectFindings('skipped')
  run.plan.subscriptions.forEach((subscription, index) => {
    const settlement = run.settlements[index]
    if (subscription.ordering !== 'KEY' || settlement === undefined) return
    const { firstArrivalAt, settledAt } = settlement
    for (const ids of keysInOrder(run, subscription.topic)) {
      let latest = { id: 0, at: -never }
      for (const id of ids) {
        const arrivedAt = firstArrivalAt.get(id)
        if (arrivedAt !== never && latest.at > arrivedAt + toleranceMs) {
          const earlier = run.messages.sequence.get(latest.id)
          findings.add(id, index, () => `tried while number ${earlier} of its key (id ${latest.id}) was open`)
        }
        const mustWait = run.messages.outcome.get(id) === outcomes.ok
        if (mustWait && settledAt.get(id) > latest.at) latest = { id, at: settledAt.get(id) }
      }
    }
  })
  return findings.done()
}

/**
 * The ids of each key of `topic`, in the order in which they were published. Ids rise with time. Messages for
 * later come in the order of their times.
 */
function keysInOrder(run: JoinedRun, topic: number): Iterable<readonly number[]> {
  const keys = new Map<number, number[]>()
  for (const id of messageIds(run)) {
    if (run.messages.topic.get(id) !== topic || run.messages.way.get(id) === ways.scheduled) continue
    const key = run.messages.key.get(id)
    const ids = keys.get(key)
    if (ids === undefined) keys.set(key, [id])
    else ids.push(id)
  }
  return keys.values()
}
