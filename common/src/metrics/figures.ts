// pure
/**
 * The figures that management's rates are told from, as one process counts them.
 * Takes its counters. Gives a page with a row a topic or subscription, and reads such a page.
 * Promises: rows of nothing but zeros are left out, so that a page is small whatever is defined; a page of
 * another version is read as far as it is understood.
 */
import { z } from 'zod'
import { consumersMetrics, frontendMetrics, type MetricDefinition } from './names.js'
import type { Metrics } from './registry.js'

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

export type TopicFigure = (typeof topicFigureNames)[number]
export type SubscriptionFigure = (typeof subscriptionFigureNames)[number]

/** Values by id and figure: `group.topic`, or `group.topic$subscription`. */
export type FigureTable = ReadonlyMap<string, Readonly<Record<string, number>>>

/** The page of a frontend. */
export function topicFigures(metrics: Metrics): string {
  const table = new Table()
  table.add(metrics, frontendMetrics.topicRequests, () => 'requests')
  table.add(metrics, frontendMetrics.topicBytes, () => 'bytes')
  return table.page(topicFigureNames)
}

/** The page of a consumers process. */
export function subscriptionFigures(metrics: Metrics): string {
  const table = new Table()
  table.add(metrics, consumersMetrics.delivered, () => 'delivered')
  table.add(metrics, consumersMetrics.timeouts, () => 'timeouts')
  table.add(metrics, consumersMetrics.otherErrors, () => 'otherErrors')
  table.add(metrics, consumersMetrics.retries, () => 'retries')
  table.add(metrics, consumersMetrics.batches, () => 'batches')
  table.add(metrics, consumersMetrics.throughputBytes, () => 'bytes')
  table.add(metrics, consumersMetrics.statusCodes, labels => `codes${labels[3]?.[0] ?? ''}xx`)
  return table.page(subscriptionFigureNames)
}

const pageShape = z.object({
  figures: z.array(z.string()),
  rows: z.array(z.tuple([z.string()], z.number())),
})

/** Reads a page; null where it is none. */
export function readFigures(json: unknown): FigureTable | null {
  const page = pageShape.safeParse(json)
  if (!page.success) return null
  const { figures, rows } = page.data
  return new Map(
    rows.map(([id, ...values]) => [
      id,
      Object.fromEntries(figures.map((figure, index) => [figure, values[index] ?? 0])),
    ]),
  )
}

class Table {
  private readonly rows = new Map<string, Map<string, number>>()

  add(metrics: Metrics, definition: MetricDefinition, figureOf: (labels: readonly string[]) => string): void {
    for (const { labels, handle } of metrics.counters(definition)) {
      if (handle.value === 0) continue
      const id = idOf(labels, definition)
      const row = this.rows.get(id) ?? new Map<string, number>()
      const figure = figureOf(labels)
      row.set(figure, (row.get(figure) ?? 0) + handle.value)
      this.rows.set(id, row)
    }
  }

  page(figures: readonly string[]): string {
    const rows = [...this.rows].map(([id, row]) => [id, ...figures.map(figure => row.get(figure) ?? 0)])
    return JSON.stringify({ figures, rows })
  }
}

function idOf([group = '', topic = '', subscription = '']: readonly string[], of: MetricDefinition): string {
  return of.labels.includes('subscription') ? `${group}.${topic}$${subscription}` : `${group}.${topic}`
}
