// pure
/**
 * What a run sets up and owes: its topics, its subscriptions and their bounds.
 * Written as JSON beside the histories, so that a run can be checked again later.
 */

/** How a subscriber of the farm behaves. */
export type Behaviour =
  | { readonly kind: 'willing'; readonly delayMs: number }
  /** Answers 500 to one arrival in `oneIn`; the same message is taken at the next try. */
  | { readonly kind: 'failing'; readonly delayMs: number; readonly oneIn: number }
  /** Never takes one message in `oneIn`, whatever the number of tries. */
  | { readonly kind: 'poisoned'; readonly delayMs: number; readonly oneIn: number }
  /** Answers 503 to everything for `periodMs`, then 200 to everything for as long, and so on. */
  | { readonly kind: 'flapping'; readonly delayMs: number; readonly periodMs: number }
  /** Takes a batch but for one message in `oneIn`, and says so; a message that comes again is taken. */
  | { readonly kind: 'choosy'; readonly delayMs: number; readonly oneIn: number }

export interface PlannedTopic {
  readonly name: string
  readonly partitions: number
  readonly ack: 'LEADER' | 'ALL'
}

export interface PlannedSubscription {
  readonly name: string
  /** Index of its topic. */
  readonly topic: number
  readonly deliveryType: 'SERIAL' | 'BATCH'
  readonly ordering: 'NONE' | 'KEY'
  readonly behaviour: Behaviour
  /** Messages under way per slot: as the subscription asks for it, or as many as a batch holds. */
  readonly inflight: number
  /** Arrivals a second. */
  readonly rate: number
  readonly ttlMs: number
  readonly requestTimeoutMs: number
}

export interface RunPlan {
  readonly seed: number
  readonly topics: readonly PlannedTopic[]
  readonly subscriptions: readonly PlannedSubscription[]
  /** Slots one subscription may have at once: its bound on open requests is so many windows. */
  readonly slotsMax: number
  /** How long after a fault healed its effects may still show: sessions expire, retries come round. */
  readonly graceMs: number
  /** How long after an answer its commit may take, the second between two commits included. */
  readonly commitLagMs: number
  /** How long a backlog may stand still after the last fault healed. */
  readonly stuckMs: number
  /** Names of the processes whose memory is watched, by the number in a record's subject. */
  readonly processes: readonly string[]
  /** Names of the fault kinds, by the number in a record's detail. */
  readonly faultKinds: readonly string[]
  /** Whether Kafka's log was read into the history. */
  readonly hasLog: boolean
  /** Whether counters were read: only where no process was killed. */
  readonly hasCounters: boolean
}
