/**
 * Tasks behind the use cases.
 * Takes a session. Gives the store of `common/src/tasks`; its failures are refusals that a caller can be
 * shown.
 */
import { createTaskStore, type TaskStore } from '@iris/common/tasks/task-store'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { orRefuse } from './zookeeper-failures.js'

/** Makes the store. */
export function createTasks(session: ZooSession, paths: ZooPaths): TaskStore {
  const store = createTaskStore(session, paths)
  return {
    create: task => orRefuse(store.create(task)),
    read: place => orRefuse(store.read(place)),
    openId: (topic, subscription, kind) => orRefuse(store.openId(topic, subscription, kind)),
    allOpen: () => orRefuse(store.allOpen()),
    list: (topic, subscription) => orRefuse(store.list(topic, subscription)),
    change: (place, change) => orRefuse(store.change(place, change)),
    remove: places => orRefuse(store.remove(places)),
    forget: (topic, subscription) => orRefuse(store.forget(topic, subscription)),
  }
}
