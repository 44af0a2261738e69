/**
 * How many processes may work on a subscription, as operators have limited it.
 * Takes Hermes' nodes of workload constraints, watched. Gives the limit of a subscription: its own, else that
 * of its topic. Promises: a node that cannot be read limits nothing; with ZooKeeper away the last known stay.
 */
import { readWorkloadConstraints } from '@iris/common/domain/workload-constraints'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import { growBranch } from '@iris/common/zookeeper/branch'
import { createFirstLoad } from '@iris/common/zookeeper/first-load'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'

export interface Constraints {
  /** Processes at most; null where nobody has said. */
  consumersMax(id: string): number | null
  /** Resolves when all are known. */
  start(): Promise<void>
  stop(): void
}

/** Makes them; `changed` is called after every change. */
export function createConstraints(
  { session, log }: { readonly session: ZooSession; readonly log: Log },
  paths: Pick<ZooPaths, 'workloadConstraints' | 'workloadConstraint'>,
  changed: () => void,
): Constraints {
  const known = new Map<string, number>()
  const load = createFirstLoad()
  let cancel: Cancel = () => undefined

  const learn = (name: string, data: Buffer | null): void => {
    const constraints = data === null ? null : readWorkloadConstraints(data)
    if (data !== null && constraints === null) log.warn('workload.constraintUnreadable', { name })
    if (constraints === null) known.delete(name)
    else known.set(name, constraints.consumersNumber)
    changed()
  }

  return {
    consumersMax: id => known.get(id) ?? known.get(id.slice(0, id.indexOf('$'))) ?? null,
    start() {
      cancel = growBranch(session, load, {
        path: null,
        childrenPath: paths.workloadConstraints,
        child: name => ({
          path: paths.workloadConstraint(name),
          childrenPath: null,
          child: () => null,
          changed: node => learn(name, node?.data ?? null),
        }),
        changed: () => undefined,
      })
      return load.whenDone()
    },
    stop() {
      load.abandon(new Error('The workload constraints were stopped before they were loaded'))
      cancel()
    },
  }
}
