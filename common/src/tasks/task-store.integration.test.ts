import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SubscriptionName, TopicName } from '../domain/names.js'
import { zooPaths } from '../zookeeper/paths.js'
import type { ZooSession } from '../zookeeper/session.js'
import { openSession } from '../zookeeper/testing/open-session.js'
import { begun, cancelAsked, finished } from './task-states.js'
import { createTaskStore, readOpenName, type TaskStore } from './task-store.js'
import { newTask, type Task } from './task.js'

const topic = 'acme.orders' as TopicName
const paths = zooPaths(`/tasks-${Math.random().toString(36).slice(2)}`)
let session: ZooSession
let store: TaskStore
beforeAll(async () => {
  session = await openSession(inject('zookeeper'))
  store = createTaskStore(session, paths)
})
afterAll(() => session.stop())

function taskOf(name: string, id: string, createdAt = 1): Task {
  const ranges = [{ partition: 0, from: 0, to: 5 }]
  return newTask({
    ...{ kind: 'redrive', id, topic, subscription: name as SubscriptionName },
    spec: { ranges, rate: null, endpoint: null, selection: { all: true } },
    ...{ createdAt, createdBy: 'somebody' },
  })
}

const open = async (): Promise<readonly string[]> => (await session.children(paths.iris.tasks.allOpen)) ?? []

describe('tasks in ZooKeeper', () => {
  it('are open one at a time, and listed for those who work on them until they end', async () => {
    const [first, second] = [taskOf('one', 'a', 1), taskOf('one', 'b', 2)]

    expect(await store.create(first)).toBeNull()
    expect(await store.create(second)).toBe('a')
    expect(await store.openId(topic, first.subscription, 'redrive')).toBe('a')
    expect(await open()).toContain('acme.orders$one$redrive')
    await store.change(first, task => begun(task, 'x', 5))
    expect(await open()).toContain('acme.orders$one$redrive')
    await store.change(first, task => finished(task, 9))
    expect(await open()).not.toContain('acme.orders$one$redrive')
    expect(await store.create(second)).toBeNull()
    expect((await store.list(topic, first.subscription)).map(({ id }) => id)).toEqual(['b', 'a'])
  })

  it('lose no change of two that meet', async () => {
    const task = taskOf('two', 'a')
    await store.create(task)
    const count = (each: Task): Task => ({
      ...each,
      progress: { ...each.progress, done: each.progress.done + 1 },
    })

    await Promise.all(Array.from({ length: 8 }, () => store.change(task, count)))

    expect((await store.read(task))?.progress.done).toBe(8)
  })

  it('that are not there are neither read nor changed', async () => {
    const task = taskOf('three', 'a')

    expect(await store.read(task)).toBeNull()
    expect(await store.change(task, each => cancelAsked(each, 1))).toBeNull()
    expect(await store.list(topic, task.subscription)).toEqual([])
  })

  it('go with their subscription', async () => {
    const task = taskOf('four', 'a')
    await store.create(task)

    await store.forget(topic, task.subscription)
    await store.forget(topic, task.subscription)

    expect(await store.read(task)).toBeNull()
    expect(await open()).not.toContain('acme.orders$four$redrive')
    expect(await store.create(task)).toBeNull()
  })

  it('have names that tell subscription and kind', () => {
    expect(readOpenName('acme.orders$one$redrive')).toEqual({
      subscriptionId: 'acme.orders$one',
      kind: 'redrive',
    })
    expect(readOpenName('acme.orders$one')).toBeNull()
    expect(readOpenName('redrive')).toBeNull()
  })
})
