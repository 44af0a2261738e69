// pure
/**
 * Check 11, repeats over a kill: after a kill, more messages came again at a subscription than the killed
 * process can have had under way or have settled since its last commit.
 * Takes a joined run. Gives a finding for each kill and subscription over its bound, and how near all came.
 */
import { collectFindings, type Findings } from '../findings.js'
import { messageIds, type FaultSpan, type JoinedRun } from '../joined-run.js'
import { commitless, killing, repeatsOf } from './repeated.js'

/** What came again at one subscription after one kill. */
export interface KillRepeats {
  readonly fault: FaultSpan
  readonly subscription: number
  readonly repeated: number
  readonly allowed: number
}

export interface RepeatsOfKills extends Findings {
  readonly kills: readonly KillRepeats[]
}

export function findKillRepeats(run: JoinedRun): RepeatsOfKills {
  const findings = collectFindings('repeats of a kill')
  const kills = [...repeatedByKill(run)].map(([{ fault, subscription }, ids]): KillRepeats => {
    const allowed = underWayMax(run, subscription) + uncommittedCount(run, subscription, fault.begin)
    if (ids.size > allowed) {
      const what = `#${fault.number} ${fault.kind}`
      const [id = 0] = ids
      findings.add(id, subscription, () => `${ids.size} came again after ${what}, at most ${allowed} may`)
    }
    return { fault, subscription, repeated: ids.size, allowed }
  })
  return { ...findings.done(), kills }
}

interface Place {
  readonly fault: FaultSpan
  readonly subscription: number
}

/** The messages that came again, each once, by the kill they are laid to and their subscription. */
function repeatedByKill(run: JoinedRun): ReadonlyMap<Place, Set<number>> {
  const places = new Map<string, Place>()
  const ids = new Map<Place, Set<number>>()
  for (const { cause, subscription, id } of repeatsOf(run)) {
    if (cause === undefined || !killing.has(cause.kind)) continue
    const name = `${cause.number} ${subscription}`
    const place = places.get(name) ?? { fault: cause, subscription }
    places.set(name, place)
    ids.set(place, (ids.get(place) ?? new Set()).add(id))
  }
  return ids
}

function underWayMax({ plan }: JoinedRun, subscription: number): number {
  return (plan.subscriptions[subscription]?.inflight ?? 0) * plan.slotsMax
}

/**
 * Messages whose 2xx had left before `killedAt` and whose commit can have been missing then: settled within
 * the time that a commit may take, and not below the offset that was last seen committed.
 */
function uncommittedCount(run: JoinedRun, subscription: number, killedAt: number): number {
  const { commitLagMs, subscriptions } = run.plan
  const since = run.faults
    .filter(each => commitless.has(each.kind) && each.begin < killedAt && each.end + commitLagMs > killedAt)
    .reduce((earliest, each) => Math.min(earliest, each.begin - commitLagMs), killedAt - commitLagMs)
  const committed = committedAt(run, subscription, killedAt)
  const places = new Map(
    run.log.filter(each => each.topic === subscriptions[subscription]?.topic).map(each => [each.id, each]),
  )
  let count = 0
  for (const id of messageIds(run)) {
    const deliveredAt = run.settlements[subscription]?.deliveredAt.get(id) ?? 0
    if (deliveredAt < since || deliveredAt > killedAt) continue
    const place = places.get(id)
    if (place === undefined || place.offset >= (committed.get(place.partition) ?? 0)) count++
  }
  return count
}

/** The offset last seen committed before `time`, by partition. */
function committedAt(run: JoinedRun, subscription: number, time: number): ReadonlyMap<number, number> {
  const committed = new Map<number, number>()
  for (const each of run.commits) {
    if (each.subscription !== subscription || each.time > time) continue
    committed.set(each.partition, Math.max(each.offset, committed.get(each.partition) ?? 0))
  }
  return committed
}
