// pure
/**
 * Rates from what processes counted at two moments each.
 * Takes samples of counters. Gives rates a second, added up over the processes, of topics also what their
 * subscriptions got. A counter that fell began anew. Bound: two samples a process.
 */
import type { BucketTable, FigureTable, FurtherFigure } from '@iris/common/metrics/figures'
import type { Work } from '@iris/common/time/turns'
import type { RateFigure } from './rates.js'

/** The counters of one process at one moment. */
export interface Sample {
  /** Of a clock that only goes forward. */
  readonly atMs: number
  readonly figures: FigureTable
  readonly latencies: BucketTable
}

/** Rates that services told: each is known. */
export interface SampledRates {
  of(id: string, figure: RateFigure | FurtherFigure): number
  /** Topics and subscriptions of which something moved. */
  ids(): Iterable<string>
}

/** Two moments of one process. */
export interface SamplePair {
  readonly before: Sample
  readonly after: Sample
}

/** Closer samples make no rate. */
const spanMinMs = 100

/** What all processes did between their samples, row by row. */
export function* ratesOf(pairs: readonly SamplePair[]): Work<SampledRates> {
  const rates = new Map<string, Map<string, number>>()
  const add = (id: string, figure: string, rate: number): void => {
    const row = rates.get(id) ?? new Map<string, number>()
    row.set(figure, (row.get(figure) ?? 0) + rate)
    rates.set(id, row)
  }
  for (const { before, after } of pairs) {
    const spanMs = after.atMs - before.atMs
    if (spanMs < spanMinMs) continue
    for (const [id, row] of after.figures) {
      const former = before.figures.get(id)
      const dollar = id.indexOf('$')
      for (const [figure, value] of Object.entries(row)) {
        const rate = grown(former?.[figure] ?? 0, value) / (spanMs / 1000)
        if (rate === 0) continue
        add(id, figure, rate)
        if (dollar >= 0 && figure === 'delivered') add(id.slice(0, dollar), figure, rate)
      }
      yield
    }
  }
  return { of: (id, figure) => rates.get(id)?.get(figure) ?? 0, ids: () => rates.keys() }
}

function grown(before: number, after: number): number {
  return after >= before ? after - before : after
}
