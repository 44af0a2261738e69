/**
 * Tasks in memory, for tests: a store that does exactly what its port says.
 */
import { isOpen } from '../task-states.js'
import type { TaskPlace, TaskStore } from '../task-store.js'
import { readTask, writeTask, type Task } from '../task.js'

export interface MemoryTasks extends TaskStore {
  /** Every task, in the order of their making. */
  readonly held: Map<string, Task>
}

/** Makes an empty store. Tasks go through their JSON, as in ZooKeeper. */
export function createMemoryTasks(): MemoryTasks {
  const held = new Map<string, Task>()
  const keyOf = ({ topic, subscription, id }: TaskPlace): string => `${topic}$${subscription}$${id}`
  const put = (task: Task): void => {
    const read = readTask(writeTask(task))
    if (read === null) throw new Error('a task that cannot be read back')
    held.set(keyOf(task), read)
  }
  const of = (topic: string, subscription: string): Task[] =>
    [...held.values()].filter(task => task.topic === topic && task.subscription === subscription)
  return {
    held,
    create(task) {
      const open = of(task.topic, task.subscription).find(each => each.kind === task.kind && isOpen(each))
      if (open === undefined) put(task)
      return Promise.resolve(open?.id ?? null)
    },
    read: place => Promise.resolve(held.get(keyOf(place)) ?? null),
    openId: (topic, subscription, kind) =>
      Promise.resolve(of(topic, subscription).find(each => each.kind === kind && isOpen(each))?.id ?? null),
    allOpen: () => Promise.resolve([...held.values()].filter(isOpen)),
    list: (topic, subscription) => Promise.resolve(of(topic, subscription).reverse()),
    change(place, change) {
      const task = held.get(keyOf(place))
      if (task === undefined) return Promise.resolve(null)
      put(change(task))
      return Promise.resolve(held.get(keyOf(place)) ?? null)
    },
    remove(places) {
      for (const place of places) held.delete(keyOf(place))
      return Promise.resolve()
    },
    forget(topic, subscription) {
      for (const task of of(topic, subscription)) held.delete(keyOf(task))
      return Promise.resolve()
    },
  }
}
