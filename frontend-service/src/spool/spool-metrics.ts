/**
 * The figures of a frontend's spools.
 * Takes what happens in them. Gives counters as plain additions, and gauges over all that are open.
 */
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Clock } from '@iris/common/time/clock'
import type { DamageCounters } from './message-log.js'

/** What a spool says of itself. */
export interface SpoolFigures {
  messageCount(): number
  bytesOnDisk(): number
  /** Wall time of the acceptance of the message that waits for the longest; null when none waits. */
  oldestMs(): number | null
}

export interface SpoolCounters {
  accepted(): void
  stored(): void
  refused(): void
  /** A write was made durable, in seconds. */
  readonly onSynced: (seconds: number) => void
  readonly damage: DamageCounters
}

/** Makes the counters; `spools` gives those that are open. */
export function createSpoolCounters(
  metrics: Metrics,
  clock: Clock,
  spools: () => Iterable<SpoolFigures>,
): SpoolCounters {
  const accepted = metrics.counter(frontendMetrics.spoolAccepted)
  const stored = metrics.counter(frontendMetrics.spoolStored)
  const refused = metrics.counter(frontendMetrics.spoolRefused)
  const sync = metrics.summary(frontendMetrics.spoolSync)
  const damage: DamageCounters = { tornTails: 0, damagedBytes: 0 }
  const sum = (of: (spool: SpoolFigures) => number): number => {
    let total = 0
    for (const spool of spools()) total += of(spool)
    return total
  }
  const oldestSeconds = (): number => {
    let oldestMs = clock.now()
    for (const spool of spools()) oldestMs = Math.min(oldestMs, spool.oldestMs() ?? oldestMs)
    return (clock.now() - oldestMs) / 1_000
  }
  metrics.gauge(frontendMetrics.spoolMessages, () => sum(spool => spool.messageCount()))
  metrics.gauge(frontendMetrics.spoolBytes, () => sum(spool => spool.bytesOnDisk()))
  metrics.gauge(frontendMetrics.spoolOldest, oldestSeconds)
  metrics.gauge(frontendMetrics.spoolTornTails, () => damage.tornTails)
  metrics.gauge(frontendMetrics.spoolDamaged, () => damage.damagedBytes)
  return {
    accepted: () => void accepted.value++,
    stored: () => void stored.value++,
    refused: () => void refused.value++,
    onSynced: seconds => sync.observe(seconds),
    damage,
  }
}
