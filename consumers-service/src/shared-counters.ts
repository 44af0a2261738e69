/**
 * What this process delivered, added to the counters of its subscriptions in ZooKeeper.
 * Takes the metrics. Gives the reporter, or null where it is switched off.
 */
import { consumersMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { createSharedCounters, type SharedCounters } from '@iris/common/zookeeper/shared-counters'
import type { ConsumersBase, ConsumersConfig } from './base.js'

/** Node and metric of each counter. */
const shared = [
  { counter: 'delivered', metric: consumersMetrics.delivered },
  { counter: 'discarded', metric: consumersMetrics.discarded },
  { counter: 'volume', metric: consumersMetrics.throughputBytes },
] as const

/** Makes the reporter. */
export function createConsumerCounters(
  base: ConsumersBase,
  config: ConsumersConfig,
  { session, metrics }: { readonly session: ZooSession; readonly metrics: Metrics },
): SharedCounters | null {
  if (!config.areCountersShared) return null
  const paths = zooPaths(config.zookeeperRoot)
  return createSharedCounters({ ...base, session }, config.counterPeriodMs, () =>
    shared.flatMap(({ counter, metric }) =>
      Array.from(
        metrics.counters(metric),
        ({ labels: [group = '', topic = '', subscription = ''], handle }) => ({
          path: paths.subscriptionCounter(`${group}.${topic}`, subscription, counter),
          counter: handle,
        }),
      ),
    ),
  )
}
