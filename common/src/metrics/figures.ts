// pure
/**
 * The figures that management's rates and history are told from, as one process counts them.
 * Takes its counters, and of a consumers process what its subscriptions say in passing. Gives a page with a
 * row a topic or subscription, and reads such a page.
 * Promises: a page of any size is made and read in turns; rows of nothing but zeros are left out, so that it
 * is small whatever is defined; one of another version is read as far as it is understood.
 */
import { z } from 'zod'
import { consumersMetrics, frontendMetrics, type MetricDefinition } from './names.js'
import type { Metrics } from './registry.js'
import { jsonList } from '../time/json-in-turns.js'
import type { Work } from '../time/turns.js'

/** Where processes show them, among their status pages. */
export const figuresPath = '/status/figures'

export const topicFigureNames = ['requests', 'bytes'] as const
export const subscriptionFigureNames = [
  'delivered',
  'timeouts',
  'otherErrors',
  'retries',
  'batches',
  'bytes',
  'codes2xx',
  'codes3xx',
  'codes4xx',
  'codes5xx',
] as const
/** What only Iris' own pages show, not Hermes' metrics. */
export const furtherFigureNames = {
  topic: ['published'],
  subscription: ['failures', 'discarded', 'filtered'],
} as const

export type TopicFigure = (typeof topicFigureNames)[number]
export type SubscriptionFigure = (typeof subscriptionFigureNames)[number]
export type FurtherFigure = (typeof furtherFigureNames)[keyof typeof furtherFigureNames][number]

/** Values by id and figure: `group.topic`, or `group.topic$subscription`. */
export type FigureTable = ReadonlyMap<string, Readonly<Record<string, number>>>

/** Observations by id: bucket and count, bucket and count, as `quantiles.ts` has buckets. */
export type BucketTable = ReadonlyMap<string, readonly number[]>

/** Whether messages flow to an endpoint, or only probes: for a moment, or for long. */
export const circuits = ['closed', 'probing', 'open'] as const

/** Why a subscription gets nowhere, in passing. */
export const troubleShape = z.object({
  /** `group.topic$subscription`. */
  id: z.string(),
  cause: z.string(),
  text: z.string(),
  circuit: z.enum(circuits),
})
export type Trouble = Readonly<z.infer<typeof troubleShape>>

/** What a subscription says in passing. */
export interface SubscriptionSign {
  readonly id: string
  /** Messages behind the end of the partitions that are read here, as far as Kafka has told of it. */
  readonly lag: number
  readonly trouble: Omit<Trouble, 'id'> | null
}

/** One page, read. */
export interface FiguresPage {
  readonly figures: FigureTable
  /** Seconds that an attempt took or, of a topic, a publish. */
  readonly latencies: BucketTable
  readonly lags: ReadonlyMap<string, number>
  readonly troubles: readonly Trouble[]
}

/** Subscriptions in trouble that one page names. */
export const troublesMax = 1_000

/** The page of a frontend. */
export function* topicFigures(metrics: Metrics): Work<string> {
  const table = createTable(metrics, [...topicFigureNames, ...furtherFigureNames.topic])
  yield* table.add(frontendMetrics.topicRequests, () => 'requests')
  yield* table.add(frontendMetrics.topicBytes, () => 'bytes')
  yield* table.add(frontendMetrics.topicPublished, () => 'published')
  const latencies = yield* latencyRows(metrics, [frontendMetrics.leaderLatency, frontendMetrics.allLatency])
  return yield* pageText(table, { latencies })
}

/** The page of a consumers process. */
export function* subscriptionFigures(metrics: Metrics, signs: Iterable<SubscriptionSign>): Work<string> {
  const table = createTable(metrics, [...subscriptionFigureNames, ...furtherFigureNames.subscription])
  yield* table.add(consumersMetrics.delivered, () => 'delivered')
  yield* table.add(consumersMetrics.timeouts, () => 'timeouts')
  yield* table.add(consumersMetrics.otherErrors, () => 'otherErrors')
  yield* table.add(consumersMetrics.retries, () => 'retries')
  yield* table.add(consumersMetrics.batches, () => 'batches')
  yield* table.add(consumersMetrics.throughputBytes, () => 'bytes')
  yield* table.add(consumersMetrics.statusCodes, labels => `codes${labels[3]?.[0] ?? ''}xx`)
  yield* table.add(consumersMetrics.failures, () => 'failures')
  yield* table.add(consumersMetrics.discarded, () => 'discarded')
  yield* table.add(consumersMetrics.filteredOut, () => 'filtered')
  const latencies = yield* latencyRows(metrics, [consumersMetrics.latency])
  const [lags, troubles]: [unknown[], Trouble[]] = [[], []]
  for (const { id, lag, trouble } of signs) {
    if (lag > 0) lags.push([id, lag])
    if (trouble !== null && troubles.length < troublesMax) troubles.push({ id, ...trouble })
    yield
  }
  return yield* pageText(table, { latencies, lags, troubles })
}

const rowsShape = z.array(z.unknown()).default([])
const pageShape = z.object({
  figures: z.array(z.string()),
  rows: z.array(z.unknown()),
  ...{ latencies: rowsShape, lags: rowsShape },
  troubles: z.array(troubleShape).default([]).catch([]),
})

/** Reads a page, row by row; null where it is none. */
export function* readFigures(json: unknown): Work<FiguresPage | null> {
  const page = pageShape.safeParse(json)
  if (!page.success) return null
  const { figures: names, troubles } = page.data
  const figures = yield* readRows(page.data.rows, values =>
    Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0])),
  )
  const latencies = yield* readRows(page.data.latencies, pairs => pairs)
  const lags = yield* readRows(page.data.lags, ([lag = 0]) => lag)
  return figures === null || latencies === null || lags === null
    ? null
    : { figures, latencies, lags, troubles }
}

/** Rows of an id and numbers, by their ids; null where one is something else. */
function* readRows<T>(
  rows: readonly unknown[],
  valueOf: (numbers: readonly number[]) => T,
): Work<ReadonlyMap<string, T> | null> {
  const read = new Map<string, T>()
  for (const row of rows) {
    if (!Array.isArray(row)) return null
    const [id, ...numbers] = row as readonly unknown[]
    if (typeof id !== 'string' || !numbers.every(each => typeof each === 'number')) return null
    read.set(id, valueOf(numbers))
    yield
  }
  return read
}

/** A row: an id and its figures, in the order of the table. */
type Row = [id: string, ...figures: number[]]

interface Table {
  readonly figures: readonly string[]
  readonly rows: ReadonlyMap<string, Row>
  /** Adds what a counter has counted. */
  add(definition: MetricDefinition, figureOf: (labels: readonly string[]) => string): Work<void>
}

function createTable(metrics: Metrics, figures: readonly string[]): Table {
  const rows = new Map<string, Row>()
  const places = new Map(figures.map((figure, index) => [figure, index + 1]))
  return {
    figures,
    rows,
    *add(definition, figureOf) {
      for (const { labels, handle } of metrics.counters(definition)) {
        yield
        const place = handle.value === 0 ? undefined : places.get(figureOf(labels))
        if (place === undefined) continue
        const id = idOf(labels, definition)
        const row: Row = rows.get(id) ?? [id, ...figures.map(() => 0)]
        row[place] = Number(row[place]) + handle.value
        rows.set(id, row)
      }
    },
  }
}

function* pageText(
  { figures, rows }: Table,
  further: Readonly<Record<string, readonly unknown[]>>,
): Work<string> {
  const members: string[] = [`"figures":${JSON.stringify(figures)}`]
  for (const [name, list] of [['rows', rows.values()] as const, ...Object.entries(further)])
    members.push(`${JSON.stringify(name)}:${yield* jsonList(list)}`)
  return `{${members.join(',')}}`
}

/** A topic may have both kinds of answers: its row then names a bucket twice, and who reads it adds up. */
function* latencyRows(
  metrics: Metrics,
  definitions: readonly MetricDefinition[],
): Work<readonly (readonly unknown[])[]> {
  const rows = new Map<string, unknown[]>()
  for (const definition of definitions)
    for (const { labels, histogram } of metrics.summaries(definition)) {
      yield
      if (histogram.count() === 0) continue
      const id = idOf(labels, definition)
      const row = rows.get(id) ?? [id]
      histogram.buckets.forEach((count, index) => {
        if (count > 0) row.push(index, count)
      })
      rows.set(id, row)
    }
  return [...rows.values()]
}

function idOf([group = '', topic = '', subscription = '']: readonly string[], of: MetricDefinition): string {
  return of.labels.includes('subscription') ? `${group}.${topic}$${subscription}` : `${group}.${topic}`
}
