/**
 * The tasks of a subscription, and one of them.
 * Takes names and an id. Gives JSON. Refuses with `TASK_NOT_EXISTS` what never was or is not kept any more.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Task } from '@iris/common/tasks/task'
import { existingSubscription } from '../store/existing.js'
import { keptMax, prune } from './add-task.js'
import { taskJson } from './task-json.js'
import type { TaskNames, TaskParts } from './task-parts.js'

/** All that are kept, the newest first. */
export async function listTasks(parts: TaskParts, names: TaskNames): Promise<readonly JsonObject[]> {
  const { value: subscription } = await existingSubscription(parts.store, names)
  const tasks = await prune(parts, names, keptMax)
  return tasks.map(task => taskJson(task, reasonToWait(subscription)))
}

/** One of them. */
export async function showTask(parts: TaskParts, names: TaskNames, id: string): Promise<JsonObject> {
  const { value: subscription } = await existingSubscription(parts.store, names)
  return taskJson(await existingTask(parts, names, id), reasonToWait(subscription))
}

/** Reads one that must be there. */
export async function existingTask(
  { tasks }: TaskParts,
  { topic, name }: TaskNames,
  id: string,
): Promise<Task> {
  const task = isTaskId(id) ? await tasks.read({ topic, subscription: name, id }) : null
  if (task === null) throw refusal('TASK_NOT_EXISTS', { id, subscription: name, topic })
  return task
}

/** Whether the text can be an id at all: it becomes part of a path in ZooKeeper. */
export function isTaskId(id: string): boolean {
  return /^[a-zA-Z0-9-]{1,100}$/.test(id)
}

/** Why nobody works on what waits, in words. */
export function reasonToWait({ state }: Subscription): string {
  return state === 'SUSPENDED' ? 'the subscription is suspended' : 'no consumers process has taken it yet'
}
