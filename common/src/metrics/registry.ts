/**
 * The metrics of one process, and their text for Prometheus.
 * Takes declared metrics and label values. Gives handles that count with a plain addition.
 * Promises: a hot path pays no map look-up and no promise; series of a thing that ends can be removed.
 * Bound: `seriesMax` series a metric; what comes after counts under the label value `_other`.
 */
import { AggregatorRegistry, Registry, collectDefaultMetrics } from 'prom-client'
import type { MetricDefinition } from './names.js'
import {
  contentOf,
  createHistogram,
  quantile,
  type FixedHistogram,
  type HistogramContent,
} from './quantiles.js'

/** A number that only grows. */
export interface CounterHandle {
  value: number
}

/** A counter with the values of its labels, in the order of its definition. */
export interface CounterSeries {
  readonly labels: readonly string[]
  readonly handle: CounterHandle
}

/** Observations with the values of their labels, in the order of the definition. */
export interface SummarySeries {
  readonly labels: readonly string[]
  readonly histogram: FixedHistogram
}

/** A number that is read when asked for. */
export interface GaugeHandle {
  read: () => number
}

/** Observations of one series. */
export interface SummaryHandle {
  observe(value: number): void
}

type Series = {
  readonly definition: MetricDefinition
  readonly labels: Record<string, string>
  readonly handle: CounterHandle | GaugeHandle | Recorder
}
interface Recorder extends SummaryHandle {
  readonly histogram: FixedHistogram
}

export interface Metrics {
  counter(definition: MetricDefinition, ...labels: readonly string[]): CounterHandle
  gauge(definition: MetricDefinition, read: () => number, ...labels: readonly string[]): void
  summary(definition: MetricDefinition, ...labels: readonly string[]): SummaryHandle
  /** Removes every series whose first labels are these, of any metric that starts with the same labels. */
  remove(definitions: readonly MetricDefinition[], ...labels: readonly string[]): void
  /** The series of a counter, as there are when each is asked for; a handle outlives its series. */
  counters(definition: MetricDefinition): Iterable<CounterSeries>
  /** The series of a summary, likewise. */
  summaries(definition: MetricDefinition): Iterable<SummarySeries>
  /** The exposition text. */
  text(): Promise<string>
  /** All of it, to be added to that of other processes: see {@link mergedText}. */
  snapshot(): Promise<MetricsSnapshot>
  readonly contentType: string
}

const quantiles = [0.5, 0.99, 0.999] as const
const seriesMax = 20_000

/** The metrics of one process at one moment, in a shape that travels between processes. */
export interface MetricsSnapshot {
  readonly own: readonly SeriesSnapshot[]
  /** What prom-client says of the process itself. */
  readonly ofProcess: readonly object[]
}

interface SeriesSnapshot {
  readonly definition: MetricDefinition
  readonly labels: readonly string[]
  readonly content: number | HistogramContent
}

/** Makes the metrics of a process; `prefix` is `hermes_frontend_` and the like. */
export function createMetrics(prefix: string): Metrics {
  const ofProcess = new Registry()
  collectDefaultMetrics({ register: ofProcess })
  const { rows, text, ...own } = createOwnMetrics(prefix)
  return {
    ...own,
    text: async () => `${await ofProcess.metrics()}\n${await text()}`,
    snapshot: async () => ({ own: rows(), ofProcess: await ofProcess.getMetricsAsJSON() }),
    contentType,
  }
}

/**
 * The exposition text of several processes that are one to the outside: counters, observations and gauges
 * added up, but gauges that all of them see whole.
 */
export async function mergedText(prefix: string, snapshots: readonly MetricsSnapshot[]): Promise<string> {
  const { counter, summary, gauge, text } = createOwnMetrics(prefix)
  const gauges = new Map<string, number>()
  for (const { definition, labels, content } of snapshots.flatMap(({ own }) => own)) {
    if (typeof content !== 'number') (summary(definition, ...labels) as Recorder).histogram.add(content)
    else if (definition.kind === 'counter') counter(definition, ...labels).value += content
    else {
      const id = [definition.name, ...labels].join('\n')
      const before = gauges.get(id)
      const sum = definition.isSame ? Math.max(before ?? content, content) : (before ?? 0) + content
      gauges.set(id, sum)
      gauge(definition, () => gauges.get(id) ?? 0, ...labels)
    }
  }
  const ofProcess = AggregatorRegistry.aggregate(snapshots.map(each => [...each.ofProcess]))
  return `${await ofProcess.metrics()}\n${await text()}`
}

const contentType = 'text/plain;version=0.0.4;charset=utf-8'

type OwnMetrics = Omit<Metrics, 'snapshot' | 'contentType'> & {
  rows(): SeriesSnapshot[]
}

function createOwnMetrics(prefix: string): OwnMetrics {
  const registry = new Registry()
  const all = new Map<string, Map<string, Series>>()

  const series = (
    definition: MetricDefinition,
    labels: readonly string[],
    make: () => Series['handle'],
  ): Series => {
    let known = all.get(definition.name)
    if (known === undefined) {
      all.set(definition.name, (known = new Map<string, Series>()))
      expose(registry, prefix, definition, known)
    }
    const kept = known.size < seriesMax || known.has(labels.join('\n')) ? labels : labels.map(() => '_other')
    const id = kept.join('\n')
    let found = known.get(id)
    if (found === undefined) {
      const named = Object.fromEntries(definition.labels.map((name, index) => [name, kept[index] ?? '']))
      known.set(id, (found = { definition, labels: named, handle: make() }))
    }
    return found
  }

  return {
    counter: (definition, ...labels) =>
      series(definition, labels, () => ({ value: 0 })).handle as CounterHandle,
    gauge(definition, read, ...labels) {
      const handle = series(definition, labels, () => ({ read })).handle as GaugeHandle
      handle.read = read
    },
    summary: (definition, ...labels) => series(definition, labels, createRecorder).handle as Recorder,
    remove(definitions, ...labels) {
      const id = labels.join('\n')
      for (const definition of definitions) {
        const known = all.get(definition.name)
        for (const each of known?.keys() ?? [])
          if (each === id || each.startsWith(id + '\n')) known?.delete(each)
      }
    },
    *counters(definition) {
      for (const each of all.get(definition.name)?.values() ?? [])
        yield { labels: labelsOf(each), handle: each.handle as CounterHandle }
    },
    *summaries(definition) {
      for (const each of all.get(definition.name)?.values() ?? [])
        yield { labels: labelsOf(each), histogram: (each.handle as Recorder).histogram }
    },
    text: () => registry.metrics(),
    rows: () => [...all.values()].flatMap(known => [...known.values()].map(rowOf)),
  }
}

function rowOf(series: Series): SeriesSnapshot {
  const { definition, handle } = series
  const content =
    'histogram' in handle ? contentOf(handle.histogram) : 'read' in handle ? handle.read() : handle.value
  return { definition, labels: labelsOf(series), content }
}

function labelsOf({ definition, labels }: Pick<Series, 'definition' | 'labels'>): string[] {
  return definition.labels.map(name => labels[name] ?? '')
}

function createRecorder(): Recorder {
  const histogram = createHistogram()
  return { histogram, observe: value => histogram.observe(value) }
}

/**
 * Registers an object that prom-client asks for its values; the counting itself never goes through
 * prom-client.
 */
function expose(
  registry: Registry,
  prefix: string,
  definition: MetricDefinition,
  known: Map<string, Series>,
): void {
  const name = prefix + definition.name
  const type = definition.kind
  const get = (): unknown => ({
    name,
    help: definition.help,
    type,
    aggregator: 'sum',
    values: valuesOf(name, known),
  })
  registry.registerMetric({ name, get } as never)
  if (type !== 'summary') return
  const max = `${name}_max`
  const values = (): unknown[] =>
    [...known.values()].map(({ labels, handle }) => ({ labels, value: (handle as Recorder).histogram.max() }))
  const getMax = (): unknown => ({
    name: max,
    help: definition.help,
    type: 'gauge',
    aggregator: 'max',
    values: values(),
  })
  registry.registerMetric({ name: max, get: getMax } as never)
}

function valuesOf(name: string, known: ReadonlyMap<string, Series>): unknown[] {
  const values: unknown[] = []
  for (const { labels, handle } of known.values()) {
    if ('histogram' in handle) values.push(...summaryValues(name, labels, handle.histogram))
    else values.push({ labels, value: 'read' in handle ? handle.read() : handle.value })
  }
  return values
}

function summaryValues(name: string, labels: Record<string, string>, histogram: FixedHistogram): unknown[] {
  const shown = quantiles.map(each => ({
    labels: { ...labels, quantile: String(each) },
    value: quantile(histogram, each),
  }))
  return [
    ...shown,
    { metricName: `${name}_sum`, labels, value: histogram.sum() },
    { metricName: `${name}_count`, labels, value: histogram.count() },
  ]
}
