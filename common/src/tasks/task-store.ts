/**
 * Tasks in ZooKeeper: a node each, and beside it the list of those that are open, for who works on them.
 * Takes tasks and changes. Gives them back. Promises: a subscription has at most one open task of a kind; a
 * task and its entry in that list change together; a change is made over exactly what it was computed from.
 * Bound: `triesMax` tries of a change that meets others.
 */
import {
  splitSubscriptionId,
  type SubscriptionId,
  type SubscriptionName,
  type TopicName,
} from '../domain/names.js'
import type { ZooPaths } from '../zookeeper/paths.js'
import type { ZooOperation, ZooSession } from '../zookeeper/session.js'
import { BadVersionError, NodeExistsError, NoNodeError } from '../zookeeper/zoo-errors.js'
import { readTask, taskKinds, writeTask, type Task, type TaskKind } from './task.js'
import { isOpen } from './task-states.js'

/** Which task. */
export interface TaskPlace {
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly id: string
}

export interface TaskStore {
  /** Gives the id of the open task of the same kind where there is one, and null when this one was made. */
  create(task: Task): Promise<string | null>
  read(place: TaskPlace): Promise<Task | null>
  /** The id of the open one of a kind; null where there is none. */
  openId(topic: TopicName, subscription: SubscriptionName, kind: TaskKind): Promise<string | null>
  /** All open ones of all subscriptions. */
  allOpen(): Promise<readonly TaskPlace[]>
  /** All of a subscription, the newest first. */
  list(topic: TopicName, subscription: SubscriptionName): Promise<readonly Task[]>
  /**
   * Reads, changes, writes. Gives the task as it is then, or null where there is none. A change that gives
   * the same object writes nothing.
   */
  change(place: TaskPlace, change: (task: Task) => Task): Promise<Task | null>
  /** Removes tasks that are not open. */
  remove(places: readonly TaskPlace[]): Promise<void>
  /** Removes all of a subscription, open ones too. */
  forget(topic: TopicName, subscription: SubscriptionName): Promise<void>
}

type TaskPaths = ZooPaths['iris']['tasks']

const triesMax = 10

/** Makes the store. */
export function createTaskStore(session: ZooSession, { iris: { tasks } }: ZooPaths): TaskStore {
  const read = async ({ topic, subscription, id }: TaskPlace): Promise<Stored | null> => {
    const node = await session.read(tasks.task(topic, subscription, id))
    const task = node === null ? null : readTask(node.data)
    return node === null || task === null ? null : { task, version: node.stat.version }
  }
  return {
    create: task => create(session, tasks, task),
    read: async place => (await read(place))?.task ?? null,
    async openId(topic, subscription, kind) {
      const node = await session.read(tasks.open(topic, subscription, kind))
      return node === null ? null : node.data.toString('utf8')
    },
    async allOpen() {
      const entries = ((await session.children(tasks.allOpen)) ?? []).flatMap(
        name => readOpenName(name) ?? [],
      )
      const places: TaskPlace[] = []
      for (const { subscriptionId, kind } of entries) {
        const { topic, subscription } = splitSubscriptionId(subscriptionId)
        const node = await session.read(tasks.open(topic, subscription, kind))
        if (node !== null) places.push({ topic, subscription, id: node.data.toString('utf8') })
      }
      return places
    },
    async list(topic, subscription) {
      const ids = (await session.children(tasks.ofSubscription(topic, subscription))) ?? []
      const stored = await Promise.all(ids.map(id => read({ topic, subscription, id })))
      const found = stored.flatMap(each => (each === null ? [] : [each.task]))
      return found.sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1))
    },
    async change(place, change) {
      for (let tries = 1; ; tries++) {
        const stored = await read(place)
        if (stored === null) return null
        const changed = change(stored.task)
        if (changed === stored.task) return changed
        try {
          await write(session, tasks, changed, stored)
          return changed
        } catch (error) {
          if (error instanceof NoNodeError) return null
          if (!(error instanceof BadVersionError) || tries >= triesMax) throw error
        }
      }
    },
    async remove(places) {
      for (const { topic, subscription, id } of places)
        await session.remove(tasks.task(topic, subscription, id)).catch(unlessGone)
    },
    async forget(topic, subscription) {
      const parent = tasks.ofSubscription(topic, subscription)
      for (const kind of taskKinds)
        await session.remove(tasks.open(topic, subscription, kind)).catch(unlessGone)
      for (const id of (await session.children(parent)) ?? [])
        await session.remove(tasks.task(topic, subscription, id)).catch(unlessGone)
      await session.remove(parent).catch(unlessGone)
    },
  }
}

interface Stored {
  readonly task: Task
  readonly version: number
}

async function create(session: ZooSession, tasks: TaskPaths, task: Task): Promise<string | null> {
  const { topic, subscription, id, kind } = task
  await session.ensure(tasks.ofSubscription(topic, subscription))
  await session.ensure(tasks.allOpen)
  const open = tasks.open(topic, subscription, kind)
  try {
    await session.transaction([
      { kind: 'create', path: open, data: Buffer.from(id) },
      { kind: 'create', path: tasks.task(topic, subscription, id), data: writeTask(task) },
    ])
    return null
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
    return (await session.read(open))?.data.toString('utf8') ?? 'that has just ended'
  }
}

async function write(session: ZooSession, tasks: TaskPaths, task: Task, former: Stored): Promise<void> {
  const { topic, subscription, id, kind } = task
  const own: ZooOperation = {
    kind: 'write',
    path: tasks.task(topic, subscription, id),
    data: writeTask(task),
    version: former.version,
  }
  const hasEnded = isOpen(former.task) && !isOpen(task)
  const removal: ZooOperation = { kind: 'remove', path: tasks.open(topic, subscription, kind) }
  await session.transaction(hasEnded ? [own, removal] : [own])
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NoNodeError)) throw error
}

/** What an entry of the list of open tasks is of; null for a node that somebody else put there. */
export function readOpenName(
  name: string,
): { readonly subscriptionId: SubscriptionId; readonly kind: TaskKind } | null {
  const dollar = name.lastIndexOf('$')
  const kind = taskKinds.find(each => each === name.slice(dollar + 1))
  return kind === undefined || dollar <= 0
    ? null
    : { subscriptionId: name.slice(0, dollar) as SubscriptionId, kind }
}
