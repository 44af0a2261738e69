/**
 * The regular question whether ZooKeeper answers.
 * Takes the session. Gives two counters, the mode that follows, and a log line when the answer changes.
 */
import { managementMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Cancel } from '@iris/common/time/scheduler'
import type { ModeHolder } from './access/mode.js'
import type { ManagementBase } from './base.js'
import type { Outside } from './outside.js'

export interface StorageProbeOptions {
  readonly metrics: Metrics
  /** Told each time whether there was an answer. */
  readonly mode: Pick<ModeHolder, 'storageAnswered'>
  readonly periodMs: number
}

/** Begins to ask, until cancelled. ZooKeeper has answered before, when the start was done. */
export function watchStorage(
  { log, scheduler }: ManagementBase,
  { session, paths }: Outside,
  { metrics, mode, periodMs }: StorageProbeOptions,
): Cancel {
  const [answered, failed] = [
    metrics.counter(managementMetrics.storageOk),
    metrics.counter(managementMetrics.storageFailed),
  ]
  let wasAnswered = true
  mode.storageAnswered(true)
  const ask = async (): Promise<void> => {
    try {
      await session.read(paths.groups)
      answered.value++
      mode.storageAnswered(true)
      if (!wasAnswered) log.info('storage.back')
      wasAnswered = true
    } catch (error) {
      failed.value++
      mode.storageAnswered(false)
      if (wasAnswered) log.warn('storage.away', { error })
      wasAnswered = false
    }
  }
  return scheduler.every(periodMs, () => void ask())
}
