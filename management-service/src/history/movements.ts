// pure
/**
 * What moved between two looks at all processes: of the whole, of each topic and of each subscription.
 * Takes a round. Gives a row each for what moved or waits; who did nothing has none, nor has who may have
 * done something in a process that did not answer. Latencies are told from the differences of buckets, so
 * that those of several processes add up.
 */
import { quantileOfCounts } from '@iris/common/metrics/quantiles'
import type { Work } from '@iris/common/time/turns'
import type { Round } from '../metrics/own-rates.js'
import type { SamplePair } from '../metrics/sampled-rates.js'

/** What is kept of each, in this order. Counts are a second. */
export const seriesNames = [
  'published',
  'delivered',
  'failed',
  'retried',
  'discarded',
  'latencyP50Ms',
  'latencyP99Ms',
  'publishP50Ms',
  'publishP99Ms',
  'lag',
] as const
export type SeriesName = (typeof seriesNames)[number]

/** Null is a latency of nothing, or what nobody knows. */
export type Movement = Readonly<Record<SeriesName, number | null>>

export interface Movements {
  /** Null where a process did not answer. */
  readonly all: Movement | null
  /** By `group.topic`, or `group.topic$subscription`. */
  readonly of: ReadonlyMap<string, Movement>
}

/** Of whom nothing moved. */
export const stillness: Movement = {
  ...{ published: 0, delivered: 0, failed: 0, retried: 0, discarded: 0, lag: 0 },
  ...{ latencyP50Ms: null, latencyP99Ms: null, publishP50Ms: null, publishP99Ms: null },
}

type CountName = 'published' | 'delivered' | 'failed' | 'retried' | 'discarded'
const countOf: Readonly<Record<string, CountName>> = {
  published: 'published',
  delivered: 'delivered',
  failures: 'failed',
  retries: 'retried',
  discarded: 'discarded',
}
/** Closer samples make no rate. */
const spanMinMs = 100

interface Sum {
  readonly counts: Record<CountName, number>
  readonly attempts: Map<number, number>
  readonly publishes: Map<number, number>
  lag: number
}

/** Adds up, row by row. */
export function* movementsOf({
  pairs,
  pages,
  untold,
}: Pick<Round, 'pairs' | 'pages' | 'untold'>): Work<Movements> {
  const all = emptySum()
  const sums = new Map<string, Sum>()
  const sumsOf = (id: string): readonly Sum[] => {
    const dollar = id.indexOf('$')
    const own = sumOf(sums, id)
    return dollar < 0 ? [own, all] : [own, sumOf(sums, id.slice(0, dollar)), all]
  }
  for (const pair of pairs) yield* addPair(pair, sumsOf)
  for (const { lags } of pages)
    for (const [id, lag] of lags) {
      for (const sum of sumsOf(id)) sum.lag += lag
      yield
    }
  const isKnown = yield* knownBeside(untold)
  const of = new Map<string, Movement>()
  for (const [id, sum] of sums) {
    if (isKnown(id)) of.set(id, movementOf(sum))
    yield
  }
  return { all: untold.length === 0 ? movementOf(all) : null, of }
}

/** Whether those that did not answer cannot have moved it, for all that they told before. */
function* knownBeside(untold: Round['untold']): Work<(id: string) => boolean> {
  if (untold.includes(null)) return () => false
  const unknown = new Set<string>()
  for (const page of untold)
    for (const table of [page?.figures, page?.lags])
      for (const id of table?.keys() ?? []) {
        unknown.add(id).add(id.split('$', 1)[0] ?? id)
        yield
      }
  return id => !unknown.has(id)
}

function* addPair({ before, after }: SamplePair, sumsOf: (id: string) => readonly Sum[]): Work<void> {
  const spanS = (after.atMs - before.atMs) / 1_000
  if (spanS * 1_000 < spanMinMs) return
  for (const [id, row] of after.figures) {
    const former = before.figures.get(id)
    for (const [figure, value] of Object.entries(row)) {
      const name = countOf[figure]
      const rate = name === undefined ? 0 : grown(former?.[figure] ?? 0, value) / spanS
      if (name === undefined || rate === 0) continue
      for (const sum of sumsOf(id)) sum.counts[name] += rate
    }
    yield
  }
  for (const [id, pairs] of after.latencies) {
    const counts = bucketsOf(pairs)
    const former = bucketsOf(before.latencies.get(id) ?? [])
    for (const [index, count] of counts) {
      const added = grown(former.get(index) ?? 0, count)
      if (added === 0) continue
      for (const sum of sumsOf(id)) {
        const into = id.includes('$') ? sum.attempts : sum.publishes
        into.set(index, (into.get(index) ?? 0) + added)
      }
    }
    yield
  }
}

/** A bucket may be named twice: its counts add up. */
function bucketsOf(pairs: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [index = 0, count = 0] = [pairs[at], pairs[at + 1]]
    counts.set(index, (counts.get(index) ?? 0) + count)
  }
  return counts
}

function sumOf(sums: Map<string, Sum>, id: string): Sum {
  let sum = sums.get(id)
  if (sum === undefined) sums.set(id, (sum = emptySum()))
  return sum
}

function emptySum(): Sum {
  const counts = { published: 0, delivered: 0, failed: 0, retried: 0, discarded: 0 }
  return { counts, attempts: new Map(), publishes: new Map(), lag: 0 }
}

function movementOf({ counts, attempts, publishes, lag }: Sum): Movement {
  return {
    ...{ ...counts, lag },
    latencyP50Ms: msOf(quantileOfCounts(attempts, 0.5)),
    latencyP99Ms: msOf(quantileOfCounts(attempts, 0.99)),
    publishP50Ms: msOf(quantileOfCounts(publishes, 0.5)),
    publishP99Ms: msOf(quantileOfCounts(publishes, 0.99)),
  }
}

function msOf(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000
}

/** A counter that fell began anew. */
function grown(before: number, after: number): number {
  return after >= before ? after - before : after
}
