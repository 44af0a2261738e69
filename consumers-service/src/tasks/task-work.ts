/**
 * One partition that a task reads, as a pipeline sees it.
 * Takes where to begin and end. Gives the work, and how far it is. Promises: nothing of it is sent without
 * the task's lock; nothing is committed for the subscription's group.
 */
import type { LogEntry, LogReader } from '@iris/common/kafka/reader'
import type { TaskRange } from '@iris/common/tasks/task'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { Limiter } from '../delivery/pace/limiter.js'
import { PartitionWork } from '../delivery/partition-work.js'
import { createWindow } from '../delivery/settle.js'
import { followForTask } from './task-follower.js'

export interface TaskWorkParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly reader: Pick<LogReader, 'follow'>
  /** There may be something to begin. */
  wake(): void
  /** The log was replaced by another: its offsets mean nothing any more. */
  replaced(): void
}

export interface TaskReading {
  readonly kafkaTopic: string
  /** What is left of a range: its `from` is where to begin. */
  readonly range: TaskRange
  readonly lock: Lock
  readonly limiter: Limiter | null
  readonly endsTogether: boolean
  shape(entry: LogEntry): LogEntry | null
}

export interface TaskWork {
  readonly work: PartitionWork
  /** All of the range was read and has its outcome. */
  isDone(): boolean
  /** The offset below which all has its outcome. */
  position(): number
}

/** Messages of one partition without an outcome: repeated, at most, when the executor dies. */
const unsettledMax = 1_000

/** Opens it; the follower reads from now on. */
export function openTaskWork(parts: TaskWorkParts, reading: TaskReading): TaskWork {
  const { clock } = parts
  const { kafkaTopic, range, lock, limiter, endsTogether, shape } = reading
  const { partition, from, to } = range
  const wallLeadMs = clock.now() - clock.monotonic()
  const window = createWindow({ offset: from, note: null, wallLeadMs, unsettledMax, endsTogether })
  const work = new PartitionWork({
    ...{ partition, window, lock: lock.number, offset: from, isDoubtful: () => !lock.isHeld() },
  })
  const follower = followForTask(
    parts,
    {
      ...{ topic: kafkaTopic, partition, offset: from },
      onReady() {
        work.isReady = true
        parts.wake()
      },
      onSkipped(skippedFrom, skippedTo) {
        if (skippedTo < skippedFrom) return parts.replaced()
        window.advance(Math.min(skippedTo, to))
        work.isReady = true
        parts.wake()
      },
    },
    request => parts.reader.follow(request),
    { to, limiter, shape },
  )
  work.follow(follower)
  const isDone = (): boolean =>
    follower.isExhausted() && window.unsettledCount() === 0 && work.underWayCount === 0
  return { work, isDone, position: () => (isDone() ? to : Math.min(window.commitPosition(), to)) }
}
