/**
 * What every process tells of itself beside what it does: whether it is ready, and how it is with ZooKeeper.
 * Takes both, asked when somebody reads the metrics. Gives two gauges and a counter.
 */
import type { Cancel } from '../time/scheduler.js'
import { processMetrics } from './names.js'
import type { Metrics } from './registry.js'

/** What is told of. */
export interface ProcessState {
  isReady(): boolean
  readonly session: {
    isConnected(): boolean
    onSession(listener: (event: string) => void): Cancel
  }
}

/** Shows it until cancelled. */
export function showProcess(metrics: Metrics, { isReady, session }: ProcessState): Cancel {
  metrics.gauge(processMetrics.ready, () => Number(isReady()))
  metrics.gauge(processMetrics.zookeeperConnected, () => Number(session.isConnected()))
  const lost = metrics.counter(processMetrics.zookeeperSessionsLost)
  return session.onSession(event => {
    if (event === 'expired') lost.value++
  })
}
