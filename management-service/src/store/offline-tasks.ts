/**
 * The queue of offline retransmissions in ZooKeeper, a node a task at Hermes' place.
 * Takes and gives tasks; a node that is none is left out.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { forEachOf } from './bounded-reads.js'
import { orRefuse } from './zookeeper-failures.js'

/** A task as it is stored and answered. */
export const offlineTask = z.object({
  type: z.enum(['TOPIC', 'VIEW']),
  taskId: z.string(),
  sourceViewPath: z.string().nullable(),
  sourceTopic: z.string().nullable(),
  targetTopic: z.string(),
  startTimestamp: z.string().nullable(),
  endTimestamp: z.string().nullable(),
  createdAt: z.string(),
})
export type OfflineTask = ValueOf<typeof offlineTask>

export interface OfflineTaskStore {
  offlineTasks(): Promise<readonly OfflineTask[]>
  addOfflineTask(task: OfflineTask): Promise<void>
  /** False where there is no such task. */
  removeOfflineTask(id: string): Promise<boolean>
}

/** Makes the store. */
export function createOfflineTaskStore(
  session: ZooSession,
  paths: Pick<ZooPaths, 'offlineTasks' | 'offlineTask'>,
): OfflineTaskStore {
  return {
    async offlineTasks() {
      const ids = (await orRefuse(session.children(paths.offlineTasks))) ?? []
      const tasks = await forEachOf(ids, async id => {
        const node = await orRefuse(session.read(paths.offlineTask(id)))
        return node === null ? null : taskOf(node.data)
      })
      return tasks.filter(task => task !== null)
    },
    async addOfflineTask(task) {
      await orRefuse(session.ensure(paths.offlineTasks))
      await orRefuse(session.create(paths.offlineTask(task.taskId), Buffer.from(JSON.stringify(task))))
    },
    async removeOfflineTask(id) {
      try {
        await orRefuse(session.remove(paths.offlineTask(id)))
        return true
      } catch (error) {
        if (error instanceof NoNodeError) return false
        throw error
      }
    },
  }
}

/** Hermes leaves members out or writes null; both are no value. */
function taskOf(data: Buffer): OfflineTask | null {
  const none = { sourceViewPath: null, sourceTopic: null, startTimestamp: null, endTimestamp: null }
  try {
    const json = JSON.parse(data.toString('utf8')) as object
    const task = offlineTask.safeParse({ ...none, ...json })
    return task.success ? task.data : null
  } catch {
    return null // no task of ours or of Hermes
  }
}
