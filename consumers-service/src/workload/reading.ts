/**
 * One Kafka topic that a subscription reads in this process: its topic, or the delay topic of its retries.
 * Takes the partitions that should be owned. Gives their claims, each with a lock, a place to begin, a window
 * and commits, to the subscription's one pipeline. Promises: what is read of a partition is committed for
 * this topic only, and only while its lock is held.
 */
import { decodeCommitNote } from '@iris/common/kafka/commit-metadata'
import type { Offsets } from '@iris/common/kafka/offsets'
import type { Follower, FollowRequest } from '@iris/common/kafka/reader'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { sleep, withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { MoveOrder } from '@iris/common/zookeeper/move-orders'
import type { CommitGroup, Committer } from '../delivery/commit.js'
import type { DeliveryFigures } from '../delivery/figures.js'
import { isInDoubt, PartitionWork } from '../delivery/partition-work.js'
import type { Pipeline } from '../delivery/pipeline-parts.js'
import type { DeliveryPlan } from '../delivery/plan.js'
import { createWindow } from '../delivery/settle.js'
import type { Claim, ClaimParts } from './claim.js'
import type { Moves } from './moves.js'
import { createOpenings, type Openings, type Start } from './openings.js'
import { createSlot } from './slot.js'

export interface ReadingParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly offsets: Offsets
  readonly committer: Committer
  readonly moves: Pick<Moves, 'done'>
  isConnected(): boolean
  /** The first partition of a subscription runs. */
  began(plan: DeliveryPlan): void
}

export interface ReadingOptions {
  readonly foreignMs: number
  readonly retryMs: number
  readonly commitMs: number
  readonly unsettledMax: number
}

/** For whom is read. */
export interface Reader {
  readonly plan: DeliveryPlan
  readonly pipeline: Pipeline
  readonly figures: DeliveryFigures
  /** How long what is under way may take when a partition is given back. */
  drainMs(): number
  /** Somebody else reads with the group. */
  foreign(): void
}

/** What is read. */
export interface ReadTopic {
  readonly kafkaTopic: string
  readonly isDelayed: boolean
  acquire(partition: number, signal: AbortSignal): Promise<Lock>
  follow(request: FollowRequest): Follower
  /** The orders to read partitions of it on from elsewhere, by partition. */
  orders(): Promise<ReadonlyMap<number, MoveOrder>>
}

export interface Reading {
  want(partitions: readonly number[]): void
  /** There may be new orders to read on from elsewhere. */
  moved(): Promise<void>
  claims(): readonly Claim[]
  /** Why partitions wait, or null. */
  problem(): string | null
  /** Resolves when every lock is given back. */
  stop(): Promise<void>
}

/** Makes a reading without partitions. */
export function createReading(
  parts: ReadingParts,
  options: ReadingOptions,
  reader: Reader,
  topic: ReadTopic,
): Reading {
  const { plan, pipeline } = reader
  const openings = createOpenings(
    { ...parts, orders: topic.orders, missingOffset: () => reader.figures.missingOffsets.value++ },
    { groupId: plan.groupId, kafkaTopic: topic.kafkaTopic, ...options },
  )
  const group: CommitGroup = {
    groupId: plan.groupId,
    kafkaTopic: topic.kafkaTopic,
    works: () => pipeline.works().filter(work => work.isDelayed === topic.isDelayed),
    foreign: reader.foreign,
  }
  const replaced = (partition: number, earliest: number): void =>
    slot
      .claims()
      .find(each => each.partition === partition)
      ?.replaced(earliest)
  const confirming = new Map<number, Confirmation>()
  const isDoubtful = (work: PartitionWork): boolean => isInDoubt(work, parts.isConnected())
  const context: Context = {
    ...{ parts, options, reader, topic, openings, group, confirming, replaced, isDoubtful },
  }
  const slot = createSlot(claimParts(context))
  let isStopped = false
  parts.committer.add(group)
  return {
    want: slot.want,
    async moved() {
      while (!isStopped) {
        try {
          const orders = await topic.orders()
          for (const claim of slot.claims()) {
            const order = orders.get(claim.partition)
            const isNew = order !== undefined && order.id !== confirming.get(claim.partition)?.order.id
            if (isNew) claim.moved(order.id)
          }
          return
        } catch (error) {
          parts.log.warn('moves.unknown', { subscription: plan.id, error })
          await sleep(parts.scheduler, options.retryMs)
        }
      }
    },
    claims: slot.claims,
    problem: openings.problem,
    async stop() {
      isStopped = true
      await slot.release()
      parts.committer.remove(group)
    },
  }
}

interface Confirmation {
  readonly order: MoveOrder
  readonly done: Promise<void>
}

interface Context {
  readonly parts: ReadingParts
  readonly options: ReadingOptions
  readonly reader: Reader
  readonly topic: ReadTopic
  readonly openings: Openings
  readonly group: CommitGroup
  /** Orders that were carried out and are not committed yet, by partition. */
  readonly confirming: Map<number, Confirmation>
  /** The log of a partition was replaced by another. */
  replaced(partition: number, earliest: number): void
  /** Whether nothing of a partition may be sent now. */
  isDoubtful(work: PartitionWork): boolean
}

function claimParts(context: Context): ClaimParts {
  const { parts, options, topic, group, openings } = context
  const { plan, pipeline, drainMs } = context.reader
  return {
    scheduler: parts.scheduler,
    log: parts.log.child({ subscription: plan.id, topic: topic.kafkaTopic }),
    isOrdered: plan.ordering !== 'NONE',
    isConnected: parts.isConnected,
    acquire: topic.acquire,
    async start(partition, signal) {
      await pipeline.ready()
      return openings.start(partition, signal)
    },
    open(partition, start, lock) {
      const work = openWork(context, partition, start, lock)
      pipeline.add(work)
      parts.began(plan)
      const { order } = start
      if (order !== null) context.confirming.set(partition, { order, done: confirm(context, work, order) })
      return work
    },
    async drain(work) {
      await pipeline.drain(work, drainMs())
      // Whoever begins next must find the order, or the commit that it led to: never neither.
      await context.confirming.get(work.partition)?.done
    },
    commit: work => {
      const commit = parts.committer.commitNow(group, [work])
      return withDeadline(parts.scheduler, options.commitMs, 'final commit', commit)
    },
    resume: pipeline.wake,
    close: work => work.follower.close(),
    silent: pipeline.silent,
    async isUntouched({ partition, lock }) {
      try {
        const [row] = await parts.offsets.fetch(plan.groupId, topic.kafkaTopic, [partition])
        if (row === undefined) return false
        const note = decodeCommitNote(row.offset, row.metadata)
        // A commit without a note is none of an owner's: somebody set the subscription's place meanwhile.
        return row.offset < 0 || (note !== null && note.lock <= lock)
      } catch (error) {
        parts.log.warn('claim.commitUnknown', { subscription: plan.id, partition, error })
        return false
      }
    },
  }
}

/**
 * Commits the new place and removes the order, or goes on trying. Who gives the partition back before leaves
 * the order to the next owner.
 */
async function confirm(context: Context, work: PartitionWork, order: MoveOrder): Promise<void> {
  const { parts, group, options, confirming } = context
  const { partition, offset } = order
  const details = { subscription: context.reader.plan.id, partition, offset }
  while (!work.isClosing) {
    try {
      await parts.committer.commitNow(group, [work])
      await parts.moves.done(order)
      parts.log.info('partition.moved', details)
      break
    } catch (error) {
      parts.log.warn('partition.moveNotConfirmed', { ...details, error })
      await sleep(parts.scheduler, options.retryMs)
    }
  }
  confirming.delete(partition)
}

function openWork(context: Context, partition: number, start: Start, lock: number): PartitionWork {
  const { parts, topic, options } = context
  const { plan, pipeline, figures } = context.reader
  const wallLeadMs = parts.clock.now() - parts.clock.monotonic()
  const endsTogether = plan.deliveryType === 'BATCH'
  const { offset, metadata } = start
  const window = createWindow({ ...start, wallLeadMs, unsettledMax: options.unsettledMax, endsTogether })
  const { isDelayed } = topic
  const work = new PartitionWork({
    ...{ partition, isDelayed, window, lock, offset, metadata, isDoubtful: context.isDoubtful },
  })
  return work.follow(
    topic.follow({
      topic: topic.kafkaTopic,
      partition,
      offset,
      onReady() {
        work.isReady = true
        pipeline.wake()
      },
      onSkipped(from, to) {
        const { kafkaTopic } = topic
        parts.log.error('subscription.offsetsSkipped', {
          subscription: plan.id,
          kafkaTopic,
          partition,
          from,
          to,
        })
        if (to < from) return context.replaced(partition, to)
        figures.skippedOffsets.value += to - from
        window.advance(to)
        pipeline.wake()
      },
    }),
  )
}
