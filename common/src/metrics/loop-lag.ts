/**
 * How late the event loop runs what is due: the first sign of a process that cannot keep up.
 * Takes metrics and time. Gives a summary in seconds, sampled twice a second, until cancelled.
 */
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { processMetrics } from './names.js'
import type { Metrics } from './registry.js'

const periodMs = 500

/** Begins to sample. */
export function watchLoopLag(metrics: Metrics, clock: Clock, scheduler: Scheduler): Cancel {
  const lag = metrics.summary(processMetrics.loopLag)
  let expectedMs = clock.monotonic() + periodMs
  return scheduler.every(periodMs, () => {
    const nowMs = clock.monotonic()
    lag.observe(Math.max(0, nowMs - expectedMs) / 1_000)
    expectedMs = nowMs + periodMs
  })
}
