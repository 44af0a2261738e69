/**
 * One partition that a subscription owns here, from the first read to the release of its lock.
 * Holds its place in the log, its window of offsets, what was last committed, and how much of it is under
 * way.
 */
import type { Follower } from '@iris/common/kafka/reader'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { OffsetWindow } from './settle.js'

/** What a partition's work begins with. */
export interface PartitionStart {
  readonly partition: number
  /** Whether it is a partition of the delay topic. */
  readonly isDelayed?: boolean
  readonly window: OffsetWindow
  /** Number of the lock under which it is owned. */
  readonly lock: number
  /** The last commit before: where it begins, and what was written with that. */
  readonly offset: number
  readonly metadata?: string
  /** Whether nothing of it may be sent now; see {@link isInDoubt}. One function for many partitions. */
  readonly isDoubtful: (work: PartitionWork) => boolean
}

/** A class, and small: a process has ten thousand of them, most with nothing to do. */
export class PartitionWork {
  readonly partition: number
  /** Whether it is a partition of the delay topic. */
  readonly isDelayed: boolean
  readonly window: OffsetWindow
  /** Number of the lock under which it is owned now. */
  lock: number
  /** Whether the follower may have an entry; false until it says so. */
  isReady = true
  /** Nothing new is begun: it is being given away. */
  isClosing = false
  /** Somebody else may own it: its lock was lost and is not held again, or a foreign member reads it. */
  isDisowned = false
  /** Attempts and dead letters under way. */
  underWayCount = 0
  /** Called when nothing is under way any more. */
  onIdle: (() => void) | null = null
  readonly committed: Committed
  private readonly doubt: (work: PartitionWork) => boolean
  private follows: Follower | null = null

  constructor({
    partition,
    isDelayed = false,
    window,
    lock,
    offset,
    metadata = '',
    isDoubtful,
  }: PartitionStart) {
    this.partition = partition
    this.isDelayed = isDelayed
    this.window = window
    this.lock = lock
    this.committed = { offset, metadata, version: -1, atMs: 0 }
    this.doubt = isDoubtful
  }

  /** Tells it from every other partition of the subscription, those of the delay topic included. */
  get place(): number {
    return this.isDelayed ? -1 - this.partition : this.partition
  }

  /** Nothing of it may be sent now. */
  get isDoubtful(): boolean {
    return this.doubt(this)
  }

  get follower(): Follower {
    invariant(this.follows !== null, 'a partition is followed before it is worked on')
    return this.follows
  }

  /** Gives it the follower, which is made for it and calls it back. */
  follow(follower: Follower): this {
    this.follows = follower
    return this
  }
}

/** Why nothing of a partition is sent whose lock is in doubt. */
export const lostLock = 'the lock of its partition was lost: another process may own it by now'

/** What the last successful commit said. */
export interface Committed {
  offset: number
  metadata: string
  /** Version of the window at that time; -1 before the first commit. */
  version: number
  atMs: number
}

/**
 * Whether a partition must not be sent from. Without order, delivery of a disowned partition goes on while
 * ZooKeeper is away and nobody can say whose it is; never while it can, nor of what was begun before the end.
 */
export function isInDoubt(
  { isDisowned, isClosing }: Pick<PartitionWork, 'isDisowned' | 'isClosing'>,
  isConnected: boolean,
): boolean {
  return isDisowned && (isClosing || isConnected)
}

/** Whether a commit would say something that the last one did not. */
export function hasMoved(work: PartitionWork): boolean {
  const { window, committed } = work
  return window.version() !== committed.version || window.commitPosition() !== committed.offset
}

/** Resolves when nothing of a partition is under way, after `limitMs` at the latest. */
export function untilIdle(work: PartitionWork, scheduler: Scheduler, limitMs: number): Promise<void> {
  if (work.underWayCount === 0) return Promise.resolve()
  return new Promise(resolve => {
    const cancel = scheduler.after(limitMs, resolve)
    work.onIdle = () => {
      cancel()
      resolve()
    }
  })
}

/** Tells who waits for it, if nothing of the partition is under way. */
export function checkIdle(work: PartitionWork): void {
  if (work.underWayCount === 0) work.onIdle?.()
}
