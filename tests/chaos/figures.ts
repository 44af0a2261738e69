// pure
/**
 * The figures of a run that is in order: what a reader wants to know beside "nothing lost".
 * Takes a joined run. Gives counts, and for each fault how long it held things up.
 */
import { never, type Column } from './columns.js'
import { judgedLives } from './checks/leak.js'
import { wayNames, ways } from './ways.js'
import { copiesOf, messageIds, outcomes, type FaultSpan, type JoinedRun } from './joined-run.js'

export interface FaultFigure {
  readonly number: number
  readonly kind: string
  readonly seconds: number
  /** From its end, and that of faults that lie over it, to the first acknowledgement after it. */
  readonly publishingSeconds: number | null
  /** Longest silence of a subscription's partition that began while the fault lasted. */
  readonly silenceSeconds: number | null
}

export interface Figures {
  readonly invoked: number
  readonly acknowledged: number
  /** By the number of the way. */
  readonly acknowledgedByWay: readonly number[]
  /** Taken back in time. */
  readonly cancelled: number
  /** Messages that Kafka holds more than once. */
  readonly copies: number
  /** Questions for the status of accepted messages. */
  readonly statuses: number
  readonly refused: number
  readonly unknown: number
  readonly arrivals: number
  readonly deliveries: number
  readonly deadLetters: number
  readonly faults: readonly FaultFigure[]
  readonly seconds: number
  /** The most memory each process held, by its name, in MiB. */
  readonly memory: ReadonlyMap<string, number>
  /** Processes that lived long enough for the check of leaks. */
  readonly judgedLives: number
  /** The longest standstill of the farm itself. */
  readonly farmLateMs: number
}

export function figuresOf(run: JoinedRun): Figures {
  const ids = [...messageIds(run)]
  const having = (outcome: number): number =>
    ids.filter(id => run.messages.outcome.get(id) === outcome).length
  const ok = ids.filter(id => run.messages.outcome.get(id) === outcomes.ok)
  // A 202 comes without Kafka, so it says nothing about when Kafka took messages again.
  const okTimes = sortedTimes(
    ok.filter(id => run.messages.way.get(id) !== ways.spooled),
    run.messages.closedAt,
  )
  const rows = Array.from({ length: run.exchanges.count }, (_, row) => row)
  const places = arrivalsByPlace(run)
  const begun = run.messages.invokedAt.get(ids[0] ?? 0)
  return {
    invoked: ids.length,
    acknowledged: ok.length,
    acknowledgedByWay: wayNames.map((_, way) => ok.filter(id => run.messages.way.get(id) === way).length),
    cancelled: having(outcomes.cancelled),
    copies: copiesOf(run).size,
    statuses: run.statuses.length,
    refused: having(outcomes.refused),
    unknown: having(outcomes.unknown) + having(outcomes.open),
    arrivals: rows.length,
    deliveries: rows.filter(row => isDelivery(run.exchanges.status.get(row))).length,
    deadLetters: run.deadLetters.length,
    faults: run.faults.map(fault => figureOf(run, fault, okTimes, places)),
    memory: memoryOf(run),
    judgedLives: judgedLives(run).length,
    farmLateMs: run.lateness.reduce((longest, each) => Math.max(longest, each.until - each.from), 0),
    seconds: run.endedAt === never ? 0 : (run.endedAt - begun) / 1000,
  }
}

function memoryOf(run: JoinedRun): ReadonlyMap<string, number> {
  const most = new Map<string, number>()
  for (const { process, bytes } of run.memory) {
    const name = run.plan.processes[process] ?? ''
    most.set(name, Math.max(most.get(name) ?? 0, bytes / 1024 ** 2))
  }
  return most
}

function isDelivery(status: number): boolean {
  return status >= 200 && status <= 299
}

function sortedTimes(rows: readonly number[], times: Column): Float64Array {
  return Float64Array.from(rows, row => times.get(row)).sort()
}

function figureOf(
  run: JoinedRun,
  fault: FaultSpan,
  okTimes: Float64Array,
  places: Iterable<Float64Array>,
): FaultFigure {
  const healedAt = healedAfter(run, fault)
  const firstOk = okTimes.find(at => at >= healedAt)
  let silenceMs = 0
  for (const times of places) silenceMs = Math.max(silenceMs, silenceAround(times, fault))
  return {
    number: fault.number,
    kind: fault.kind,
    seconds: (fault.end - fault.begin) / 1000,
    publishingSeconds: firstOk === undefined ? null : (firstOk - healedAt) / 1000,
    silenceSeconds: silenceMs === 0 ? null : silenceMs / 1000,
  }
}

/** The end of `fault`, or of the last of those that began before it ended, one over another. */
function healedAfter(run: JoinedRun, { end }: FaultSpan): number {
  const over = run.faults.find(each => each.begin <= end && each.end > end)
  return over === undefined ? end : healedAfter(run, over)
}

/** The longest gap between two arrivals that spans a moment of the fault. The end of traffic is no gap. */
function silenceAround(times: Float64Array, fault: FaultSpan): number {
  let longest = 0
  let index = times.findIndex(at => at > fault.begin)
  for (; index > 0 && index < times.length && (times[index - 1] ?? never) <= fault.end; index++) {
    longest = Math.max(longest, (times[index] ?? 0) - (times[index - 1] ?? 0))
  }
  return longest
}

/** Times of arrival by subscription and partition, in order. Needs the log to know a message's partition. */
function arrivalsByPlace(run: JoinedRun): readonly Float64Array[] {
  const partitions = new Map(run.log.map(each => [each.id, each.partition]))
  const places = new Map<string, number[]>()
  for (let row = 0; row < run.exchanges.count; row++) {
    const partition = partitions.get(run.exchanges.id.get(row))
    if (partition === undefined) continue
    const place = `${run.exchanges.subscription.get(row)} ${partition}`
    const times = places.get(place)
    if (times === undefined) places.set(place, [run.exchanges.arrivedAt.get(row)])
    else times.push(run.exchanges.arrivedAt.get(row))
  }
  return [...places.values()].map(times => Float64Array.from(times))
}
