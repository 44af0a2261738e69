/**
 * One partition of the schedule topic that this process should own.
 * Takes its lock, then the place to begin, then runs it until it is unwanted or the lock is lost.
 * Promises: nothing is read before the lock is held; after its loss nothing more is taken or sent; the lock
 * is given back when what is under way has ended. Goes on by itself after any failure.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { PartitionRun, PartitionStart } from './partition-run.js'

export interface SeatParts {
  readonly scheduler: Scheduler
  readonly log: Log
  acquire(partition: number, signal: AbortSignal): Promise<Lock>
  /** Finds where to begin. */
  start(partition: number): Promise<PartitionStart>
  run(start: PartitionStart, lock: Lock): PartitionRun
}

export interface SeatOptions {
  readonly drainMs: number
  /** Between tries after something failed. */
  readonly retryMs: number
}

export interface Seat {
  readonly partition: number
  /** Resolves when the lock is given back. */
  leave(): Promise<void>
  pendingCount(): number
}

/** Takes the seat as soon as its lock is free. */
export function takeSeat(parts: SeatParts, options: SeatOptions, partition: number): Seat {
  const { scheduler, log } = parts
  const unwanted = new AbortController()
  const { signal } = unwanted
  let run: PartitionRun | null = null

  const serve = async (lock: Lock): Promise<void> => {
    const start = await parts.start(partition)
    if (signal.aborted || !lock.isHeld()) return
    log.debug('schedule.partitionTaken', { ...start, lock: lock.number })
    run = parts.run(start, lock)
    try {
      await new Promise<void>(resolve => {
        const cancel = lock.onLost(() => resolve())
        signal.addEventListener('abort', () => {
          cancel()
          resolve()
        })
        if (signal.aborted) resolve()
      })
    } finally {
      await run.stop(options.drainMs)
      run = null
    }
  }
  const attempt = async (): Promise<void> => {
    const lock = await parts.acquire(partition, signal)
    try {
      await serve(lock)
    } finally {
      // It goes on trying behind, and the session's end removes the node in any case.
      await lock
        .release()
        .catch((error: unknown) => log.warn('schedule.releaseDelayed', { partition, error }))
    }
  }
  const stay = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await attempt()
      } catch (error) {
        if (signal.aborted) return
        log.warn('schedule.partitionFailed', { partition, error })
        await sleep(scheduler, options.retryMs)
      }
    }
  }

  const staying = stay()
  return {
    partition,
    async leave() {
      unwanted.abort(new Error('unwanted'))
      await staying
    },
    pendingCount: () => run?.pendingCount() ?? 0,
  }
}
