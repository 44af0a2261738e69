/**
 * One subscription in this process.
 * Takes what should be: a plan and a slot of partitions, or nothing. Starts, updates live, and stops one
 * delivery pipeline. Promises: a change that a running pipeline cannot take (the kind of delivery or of its
 * turns) goes through a full stop; a subscription that is suspended begins nothing more at once.
 */
import type { SubscriptionId } from '@iris/common/domain/names'
import type { Follower, FollowRequest, LogReader } from '@iris/common/kafka/reader'
import type { Cancel } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import { followHeld, type HeldFollower } from '../delivery/delay/held-follower.js'
import type { DeliveryFigures } from '../delivery/figures.js'
import { lagOf } from '../delivery/lag.js'
import type { Pipeline, PipelineStatus } from '../delivery/pipeline-parts.js'
import type { DeliveryPlan } from '../delivery/plan.js'
import type { PartitionWork } from '../delivery/partition-work.js'
import type { SubscriptionSign } from '@iris/common/metrics/figures'
import type { RecentView } from '../delivery/recent.js'
import { turnKind } from '../delivery/turns.js'
import { troubleOf } from './trouble.js'
import type { Slot } from './balance.js'
import { createDelayReading, type DelayReading, type Waiting } from './delay-reading.js'
import type { Moves } from './moves.js'
import {
  createReading,
  type Reader,
  type Reading,
  type ReadingOptions,
  type ReadingParts,
} from './reading.js'

/** What should run. */
export interface Wish {
  readonly plan: DeliveryPlan
  /** The slot of this instance, and the partitions that belong to it. */
  readonly slot: Slot
  readonly partitions: readonly number[]
  readonly partitionsTotal: number
}

export interface RunnerParts extends ReadingParts {
  readonly reader: LogReader
  readonly moves: Moves
  acquire(plan: DeliveryPlan, place: LockPlace, signal: AbortSignal): Promise<Lock>
  watchDelays(plan: DeliveryPlan, listener: (partitions: number) => void): Cancel
  figures(plan: DeliveryPlan): DeliveryFigures
  pipeline(plan: DeliveryPlan, figures: DeliveryFigures): Pipeline
}

/** A partition of a subscription's topic or of its delay topic. */
export interface LockPlace {
  readonly partition: number
  readonly isDelayed: boolean
}

export interface RunnerStatus {
  readonly partitions: readonly PartitionStatus[]
  readonly pipeline: PipelineStatus | null
  /** What came of the attempts of the last minute; null while nothing runs. */
  readonly recent: RecentView | null
  /** Why partitions wait, or null. */
  readonly problem: string | null
  readonly delayed: Waiting
}

/** The status of what does not run. */
export const nothingRuns: RunnerStatus = {
  partitions: [],
  pipeline: null,
  recent: null,
  problem: null,
  delayed: { messages: 0, nextDueMs: null },
}

export interface PartitionStatus {
  readonly partition: number
  readonly state: string
  readonly committedOffset: number | null
  readonly endOffset: number | null
  readonly unsettled: number
  /** The message that holds the commit back: failed attempts, and how long ago the first of them began. */
  readonly oldest: {
    readonly offset: number
    readonly attempts: number
    readonly failingForMs: number
  } | null
}

export interface Runner {
  /** Says what should be; null stops it. What runs is given up within `drainMs`. */
  want(wish: Wish | null, drainMs: number): void
  /** There may be orders to read partitions on from elsewhere. */
  moved(): void
  /** Resolves when all that was wanted so far has come about, as far as stopping goes. */
  settled(): Promise<void>
  isRunning(): boolean
  status(): RunnerStatus
  /** How far it is behind, and why it gets nowhere; null where there is nothing to say. */
  sign(): RunnerSign | null
}

export type RunnerSign = Omit<SubscriptionSign, 'id'>

/** What exists while a plan runs. */
export interface Run {
  readonly plan: DeliveryPlan
  readonly pipeline: Pipeline
  readonly figures: DeliveryFigures
  readonly reading: Reading
  readonly delays: DelayReading
}

/** Makes the runner of a subscription; nothing runs yet. */
export function createRunner(parts: RunnerParts, options: ReadingOptions, id: SubscriptionId): Runner {
  let run: Run | null = null
  let wish: Wish | null = null
  let drainMs = 0
  let changing: Promise<void> | null = null

  const change = async (): Promise<void> => {
    while (run !== null && !fits(run, wish)) {
      const present: Run = run
      await Promise.all([present.reading.stop(), present.delays.stop()])
      present.pipeline.stop()
      present.figures.remove()
      run = null
      parts.log.info('subscription.stopped', { subscription: id })
    }
    if (wish === null) return
    run ??= begin(parts, options, wish.plan, () => drainMs)
    run.pipeline.update(wish.plan)
    run.figures.planned(wish.plan)
    run.pipeline.share(wish.partitionsTotal)
    run.reading.want(wish.partitions)
    run.delays.want(wish.slot)
  }

  return {
    want(next, drainLimitMs) {
      wish = next
      drainMs = drainLimitMs
      // What stops begins nothing more from now on, even while an earlier change is still under way.
      if (next === null) {
        run?.reading.want([])
        run?.delays.want(null)
      }
      changing = (changing ?? Promise.resolve()).then(change)
    },
    moved: () => void run?.reading.moved(),
    settled: () => changing ?? Promise.resolve(),
    isRunning: () => run !== null,
    status: () => statusOf(run, parts.clock.monotonic()),
    sign: () => (run === null ? null : signOf(run, parts.clock.monotonic())),
  }
}

function begin(parts: RunnerParts, options: ReadingOptions, plan: DeliveryPlan, drainMs: () => number): Run {
  parts.log.info('subscription.started', { subscription: plan.id, group: plan.groupId })
  const figures = parts.figures(plan)
  const pipeline = parts.pipeline(plan, figures)
  const readings: Reading[] = []
  const reader: Reader = {
    ...{ plan, pipeline, figures, drainMs },
    foreign: () => readings.flatMap(each => each.claims()).forEach(claim => claim.foreign()),
  }
  const held = new Map<number, HeldFollower>()
  const follow = (request: FollowRequest): Follower => parts.reader.follow(request)
  const followDelayed = (request: FollowRequest): Follower => {
    const follower = followHeld(parts, request, follow)
    held.set(request.partition, follower)
    return follower
  }
  const read = (isDelayed: boolean): Reading => {
    const reading = createReading(parts, options, reader, {
      kafkaTopic: isDelayed ? plan.delayTopic : plan.kafkaTopic,
      isDelayed,
      acquire: (partition, signal) => parts.acquire(plan, { partition, isDelayed }, signal),
      follow: isDelayed ? followDelayed : follow,
      orders: () => (isDelayed ? Promise.resolve(new Map<number, never>()) : parts.moves.of(plan)),
    })
    readings.push(reading)
    return reading
  }
  const reading = read(false)
  const dueMs = (partition: number): number | null => held.get(partition)?.dueMs() ?? null
  const watch = parts.watchDelays
  const delays = createDelayReading({ ...parts, watch, dueMs, open: () => read(true) }, plan)
  figures.showDelayed(() => delays.waiting().messages)
  return { plan, pipeline, figures, reading, delays }
}

/** Whether what runs can go on for this wish. */
function fits(run: Run, wish: Wish | null): boolean {
  if (wish === null) return false
  const kindOf = (plan: DeliveryPlan): string =>
    plan.deliveryType === 'BATCH'
      ? 'batch'
      : `${turnKind(plan.ordering, plan.policy.inflightMax)} ${plan.isParking}`
  const isSameOne = run.plan.groupId === wish.plan.groupId && run.plan.createdAtMs === wish.plan.createdAtMs
  return isSameOne && kindOf(run.plan) === kindOf(wish.plan)
}

function statusOf(run: Run | null, nowMs: number): RunnerStatus {
  if (run === null) return nothingRuns
  const partitions = run.reading.claims().map(claim => {
    const work = claim.work()
    return {
      partition: claim.partition,
      state: claim.state(),
      committedOffset: work?.committed.offset ?? null,
      endOffset: work === null ? null : work.follower.endOffset,
      unsettled: work?.window.unsettledCount() ?? 0,
      oldest: work === null ? null : oldestOf(work, nowMs),
    }
  })
  return {
    partitions,
    pipeline: run.pipeline.status(),
    recent: run.figures.recent(),
    problem: run.reading.problem(),
    delayed: run.delays.waiting(),
  }
}

/** The sign of what runs. */
export function signOf(run: Run, nowMs: number): RunnerSign | null {
  const { messages: lag } = lagOf(run.reading.claims().flatMap(claim => claim.work() ?? []))
  const isQuiet = lag === 0 && run.reading.problem() === null && run.delays.waiting().messages === 0
  return isQuiet ? null : { lag, trouble: troubleOf(statusOf(run, nowMs)) }
}

function oldestOf({ window }: PartitionWork, nowMs: number): PartitionStatus['oldest'] {
  const oldest = window.oldest()
  if (oldest === null) return null
  const { offset, attempts, firstAttemptMs } = oldest
  return { offset, attempts, failingForMs: attempts === 0 ? 0 : Math.round(nowMs - firstAttemptMs) }
}
