/**
 * Whether an operator has taken this data centre out of service.
 * Takes the node that management writes, as ZooKeeper shows it. Gives yes or no without waiting.
 * Promises: no mark, no node and a node that cannot be read all mean ready; the last known mark stays while
 * ZooKeeper is away.
 */
import { readDatacenterMarks } from '@iris/common/domain/datacenter-readiness'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'

export interface DatacenterMark {
  /** Follows the node until cancelled. */
  start(): Cancel
  isReady(): boolean
}

/** Makes the mark of one data centre; ready until the node says otherwise. */
export function createDatacenterMark(
  parts: { readonly session: Pick<ZooSession, 'watchData'>; readonly log: Log },
  place: { readonly path: string; readonly datacenter: string },
): DatacenterMark {
  let isReady = true
  return {
    start: () =>
      parts.session.watchData(place.path, node => {
        const marks = node === null ? new Map<string, string>() : readDatacenterMarks(node.data)
        if (marks === null) parts.log.warn('readiness.unreadableNode', { path: place.path })
        const isNow = marks?.get(place.datacenter) !== 'NOT_READY'
        if (isNow !== isReady) parts.log.info('readiness.marked', { ...place, isReady: isNow })
        isReady = isNow
      }),
    isReady: () => isReady,
  }
}
