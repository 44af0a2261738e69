// pure
/**
 * What the take-over check has to say about one thing.
 * Takes nothing. Gives the shape of a finding and its severities.
 */

/**
 * `attention`: somebody has to do or decide something first. `change`: Iris does it otherwise than Hermes, and
 * nothing is lost. `ignored`: it stays as it is, and Iris does not look at it.
 */
export type Severity = 'attention' | 'change' | 'ignored'

export interface Finding {
  readonly severity: Severity
  /** A short word for programs, such as `filter`. */
  readonly kind: string
  /** What it is about, such as `subscription group.topic$name`. */
  readonly place: string
  readonly text: string
  /** What to do about it; empty where there is nothing to do. */
  readonly advice: string
}

/** How many of what the check understood. */
export interface Understood {
  readonly groups: number
  readonly topics: number
  readonly subscriptions: number
  readonly oAuthProviders: number
  readonly constraints: number
}
