/**
 * The beginning of a task: it is written down with who asked, and some consumers process will find it.
 * Takes what is asked for. Gives the task. Refuses with `CONFLICT` while one of the same kind is open.
 * Bounds: `keptMax` tasks of a subscription; those that ended longer ago than `keptMs` go first of all.
 */
import { sealTask } from '@iris/common/domain/kept-secrets'
import { refusal } from '@iris/common/errors/hermes-error'
import { newTask, type RedriveTask, type ReplayTask, type Task } from '@iris/common/tasks/task'
import { isOpen } from '@iris/common/tasks/task-states'
import type { Asked } from '../topics/create-topic.js'
import type { TaskNames, TaskParts } from './task-parts.js'

/** A kind of task with what it is to do. */
export type TaskWish = Pick<RedriveTask, 'kind' | 'spec'> | Pick<ReplayTask, 'kind' | 'spec'>

/** Tasks of a subscription that are kept, open ones included. */
export const keptMax = 50
/** How long one is kept that has ended. */
export const keptMs = 7 * 24 * 60 * 60 * 1000

/** Writes a task down. */
export async function addTask(
  parts: TaskParts & Asked,
  { topic, name }: TaskNames,
  wish: TaskWish,
): Promise<Task> {
  const createdAt = parts.clock.now()
  await prune(parts, { topic, name }, keptMax - 1)
  const id = `${wish.kind}-${new Date(createdAt).toISOString().replace(/[-:]|\.\d+/g, '')}-${parts.newId()}`
  const createdBy = parts.principal.name
  const task = newTask({ ...wish, id, topic, subscription: name, createdAt, createdBy })
  const open = await parts.tasks.create(sealTask(task, parts.vault))
  if (open === null) return task
  throw refusal('CONFLICT', {
    problem: `Another ${wish.kind} of subscription ${name} of topic ${topic} is open: ${open}; wait for it or cancel it`,
  })
}

/** Removes what is too old or too much. */
export async function prune(
  { tasks, clock }: Pick<TaskParts, 'tasks' | 'clock'>,
  { topic, name }: TaskNames,
  countMax: number,
): Promise<readonly Task[]> {
  const all = await tasks.list(topic, name)
  const isKept = (task: Task, index: number): boolean =>
    isOpen(task) || (index < countMax && clock.now() - (task.endedAt ?? 0) <= keptMs)
  const kept = all.filter(isKept)
  const gone = all.filter((task, index) => !isKept(task, index))
  await tasks.remove(gone.map(({ id }) => ({ topic, subscription: name, id })))
  return kept
}
