// pure
/**
 * What a metric is declared with.
 */

export type MetricKind = 'counter' | 'gauge' | 'summary'

/** One metric. Summaries are in seconds or bytes, as the name says. */
export interface MetricDefinition {
  readonly name: string
  readonly kind: MetricKind
  readonly labels: readonly string[]
  readonly help: string
  /** A gauge that every worker of a process sees whole: over workers the greatest counts, not the sum. */
  readonly isSame?: true
}

/** Declares a metric. */
export function define(
  kind: MetricKind,
  name: string,
  labels: readonly string[],
  help: string,
): MetricDefinition {
  return { kind, name, labels, help }
}
