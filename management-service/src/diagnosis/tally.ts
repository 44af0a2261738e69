// pure
/**
 * The facts about a subscription, added up over partitions and processes.
 * Takes facts. Gives the figures that causes are told from; null where a source did not answer.
 */
import type { FailureCause } from '@iris/common/domain/failure-cause'
import { isUnanswered, lagOf, type ConsumerRow, type Facts } from './facts.js'

export interface Tally {
  readonly lag: number | null
  readonly partitionCount: number
  readonly publishedPerS: number | null
  /** Rows of processes that deliver it. */
  readonly running: readonly ConsumerRow[]
  /** Everything the processes said, from rows that do not run too. */
  readonly rows: readonly ConsumerRow[]
  readonly inflight: number
  readonly inflightMax: number
  readonly waiting: number
  readonly parked: number
  readonly nextDueInMs: number | null
  readonly attempts: number
  readonly succeeded: number
  /** Messages of the last minute. */
  readonly delivered: number
  readonly filtered: number
  readonly outcomes: ReadonlyMap<string, number>
  /** Null where no process that delivers told, or not all of them tell why attempts failed. */
  readonly lastMinute: LastMinute | null
  readonly meanMs: number | null
  readonly p99Ms: number | null
  readonly lastFailure: string | null
}

/** The attempts of the last minute, and why they failed. */
export interface LastMinute {
  readonly attempts: number
  /** The most frequent cause first. */
  readonly failures: readonly FailuresOfCause[]
}

/** Attempts that failed for one cause. */
export interface FailuresOfCause {
  readonly cause: FailureCause
  readonly count: number
  /** Of the newest. */
  readonly detail: string
  readonly agoMs: number
}

type Recent = NonNullable<ConsumerRow['recent']>

/** Adds up. */
export function tallyOf({ kafka, consumers }: Facts): Tally {
  const rows = isUnanswered(consumers)
    ? []
    : consumers.said.flatMap(({ answer }) => ('row' in answer && answer.row !== null ? [answer.row] : []))
  const running = rows.filter(row => row.delivery !== null)
  const recent = running.flatMap(row => row.recent ?? [])
  const attempts = sum(recent.map(each => each.attempts))
  const delivery = running.flatMap(row => row.delivery ?? [])
  const due = delivery.flatMap(each => each.nextDueInMs ?? [])
  const lastFailures = recent.flatMap(each => each.lastFailure ?? []).sort((a, b) => a.agoMs - b.agoMs)
  return {
    ...progressOf(kafka),
    rows,
    running,
    inflight: sum(delivery.map(each => each.inflight)),
    inflightMax: sum(delivery.map(each => each.inflightMax)),
    waiting: sum(delivery.map(each => each.waiting)),
    parked: sum(delivery.map(each => each.parked)),
    nextDueInMs: due.length === 0 ? null : Math.min(...due),
    attempts,
    succeeded: sum(recent.map(each => each.succeeded)),
    delivered: sum(recent.map(each => each.ended.delivered)),
    filtered: sum(recent.map(each => each.ended.filtered)),
    outcomes: merged(recent.map(each => each.outcomes)),
    lastMinute: lastMinuteOf(recent, attempts),
    meanMs: attempts === 0 ? null : sum(recent.map(each => (each.meanMs ?? 0) * each.attempts)) / attempts,
    p99Ms: recent.reduce<number | null>((most, { p99Ms }) => maxOf(most, p99Ms), null),
    lastFailure: lastFailures[0]?.detail ?? null,
  }
}

function progressOf(kafka: Facts['kafka']): Pick<Tally, 'lag' | 'partitionCount' | 'publishedPerS'> {
  if (isUnanswered(kafka)) return { lag: null, partitionCount: 0, publishedPerS: null }
  const { partitions } = kafka
  return {
    lag: sum(partitions.map(lagOf)),
    partitionCount: partitions.length,
    publishedPerS: sum(partitions.map(each => each.publishedLastMinute)) / 60,
  }
}

function merged(all: readonly Readonly<Record<string, number>>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const each of all)
    for (const [outcome, count] of Object.entries(each))
      counts.set(outcome, (counts.get(outcome) ?? 0) + count)
  return counts
}

/** Failures of a part of the processes beside the attempts of all would say that the others had none. */
function lastMinuteOf(recent: readonly Recent[], attempts: number): LastMinute | null {
  const failures = recent.flatMap(each => (each.failures === null ? [] : [each.failures]))
  const isTold = recent.length > 0 && failures.length === recent.length
  return isTold ? { attempts, failures: failuresOf(failures) } : null
}

function failuresOf(all: readonly NonNullable<Recent['failures']>[]): readonly FailuresOfCause[] {
  const found = new Map<FailureCause, FailuresOfCause>()
  for (const failures of all)
    for (const [cause, told] of Object.entries(failures)) {
      const known = found.get(cause)
      const newest = known === undefined || told.agoMs < known.agoMs ? told : known
      found.set(cause, { ...newest, cause, count: (known?.count ?? 0) + told.count })
    }
  return [...found.values()].sort((one, other) => other.count - one.count)
}

function maxOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
