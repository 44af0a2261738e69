// pure
/**
 * Untrue status: what the status resource says at the end differs from what became of the message.
 * Asked after everything is delivered and committed, so nothing may still be under way. `UNKNOWN` is no lie.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { subscriptionsOf, type JoinedRun, type StatusReading } from '../joined-run.js'
import { messageStates, subscriptionStates } from '../records.js'

type Words = Readonly<Record<string, number>>

export function findUntrueStatuses(run: JoinedRun): Findings {
  const findings = collectFindings('untrue status')
  const places = new Map<number, Set<string>>()
  for (const { id, partition, offset } of run.log) {
    places.set(id, (places.get(id) ?? new Set()).add(`${partition}/${offset}`))
  }
  const dead = new Set(run.deadLetters.map(({ id, subscription }) => `${id} ${subscription}`))
  const told = new Map<number, Map<number, number>>()
  for (const { id, subscription, state } of run.subscriptionStatuses) {
    told.set(id, (told.get(id) ?? new Map<number, number>()).set(subscription, state))
    const isDead = dead.has(`${id} ${subscription}`)
    const problem = problemOfSubscription(run, { id, subscription, state, isDead })
    if (problem !== null) findings.add(id, subscription, () => problem)
  }
  for (const each of run.statuses) {
    const problem = problemOfMessage(run, each, places.get(each.id), told.get(each.id) ?? new Map())
    if (problem !== null) findings.add(each.id, -1, () => problem)
  }
  return findings.done()
}

interface Told {
  readonly id: number
  readonly subscription: number
  readonly state: number
  readonly isDead: boolean
}

function problemOfSubscription(run: JoinedRun, { id, subscription, state, isDead }: Told): string | null {
  if (state === subscriptionStates.UNKNOWN) return null
  const isDelivered = (run.settlements[subscription]?.deliveredAt.get(id) ?? never) !== never
  const isTrue = state === subscriptionStates.DEAD ? isDead : state === truthOf(isDelivered, isDead, state)
  return isTrue ? null : `its status is ${wordOf(subscriptionStates, state)}, ${fateOf(isDelivered, isDead)}`
}

/** Who has taken it may be told either way; who has not is dead or still waits. */
function truthOf(isDelivered: boolean, isDead: boolean, state: number): number {
  if (isDead) return isDelivered ? state : subscriptionStates.DEAD
  if (!isDelivered) return subscriptionStates.PENDING
  return state === subscriptionStates.SETTLED ? state : subscriptionStates.DELIVERED
}

function fateOf(isDelivered: boolean, isDead: boolean): string {
  return isDelivered
    ? 'but it was delivered'
    : isDead
      ? 'but it is a dead letter'
      : 'but it was not delivered'
}

function problemOfMessage(
  run: JoinedRun,
  { id, state, partition, offset }: StatusReading,
  places: ReadonlySet<string> | undefined,
  told: ReadonlyMap<number, number>,
): string | null {
  const word = wordOf(messageStates, state)
  const isThere = offset < 0 || places?.has(`${partition}/${offset}`) === true
  if (!isThere) return `its status names partition ${partition} and offset ${offset}, where it does not lie`
  if (state === 0 || state === messageStates.NOT_KNOWN) return `nobody tells its status (${word})`
  if (state === messageStates.ACCEPTED) return 'its status is ACCEPTED after everything was delivered'
  const owed = subscriptionsOf(run.plan, run.messages.topic.get(id))
  const states = owed.map(each => told.get(each) ?? 0)
  const hasDead = states.includes(subscriptionStates.DEAD)
  const isUnclear = states.includes(subscriptionStates.UNKNOWN) || states.includes(subscriptionStates.PENDING)
  if (state === messageStates.FAILED) return hasDead ? null : 'its status is FAILED, and nobody buried it'
  if (state === messageStates.STORED && owed.length > 0 && !isUnclear)
    return 'its status is STORED, all are done'
  const isWhole = !states.includes(0) && !isUnclear && !hasDead
  return state === messageStates.DELIVERED && !isWhole ? 'its status is DELIVERED, not all took it' : null
}

function wordOf(words: Words, state: number): string {
  return Object.entries(words).find(([, number]) => number === state)?.[0] ?? `state ${state}`
}
