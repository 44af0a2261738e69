// pure
/**
 * The plan of one seed: three topics with both ack levels, and subscriptions of every kind on each.
 * Takes the seed and a name that no other run on the same stack has.
 */
import type { PlannedSubscription, PlannedTopic, RunPlan } from './plan.js'

/** Slots that one subscription has at most: consumersPerSubscription. */
const slotsMax = 2

export interface PlanOptions {
  readonly seed: number
  /** Name of the group all topics lie in. */
  readonly group: string
  readonly partitions: number
  readonly sessionMs: number
  readonly processes: readonly string[]
  readonly faultKinds: readonly string[]
  /** False where only publishing is tried. */
  readonly hasSubscriptions: boolean
  /** Adds receivers that are slow, flap, choose from batches, and poison in order, to every topic. */
  readonly hasHardReceivers: boolean
  /** A run without kills compares counters as well. */
  readonly hasCounters: boolean
}

/** Makes the plan. */
export function planOf(options: PlanOptions): RunPlan {
  const topics: readonly PlannedTopic[] = (['LEADER', 'ALL', 'LEADER'] as const).map((ack, index) => ({
    name: `${options.group}.topic${index + 1}`,
    partitions: options.partitions,
    ack,
  }))
  return {
    seed: options.seed,
    topics,
    subscriptions: options.hasSubscriptions ? subscriptionsOf(topics, options.hasHardReceivers) : [],
    slotsMax,
    graceMs: options.sessionMs * 2 + 6_000,
    commitLagMs: 4_000,
    stuckMs: 30_000,
    processes: options.processes,
    faultKinds: options.faultKinds,
    hasLog: true,
    hasCounters: options.hasCounters,
  }
}

function subscriptionsOf(
  topics: readonly PlannedTopic[],
  hasHardReceivers: boolean,
): readonly PlannedSubscription[] {
  return topics.flatMap((_, topic) =>
    [...onEvery, ...(topic === 1 ? [poisoned] : []), ...(hasHardReceivers ? hard : [])].map(each => ({
      ...each,
      topic,
    })),
  )
}

const common = {
  topic: 0,
  deliveryType: 'SERIAL',
  inflight: 50,
  rate: 400,
  ttlMs: 600_000,
  // A farm always answers: without a core for five seconds, its answer was read too late, and came again.
  requestTimeoutMs: 10_000,
} as const

const onEvery: readonly PlannedSubscription[] = [
  { ...common, name: 'plain', ordering: 'NONE', behaviour: { kind: 'willing', delayMs: 5 } },
  { ...common, name: 'keyed', ordering: 'KEY', behaviour: { kind: 'failing', delayMs: 5, oneIn: 10 } },
  { ...common, name: 'failing', ordering: 'NONE', behaviour: { kind: 'failing', delayMs: 20, oneIn: 10 } },
]

/** Gives its poison up after two seconds, so that a run sees dead letters. */
const poisoned: PlannedSubscription = {
  ...common,
  name: 'poisoned',
  ordering: 'NONE',
  ttlMs: 2_000,
  behaviour: { kind: 'poisoned', delayMs: 5, oneIn: 97 },
}

const batch = { ...common, deliveryType: 'BATCH', ordering: 'NONE', inflight: 40, rate: 1_000_000 } as const

const hard: readonly PlannedSubscription[] = [
  { ...common, name: 'slow', ordering: 'NONE', behaviour: { kind: 'willing', delayMs: 400 } },
  {
    ...common,
    name: 'flapping',
    ordering: 'NONE',
    behaviour: { kind: 'flapping', delayMs: 5, periodMs: 3_000 },
  },
  { ...poisoned, name: 'poisonedKeys', ordering: 'KEY' },
  { ...batch, name: 'batches', behaviour: { kind: 'failing', delayMs: 20, oneIn: 10 } },
  { ...batch, name: 'choosy', behaviour: { kind: 'choosy', delayMs: 20, oneIn: 10 } },
]
