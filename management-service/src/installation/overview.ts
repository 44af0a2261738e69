// pure
/**
 * The whole installation at a glance.
 * Takes the definitions that the caller may see, and what the services told lately. Gives counts, rates, what
 * is busy and what is stuck. Bounds: `busiestMax`, `stuckMax` rows; the counts beside them tell of all.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { splitSubscriptionId, subscriptionId, type SubscriptionId } from '@iris/common/domain/names'
import { circuits } from '@iris/common/metrics/figures'
import type { CatalogView } from '../catalog/catalog.js'
import type { SampledRates } from '../metrics/sampled-rates.js'
import { taskAnswer } from '../tasks/task-json.js'
import type { ToldRound } from './listing.js'
import { processShape, type ProcessRow } from './processes.js'
import { lagsOf, troublesOf } from './told.js'

const perS = z.number().nullable().describe('A second; null where nobody knows')
const count = z.int()
const named = { topic: z.string(), subscription: z.string() }

const stuckShape = z.object({
  ...named,
  cause: z.string().describe('`CIRCUIT_OPEN`, `ENDPOINT_DOWN`, `FENCED`, `HELD_BACK` or `NOT_RUNNING`'),
  text: z.string().describe('One line; `/why` tells more'),
  lag: count.describe('Messages that wait'),
  circuit: z.enum(circuits),
})
const circuitShape = z.object({ ...named, circuit: z.enum(circuits), text: z.string() })
const busyShape = z.object({
  topic: z.string(),
  publishedPerS: z.number(),
  deliveredPerS: z.number(),
  bytesPerS: z.number(),
})

/** The answer. */
export const overviewShape = z.object({
  at: z.string().describe('A date'),
  counts: z.object({
    groups: count,
    topics: count,
    subscriptions: count,
    suspended: count.describe('Subscriptions that are suspended'),
  }),
  rates: z.object({
    publishedPerS: perS,
    deliveredPerS: perS,
    failedPerS: perS,
    retriedPerS: perS,
    discardedPerS: perS,
  }),
  lag: count.nullable().describe('Messages that wait for all subscriptions, as far as consumers told'),
  busiest: z.array(busyShape),
  stuckCount: count,
  stuck: z.array(stuckShape).describe('Of which nothing gets through, the farthest behind first'),
  openCircuitCount: count,
  openCircuits: z.array(circuitShape).describe('Only probes go to these endpoints'),
  tasks: z.array(taskAnswer).nullable().describe('Under way; null where storage did not tell in time'),
  processCounts: z.object({ frontend: count, consumers: count, management: count }).nullable(),
  processes: z.array(processShape).nullable().describe('Only for who may read all groups'),
  problems: z.array(z.string()).describe('Sentences about the installation itself; empty when all is well'),
})
export type Overview = ValueOf<typeof overviewShape>

export interface OverviewFacts {
  readonly nowMs: number
  readonly names: Names
  /** Null where nobody knows. */
  readonly round: ToldRound
  readonly tasks: Overview['tasks']
  /** Null where ZooKeeper does not tell. */
  readonly processes: readonly ProcessRow[] | null
  readonly seesAll: boolean
}

export const busiestMax = 10
export const stuckMax = 50

/** Of what the caller may see, all that the overview needs. */
export interface Names {
  readonly groupCount: number
  readonly topics: ReadonlySet<string>
  /** By id, whether they are suspended. */
  readonly subscriptions: ReadonlyMap<string, boolean>
  readonly suspendedCount: number
}

/** Looks at all of it, once over. */
export function namesOf({ groups, topics, subscriptions }: CatalogView): Names {
  const ids = new Map<string, boolean>()
  let suspendedCount = 0
  for (const { topicName, name, state } of subscriptions) {
    if (state === 'SUSPENDED') suspendedCount++
    ids.set(subscriptionId(topicName, name), state === 'SUSPENDED')
  }
  const topicNames = new Set<string>(topics.map(({ name }) => name))
  return { groupCount: groups.length, topics: topicNames, subscriptions: ids, suspendedCount }
}

/** Looks at what was told, once over. */
export function overviewOf({ nowMs, names, round, tasks, processes, seesAll }: OverviewFacts): Overview {
  const { groupCount, topics, subscriptions: ids, suspendedCount } = names
  const lags = lagsOf(round?.pages ?? [])
  // What is suspended waits because somebody wants it to.
  const troubles = [...troublesOf(round?.pages ?? []).values()].filter(({ id }) => ids.get(id) === false)
  const stuck = troubles.map(trouble => ({ ...trouble, lag: lags.get(trouble.id) ?? 0 }))
  stuck.sort((one, other) => other.lag - one.lag || (one.id < other.id ? -1 : 1))
  const open = stuck.filter(({ circuit }) => circuit !== 'closed')
  return {
    at: new Date(nowMs).toISOString(),
    counts: {
      ...{ groups: groupCount, topics: topics.size, subscriptions: ids.size },
      suspended: suspendedCount,
    },
    ...movedOf(round?.rates ?? null, topics, ids),
    lag: round === null ? null : sumOf(lags, ids),
    stuckCount: stuck.length,
    stuck: stuck
      .slice(0, stuckMax)
      .map(({ id, cause, text, lag, circuit }) => ({ ...partsOf(id), cause, text, lag, circuit })),
    openCircuitCount: open.length,
    openCircuits: open.slice(0, stuckMax).map(({ id, circuit, text }) => ({ ...partsOf(id), circuit, text })),
    tasks,
    processCounts: processes === null ? null : countKinds(processes),
    processes: seesAll ? processes : null,
    problems: problemsOf(processes, ids.size - suspendedCount, seesAll),
  }
}

type Moved = Pick<Overview, 'rates' | 'busiest'>

function movedOf(
  rates: SampledRates | null,
  topics: ReadonlySet<string>,
  ids: ReadonlyMap<string, boolean>,
): Moved {
  if (rates === null) {
    const unknown = { publishedPerS: null, deliveredPerS: null, failedPerS: null }
    return { rates: { ...unknown, retriedPerS: null, discardedPerS: null }, busiest: [] }
  }
  const sums = { publishedPerS: 0, deliveredPerS: 0, failedPerS: 0, retriedPerS: 0, discardedPerS: 0 }
  const busy: Overview['busiest'][number][] = []
  for (const id of rates.ids()) {
    if (topics.has(id)) {
      const publishedPerS = rates.of(id, 'published')
      const [deliveredPerS, bytesPerS] = [rates.of(id, 'delivered'), rates.of(id, 'bytes')]
      sums.publishedPerS += publishedPerS
      busy.push({ topic: id, ...rounded({ publishedPerS, deliveredPerS, bytesPerS }) })
    } else if (ids.has(id)) {
      sums.deliveredPerS += rates.of(id, 'delivered')
      sums.failedPerS += rates.of(id, 'failures')
      sums.retriedPerS += rates.of(id, 'retries')
      sums.discardedPerS += rates.of(id, 'discarded')
    }
  }
  const weight = (each: Overview['busiest'][number]): number => each.publishedPerS + each.deliveredPerS
  busy.sort((one, other) => weight(other) - weight(one) || (one.topic < other.topic ? -1 : 1))
  return { rates: rounded(sums), busiest: busy.slice(0, busiestMax) }
}

/** To a thousandth. */
function rounded<T extends Readonly<Record<string, number>>>(values: T): T {
  const pairs = Object.entries(values).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000])
  return Object.fromEntries(pairs) as T
}

function sumOf(lags: ReadonlyMap<string, number>, seen: ReadonlyMap<string, boolean>): number {
  let sum = 0
  for (const [id, lag] of lags) if (seen.has(id)) sum += lag
  return sum
}

function partsOf(id: string): { readonly topic: string; readonly subscription: string } {
  return splitSubscriptionId(id as SubscriptionId)
}

function countKinds(processes: readonly ProcessRow[]): NonNullable<Overview['processCounts']> {
  const counts = { frontend: 0, consumers: 0, management: 0 }
  for (const { kind } of processes) counts[kind]++
  return counts
}

function problemsOf(processes: readonly ProcessRow[] | null, active: number, seesAll: boolean): string[] {
  if (processes === null) return ['ZooKeeper did not tell in time which processes live']
  const { frontend, consumers } = countKinds(processes)
  const silent = processes.filter(({ answering }) => answering === false)
  return [
    ...(frontend === 0 ? ['No frontend process lives: nothing can be published'] : []),
    ...(consumers === 0 && active > 0 ? ['No consumers process lives: nothing is delivered'] : []),
    ...(seesAll
      ? silent.map(({ kind, id }) => `The ${kind} process ${id} lives and does not answer`)
      : silentCounts(silent)),
  ]
}

/** For who may not see which processes there are. */
function silentCounts(silent: readonly ProcessRow[]): string[] {
  return Object.entries(countKinds(silent))
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `Of the ${kind} processes ${count} live and do not answer`)
}
