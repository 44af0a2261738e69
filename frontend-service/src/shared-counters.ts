/**
 * What this frontend published, added to the counters of its topics in ZooKeeper.
 * Takes the metrics. Gives the reporter, or null where it is switched off.
 */
import { frontendMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { createSharedCounters, type SharedCounters } from '@iris/common/zookeeper/shared-counters'
import type { FrontendBase, FrontendConfig } from './base.js'

/** Node and metric of each counter. */
const shared = [
  { counter: 'published', metric: frontendMetrics.topicPublished },
  { counter: 'volume', metric: frontendMetrics.topicBytes },
] as const

/** Makes the reporter. */
export function createFrontendCounters(
  base: FrontendBase,
  config: FrontendConfig,
  { session, metrics }: { readonly session: ZooSession; readonly metrics: Metrics },
): SharedCounters | null {
  if (!config.areCountersShared) return null
  const paths = zooPaths(config.zookeeperRoot)
  return createSharedCounters({ ...base, session }, config.counterPeriodMs, () =>
    shared.flatMap(({ counter, metric }) =>
      Array.from(metrics.counters(metric), ({ labels: [group = '', topic = ''], handle }) => ({
        path: paths.topicCounter(`${group}.${topic}`, counter),
        counter: handle,
      })),
    ),
  )
}
