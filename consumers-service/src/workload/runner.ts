/**
 * One subscription in this process.
 * Takes what should be: a plan and partitions, or nothing. Starts, updates live, and stops one delivery
 * pipeline. Promises: a change that a running pipeline cannot take (the kind of delivery or of its turns)
 * goes through a full stop; a subscription that is suspended begins nothing more at once.
 */
import type { SubscriptionId } from '@iris/common/domain/names'
import type { LogReader } from '@iris/common/kafka/reader'
import type { Offsets } from '@iris/common/kafka/offsets'
import type { Log } from '@iris/common/lifecycle/log'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Clock } from '@iris/common/time/clock'
import type { Lock } from '@iris/common/zookeeper/lock'
import { decodeCommitNote } from '@iris/common/kafka/commit-metadata'
import type { CommitGroup, Committer } from '../delivery/commit.js'
import type { DeliveryFigures } from '../delivery/figures.js'
import { isInDoubt, type PartitionWork } from '../delivery/partition-work.js'
import type { Pipeline, PipelineStatus } from '../delivery/pipeline-parts.js'
import type { DeliveryPlan } from '../delivery/plan.js'
import type { RecentView } from '../delivery/recent.js'
import { createWindow } from '../delivery/settle.js'
import { turnKind } from '../delivery/turns.js'
import type { ClaimParts } from './claim.js'
import { createOpenings, type Openings, type Start } from './openings.js'
import { createSlot, type Slot } from './slot.js'

/** What should run. */
export interface Wish {
  readonly plan: DeliveryPlan
  /** The partitions of this instance's slot. */
  readonly partitions: readonly number[]
  readonly partitionsTotal: number
}

export interface RunnerParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly offsets: Offsets
  readonly reader: LogReader
  readonly committer: Committer
  acquire(plan: DeliveryPlan, partition: number, signal: AbortSignal): Promise<Lock>
  isConnected(): boolean
  figures(plan: DeliveryPlan): DeliveryFigures
  pipeline(plan: DeliveryPlan, figures: DeliveryFigures): Pipeline
  /** The first partition of a subscription runs. */
  began(plan: DeliveryPlan): void
}

export interface RunnerOptions {
  readonly foreignMs: number
  readonly retryMs: number
  readonly commitMs: number
  readonly unsettledMax: number
}

export interface RunnerStatus {
  readonly partitions: readonly PartitionStatus[]
  readonly pipeline: PipelineStatus | null
  /** What came of the attempts of the last minute; null while nothing runs. */
  readonly recent: RecentView | null
  /** Why partitions wait, or null. */
  readonly problem: string | null
}

/** The status of what does not run. */
export const nothingRuns: RunnerStatus = { partitions: [], pipeline: null, recent: null, problem: null }

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
  /** Resolves when all that was wanted so far has come about, as far as stopping goes. */
  settled(): Promise<void>
  isRunning(): boolean
  status(): RunnerStatus
}

/** What exists while a plan runs. */
interface Run {
  readonly plan: DeliveryPlan
  readonly pipeline: Pipeline
  readonly figures: DeliveryFigures
  readonly group: CommitGroup
  readonly openings: Openings
  readonly slot: Slot
}

/** Makes the runner of a subscription; nothing runs yet. */
export function createRunner(parts: RunnerParts, options: RunnerOptions, id: SubscriptionId): Runner {
  let run: Run | null = null
  let wish: Wish | null = null
  let drainMs = 0
  let changing: Promise<void> | null = null

  const change = async (): Promise<void> => {
    while (run !== null && !fits(run, wish)) {
      const present: Run = run
      await present.slot.release()
      present.pipeline.stop()
      parts.committer.remove(present.group)
      present.figures.remove()
      run = null
      parts.log.info('subscription.stopped', { subscription: id })
    }
    if (wish === null) return
    run ??= begin(wish.plan)
    run.pipeline.update(wish.plan)
    run.pipeline.share(wish.partitionsTotal)
    run.slot.want(wish.partitions)
  }

  const begin = (plan: DeliveryPlan): Run => {
    parts.log.info('subscription.started', { subscription: id, group: plan.groupId })
    const figures = parts.figures(plan)
    const pipeline = parts.pipeline(plan, figures)
    const openings = createOpenings(
      { ...parts, missingOffset: () => figures.missingOffsets.value++ },
      { groupId: plan.groupId, kafkaTopic: plan.kafkaTopic, ...options },
    )
    const group: CommitGroup = {
      groupId: plan.groupId,
      kafkaTopic: plan.kafkaTopic,
      works: pipeline.works,
      foreign: () => slot.claims().forEach(each => each.foreign()),
    }
    const context: ClaimContext = {
      ...{ parts, options, plan, pipeline, group, figures, openings },
      drainMs: () => drainMs,
      replaced: (partition, earliest) =>
        slot
          .claims()
          .find(each => each.partition === partition)
          ?.replaced(earliest),
    }
    const slot = createSlot(claimParts(context))
    parts.committer.add(group)
    return { plan, pipeline, figures, group, openings, slot }
  }

  return {
    want(next, drainLimitMs) {
      wish = next
      drainMs = drainLimitMs
      // What stops begins nothing more from now on, even while an earlier change is still under way.
      if (next === null) run?.slot.want([])
      changing = (changing ?? Promise.resolve()).then(change)
    },
    settled: () => changing ?? Promise.resolve(),
    isRunning: () => run !== null,
    status: () => statusOf(run, parts.clock.monotonic()),
  }
}

/** Whether what runs can go on for this wish. */
function fits(run: Run, wish: Wish | null): boolean {
  if (wish === null) return false
  const kindOf = (plan: DeliveryPlan): string =>
    plan.deliveryType === 'BATCH' ? 'batch' : turnKind(plan.ordering, plan.policy.inflightMax)
  return kindOf(run.plan) === kindOf(wish.plan) && run.plan.groupId === wish.plan.groupId
}

interface ClaimContext {
  readonly parts: RunnerParts
  readonly options: RunnerOptions
  readonly plan: DeliveryPlan
  readonly pipeline: Pipeline
  readonly group: CommitGroup
  readonly figures: DeliveryFigures
  readonly openings: Openings
  drainMs(): number
  /** The log of a partition was replaced by another. */
  replaced(partition: number, earliest: number): void
}

function claimParts(context: ClaimContext): ClaimParts {
  const { parts, plan, pipeline, group, openings, options } = context
  return {
    scheduler: parts.scheduler,
    log: parts.log.child({ subscription: plan.id }),
    isOrdered: plan.ordering !== 'NONE',
    isConnected: parts.isConnected,
    acquire: (partition, signal) => parts.acquire(plan, partition, signal),
    start: openings.start,
    open(partition, start, lock) {
      const work = openWork(context, partition, start, lock)
      pipeline.add(work)
      parts.began(plan)
      return work
    },
    drain: work => pipeline.drain(work, context.drainMs()),
    commit: work => {
      const commit = parts.committer.commitNow(group, [work])
      return withDeadline(parts.scheduler, options.commitMs, 'final commit', commit)
    },
    resume: pipeline.wake,
    close: work => work.follower.close(),
    async isUntouched(work) {
      try {
        const [row] = await parts.offsets.fetch(plan.groupId, plan.kafkaTopic, [work.partition])
        if (row === undefined) return false
        return (decodeCommitNote(row.offset, row.metadata)?.lock ?? 0) <= work.lock
      } catch (error) {
        parts.log.warn('claim.commitUnknown', { subscription: plan.id, partition: work.partition, error })
        return false
      }
    },
  }
}

function openWork(context: ClaimContext, partition: number, start: Start, lock: number): PartitionWork {
  const { parts, plan, pipeline, figures, options } = context
  const wallLeadMs = parts.clock.now() - parts.clock.monotonic()
  const endsTogether = plan.deliveryType === 'BATCH'
  const window = createWindow({ ...start, wallLeadMs, unsettledMax: options.unsettledMax, endsTogether })
  const work: PartitionWork = {
    partition,
    window,
    follower: parts.reader.follow({
      topic: plan.kafkaTopic,
      partition,
      offset: start.offset,
      onReady() {
        work.isReady = true
        pipeline.wake()
      },
      onSkipped(from, to) {
        parts.log.error('subscription.offsetsSkipped', { subscription: plan.id, partition, from, to })
        if (to < from) return context.replaced(partition, to)
        figures.skippedOffsets.value += to - from
        window.advance(to)
        pipeline.wake()
      },
    }),
    lock,
    isReady: true,
    isClosing: false,
    isDisowned: false,
    get isDoubtful() {
      return isInDoubt(work, parts.isConnected())
    },
    underWayCount: 0,
    onIdle: null,
    committed: { offset: start.offset, metadata: start.metadata, version: -1, atMs: 0 },
  }
  return work
}

function statusOf(run: Run | null, nowMs: number): RunnerStatus {
  if (run === null) return nothingRuns
  const partitions = run.slot.claims().map(claim => {
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
    problem: run.openings.problem(),
  }
}

function oldestOf({ window }: PartitionWork, nowMs: number): PartitionStatus['oldest'] {
  const oldest = window.oldest()
  if (oldest === null) return null
  const { offset, attempts, firstAttemptMs } = oldest
  return { offset, attempts, failingForMs: attempts === 0 ? 0 : Math.round(nowMs - firstAttemptMs) }
}
