/**
 * Work that is begun anew whenever its database fails it.
 * Takes the work and whether it is still wanted. Gives its end.
 * Promises: never rejects; waits 0.2 to 5 s before it begins again, longer each time in a row.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { backoffMs } from '@iris/common/time/backoff'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'

const backoff = { firstMs: 200, factor: 2, capMs: 5_000 } as const
/** Work that went well for so long has begun a new row of failures. */
const wellMs = 30_000

/** Runs `work` until it ends by itself, or fails while it is not wanted any more. */
export async function persist(log: Log, isStopping: () => boolean, work: () => Promise<void>): Promise<void> {
  for (let failures = 0; !isStopping(); ) {
    const beganMs = systemClock.monotonic()
    try {
      return await work()
    } catch (error) {
      // What was published and could not be settled is published again, under the same key.
      if (isStopping()) return log.warn('outbox.unsettled', { error })
      if (systemClock.monotonic() - beganMs > wellMs) failures = 0
      const afterMs = Math.round(backoffMs(backoff, ++failures))
      log.warn('outbox.databaseLost', { error, afterMs })
      await sleep(systemScheduler, afterMs)
    }
  }
}
