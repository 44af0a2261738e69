/**
 * Workload constraints in ZooKeeper, at Hermes' place.
 * Takes names: `group.topic`, or `group.topic$subscription`. Gives what is stored; nodes that say nothing
 * are left out.
 */
import {
  readWorkloadConstraints,
  workloadConstraintsToNode,
  type WorkloadConstraints,
} from '@iris/common/domain/workload-constraints'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { forEachOf } from './bounded-reads.js'
import { orRefuse } from './zookeeper-failures.js'

export interface ConstraintStore {
  constraints(): Promise<ReadonlyMap<string, WorkloadConstraints>>
  /** Replaces what was there. */
  putConstraints(name: string, constraints: WorkloadConstraints): Promise<'created' | 'updated'>
  /** Nothing happens where there is nothing. */
  removeConstraints(name: string): Promise<void>
}

/** Makes the store. */
export function createConstraintStore(session: ZooSession, paths: ZooPaths): ConstraintStore {
  return {
    async constraints() {
      const names = (await orRefuse(session.children(paths.workloadConstraints))) ?? []
      const rows = await forEachOf(names, async name => {
        const node = await orRefuse(session.read(paths.workloadConstraint(name)))
        const constraints = node === null ? null : readWorkloadConstraints(node.data)
        return constraints === null ? null : ([name, constraints] as const)
      })
      return new Map(rows.filter(row => row !== null))
    },
    async putConstraints(name, constraints) {
      const data = workloadConstraintsToNode(constraints)
      await orRefuse(session.ensure(paths.workloadConstraints))
      try {
        await orRefuse(session.create(paths.workloadConstraint(name), data))
        return 'created'
      } catch (error) {
        if (!(error instanceof NodeExistsError)) throw error
        await orRefuse(session.write(paths.workloadConstraint(name), data))
        return 'updated'
      }
    },
    async removeConstraints(name) {
      try {
        await orRefuse(session.remove(paths.workloadConstraint(name)))
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error
      }
    },
  }
}
