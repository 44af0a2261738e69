// pure
/**
 * Check 5, unexplained repeat: a message arrives again after a whole 2xx answer had left.
 * Each repeat is laid to the latest fault that lies between that answer and the new arrival; a repeat
 * without one is a finding. Gives the repeats of each cause as well.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { copiesOf, type FaultSpan, type JoinedRun } from '../joined-run.js'
import type { RunPlan } from '../plan.js'

export interface RepeatsByCause extends Findings {
  /** Cause, as `#number kind`, with its repeats. */
  readonly byCause: ReadonlyMap<string, number>
  readonly total: number
}

export function findRepeated(run: JoinedRun): RepeatsByCause {
  const findings = collectFindings('repeated')
  const byCause = new Map<string, number>()
  let total = 0
  for (const { subscription, id, deliveredAt, arrivedAt, cause } of repeatsOf(run)) {
    total++
    if (cause === undefined) {
      const waitedMs = Math.round(arrivedAt - deliveredAt)
      findings.add(
        id,
        subscription,
        () => `arrived again ${waitedMs} ms after a whole 2xx, and no fault explains it`,
      )
      continue
    }
    const name = `#${cause.number} ${cause.kind}`
    byCause.set(name, (byCause.get(name) ?? 0) + 1)
  }
  return { ...findings.done(), byCause, total }
}

/** One arrival after a whole 2xx answer, and the fault that it is laid to. */
export interface Repeat {
  readonly subscription: number
  readonly id: number
  readonly deliveredAt: number
  readonly arrivedAt: number
  readonly cause: FaultSpan | undefined
}

/** Every repeat of a run, in order of arrival, but for those of messages that Kafka holds more than once. */
export function* repeatsOf(run: JoinedRun): Generator<Repeat> {
  const { exchanges } = run
  const copies = copiesOf(run)
  const excused = new Map<string, number>()
  for (let row = 0; row < exchanges.count; row++) {
    const subscription = exchanges.subscription.get(row)
    const id = exchanges.id.get(row)
    const deliveredAt = run.settlements[subscription]?.deliveredAt.get(id) ?? never
    const arrivedAt = exchanges.arrivedAt.get(row)
    if (arrivedAt <= deliveredAt) continue
    // Each copy in Kafka is delivered; whether there may be copies is another check's question.
    const place = `${subscription} ${id}`
    const left = excused.get(place) ?? (copies.get(id) ?? 1) - 1
    excused.set(place, left - 1)
    if (left > 0) continue
    yield { subscription, id, deliveredAt, arrivedAt, cause: causeOf(run, deliveredAt, arrivedAt) }
  }
}

/**
 * A fault explains a repeat when it, or its effects, met the delivery before its commit was done, and the
 * repeat came after the fault had begun. A message that was settled and committed long before a kill must not
 * come again, nor one that was delivered by those who lived on, however long the dead one stays away.
 */
function causeOf({ faults, plan }: JoinedRun, deliveredAt: number, arrivedAt: number): FaultSpan | undefined {
  return faults.findLast(
    fault =>
      !harmless.has(fault.kind) &&
      fault.begin <= arrivedAt &&
      deliveredAt >= fault.begin - plan.commitLagMs &&
      deliveredAt <= lastMetBy(fault, plan),
  )
}

/** The last moment at which a delivery can have been met by `fault`. */
function lastMetBy({ kind, begin, end }: FaultSpan, plan: RunPlan): number {
  if (killing.has(kind)) return begin + killedWithinMs
  return end + (commitless.has(kind) ? plan.commitLagMs : plan.graceMs)
}

/** Ends a process that owns slots: what it had not committed at that moment comes again. */
export const killing: ReadonlySet<string> = new Set(['consumers-kill', 'consumers-leader-kill'])

/** While these last nobody can commit; owners stay who they are. */
export const commitless: ReadonlySet<string> = new Set([
  'broker-kill',
  'broker-pause',
  'broker-freeze',
  'brokers-kill',
  'disk-full',
])

/** From the record of a kill to the last byte of the killed process, the leader looked up before. */
export const killedWithinMs = 2_000

/** Spoils the link between frontends and Kafka: no word comes, or a wrong one. */
export const onTheLink: ReadonlySet<string> = new Set([
  'lost-answers',
  'late-answers',
  'cut-answers',
  'stale-answers',
  'garbled-answers',
  'silent-link',
])

/** Faults between publisher and Kafka can make no subscriber see a message twice. */
const harmless = new Set(['frontend-kill', 'frontend-pause', 'producer-ids-lost', ...onTheLink])
