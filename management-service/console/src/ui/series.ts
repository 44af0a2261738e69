/**
 * What a chart draws: series of equal steps.
 */

/** One line of a chart. */
export interface Series {
  readonly label: string
  /** A CSS colour. */
  readonly color: string
  /** A value a step; null where nothing is known. */
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** The moment of the first value, in milliseconds since 1970. */
  readonly fromMs: number
  readonly stepMs: number
  readonly series: readonly Series[]
  /** Words for a value, such as `rateOf`. */
  readonly wordsOf: (value: number | null) => string
}
