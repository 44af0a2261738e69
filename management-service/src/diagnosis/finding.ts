// pure
/**
 * One thing that a diagnosis found.
 */
import type { Facts } from './facts.js'
import type { Tally } from './tally.js'

/** `critical`: nothing is delivered. `warning`: less or later than it could be. `info`: how things stand. */
export type Severity = 'critical' | 'warning' | 'info'

export interface Finding {
  /** A word for programs. */
  readonly cause: string
  readonly severity: Severity
  /** What is so, in a sentence with figures. */
  readonly text: string
  readonly figures: Readonly<Record<string, number | string | null>>
  /** What happens next by itself, and what to do. */
  readonly next: string
}

/** Tells one cause from the facts; null where it is not at work. */
export type Cause = (facts: Facts, tally: Tally) => Finding | null
