/**
 * The regular question whether ZooKeeper answers.
 * Takes the session. Gives two counters, and a log line when the answer changes.
 */
import { managementMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Cancel } from '@iris/common/time/scheduler'
import type { ManagementBase } from './base.js'
import type { Outside } from './outside.js'

/** Begins to ask, until cancelled. */
export function watchStorage(
  { log, scheduler }: ManagementBase,
  { session, paths }: Outside,
  { metrics, periodMs }: { readonly metrics: Metrics; readonly periodMs: number },
): Cancel {
  const [answered, failed] = [
    metrics.counter(managementMetrics.storageOk),
    metrics.counter(managementMetrics.storageFailed),
  ]
  let wasAnswered = true
  const ask = async (): Promise<void> => {
    try {
      await session.read(paths.groups)
      answered.value++
      if (!wasAnswered) log.info('storage.back')
      wasAnswered = true
    } catch (error) {
      failed.value++
      if (wasAnswered) log.warn('storage.away', { error })
      wasAnswered = false
    }
  }
  return scheduler.every(periodMs, () => void ask())
}
