/**
 * One shard as this frontend owns it: from the wish to the release of its lock.
 * Takes how to lock and to take over. Gives the shard while it is owned, and tells who waits for it.
 * Promises: served only under the lock, until it or the right to write is lost, then taken over anew while
 * it is still wanted; what is under way has `drainMs` before the lock is released; who was answered is let go
 * within `sweepMs`. Bound: `waitersMax`.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { sleep, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { Shard } from './shard.js'

/** Who waits for a shard. */
export interface ShardWaiter {
  /** Told once: the shard, or that it is not served here now. */
  served(shard: Shard | null): void
  /** Whether it was answered meanwhile, and so waits no more. */
  isAnswered(): boolean
}

export interface ShardClaim {
  /** Null while it is not served here. */
  shard(): Shard | null
  /** Calls back when it is, or when that failed. False: too many wait, and it will not be called. */
  whenServed(waiter: ShardWaiter): boolean
  /** Gives it back; resolves when the lock is released. */
  give(): Promise<void>
}

export interface ShardClaimParts {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  acquire(signal: AbortSignal): Promise<Lock>
  takeOver(onLost: (reason: string) => void): Promise<Shard>
}

const drainMs = 3_000
const drainCheckMs = 20
const retryMs = 250
/** Who waits for one shard at a time. */
export const waitersMax = 10_000
/** Fewer are not worth a look for those that were answered, whenever another comes. */
const sweptMin = 16
/** How often they are looked for in any case. */
const sweepMs = 1_000

/** Claims the shard `index`; goes on until it is given back. */
export function createShardClaim(parts: ShardClaimParts, index: number): ShardClaim {
  const { log, clock, scheduler } = parts
  const unwanted = new AbortController()
  let shard: Shard | null = null
  let waiters: ShardWaiter[] = []
  let sweepAt = sweptMin
  let cancelSweep: Cancel | null = null

  const serve = async (lock: Lock): Promise<void> => {
    let lose: (reason: string) => void = () => undefined
    const lost = new Promise<string>(resolve => (lose = resolve))
    const cancelLost = lock.onLost(lose)
    const stop = (): void => lose('it is not wanted here any more')
    unwanted.signal.addEventListener('abort', stop)
    try {
      const served = await parts.takeOver(lose)
      if (!lock.isHeld() || unwanted.signal.aborted) return
      shard = served
      tellWaiters(served)
      log.info('idempotency.shardLeft', { shard: index, reason: await lost })
      shard = null
      await drain(served)
    } finally {
      shard = null
      cancelLost()
      unwanted.signal.removeEventListener('abort', stop)
    }
  }
  const drain = async (served: Shard): Promise<void> => {
    const endMs = clock.monotonic() + drainMs
    while (served.running > 0 && clock.monotonic() < endMs) await sleep(scheduler, drainCheckMs)
  }
  const tellWaiters = (served: Shard | null): void => {
    const told = waiters
    waiters = []
    sweepAt = sweptMin
    cancelSweep?.()
    cancelSweep = null
    for (const waiter of told) waiter.served(served)
  }
  const sweep = (): void => {
    waiters = waiters.filter(waiter => !waiter.isAnswered())
    sweepAt = Math.min(waitersMax, Math.max(sweptMin, 2 * waiters.length))
  }
  const sweepLater = (): void => {
    cancelSweep ??= scheduler.after(sweepMs, () => {
      cancelSweep = null
      sweep()
      if (waiters.length > 0) sweepLater()
    })
  }
  const once = async (): Promise<void> => {
    let lock: Lock | null = null
    try {
      lock = await parts.acquire(unwanted.signal)
      await serve(lock)
    } catch (error) {
      if (!unwanted.signal.aborted) log.warn('idempotency.shardNotTaken', { shard: index, error })
      // Whoever waits hears now that it may come again, and holds no memory until the cause is gone.
      tellWaiters(null)
    } finally {
      await release(lock)
    }
  }
  const release = async (lock: Lock | null): Promise<void> => {
    try {
      await lock?.release()
    } catch (error) {
      // It goes on trying behind, and the session's end removes the node in any case.
      log.warn('idempotency.lockReleaseDelayed', { shard: index, error })
    }
  }
  const run = async (): Promise<void> => {
    while (!unwanted.signal.aborted) {
      await once()
      if (!unwanted.signal.aborted) await sleep(scheduler, retryMs)
    }
    tellWaiters(null)
  }

  const running = run()
  return {
    shard: () => shard,
    whenServed(waiter) {
      if (unwanted.signal.aborted) waiter.served(null)
      else {
        // Whenever twice as many wait as were left the last time.
        if (waiters.length >= sweepAt) sweep()
        if (waiters.length >= waitersMax) return false
        waiters.push(waiter)
        sweepLater()
      }
      return true
    },
    async give() {
      unwanted.abort(new Error('unwanted'))
      await running
    },
  }
}
