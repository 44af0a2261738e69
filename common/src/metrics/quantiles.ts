// pure
/**
 * Quantiles from fixed buckets.
 * Takes observations. Gives quantiles with an error of at most a tenth, in constant memory (160 buckets).
 * Why not prom-client's Summary: it blocked the loop for 0.8 s at 400 series (docs/decisions).
 */

/** Bucket bounds grow by a fifth from 1e-5; 160 of them reach 4e7, enough for seconds and for bytes. */
const first = 1e-5
const growth = 1.2
const bucketCount = 160
const logGrowth = Math.log(growth)

export interface FixedHistogram {
  observe(value: number): void
  count(): number
  sum(): number
  /** The greatest value seen, rounded up to its bucket's bound at most. */
  max(): number
  /** Observations up to and including bucket `index`. */
  readonly buckets: Readonly<Uint32Array>
  /** Adds the observations of another. */
  add(other: HistogramContent): void
}

/** What a histogram holds, in a shape that travels between processes. */
export interface HistogramContent {
  /** Pairs of bucket and observations. */
  readonly filled: readonly (readonly [index: number, count: number])[]
  readonly sum: number
  readonly max: number
}

/** The content of a histogram. */
export function contentOf(histogram: FixedHistogram): HistogramContent {
  const filled = [...histogram.buckets.entries()].filter(([, count]) => count > 0)
  return { filled, sum: histogram.sum(), max: histogram.max() }
}

/** Makes an empty histogram. */
export function createHistogram(): FixedHistogram {
  const buckets = new Uint32Array(bucketCount)
  let total = 0
  let sum = 0
  let max = 0
  return {
    observe(value) {
      const index =
        value <= first ? 0 : Math.min(bucketCount - 1, Math.ceil(Math.log(value / first) / logGrowth))
      buckets[index] = (buckets[index] ?? 0) + 1
      total++
      sum += value
      if (value > max) max = value
    },
    count: () => total,
    sum: () => sum,
    max: () => max,
    buckets,
    add(other) {
      for (const [index, count] of other.filled) {
        if (index >= bucketCount) continue
        buckets[index] = (buckets[index] ?? 0) + count
        total += count
      }
      sum += other.sum
      max = Math.max(max, other.max)
    },
  }
}

/** The same of observations by bucket, as they travel between processes; null without any. */
export function quantileOfCounts(counts: ReadonlyMap<number, number>, q: number): number | null {
  let left = Math.ceil([...counts.values()].reduce((sum, count) => sum + count, 0) * q)
  if (left <= 0) return null
  for (const [index, count] of [...counts].sort(([one], [other]) => one - other)) {
    left -= count
    if (left <= 0) return first * growth ** (index - 0.5)
  }
  return null
}

/** The value below which the share `q` of the observations lies; NaN without observations. */
export function quantile(histogram: FixedHistogram, q: number): number {
  const total = histogram.count()
  if (total === 0) return Number.NaN
  let left = Math.ceil(total * q)
  for (let index = 0; index < bucketCount; index++) {
    left -= histogram.buckets[index] ?? 0
    if (left <= 0) return Math.min(histogram.max(), first * growth ** (index - 0.5))
  }
  return histogram.max()
}
