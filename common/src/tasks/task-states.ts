// pure
/**
 * The life of a task: every change of its state, and no other.
 * Takes a task and what happened. Gives the task as it is then; the same object where nothing changes.
 * Promises: what has ended never changes; a cancel is never lost, whoever dies; only the executor that a task
 * names moves it on.
 */
import { failuresMax, type Task, type TaskFailure, type TaskProgress, type TaskState } from './task.js'

/** Whether somebody still has to work on it. */
export function isOpen({ state }: Pick<Task, 'state'>): boolean {
  return state === 'waiting' || state === 'running' || state === 'cancelling'
}

/** A process took its lock: whoever worked on it before is gone. A cancel that nobody carried out is over. */
export function begun(task: Task, executor: string, nowMs: number): Task {
  if (!isOpen(task)) return task
  if (task.state === 'cancelling') return closed(task, 'cancelled', nowMs)
  const startedAt = task.progress.startedAt ?? nowMs
  return { ...task, state: 'running', executor, progress: { ...task.progress, startedAt } }
}

/** Somebody asked to stop it. Asking again changes nothing. */
export function cancelAsked(task: Task, nowMs: number): Task {
  if (task.state === 'waiting') return closed(task, 'cancelled', nowMs)
  return task.state === 'running' ? { ...task, state: 'cancelling' } : task
}

/** Whether this executor may still write it. */
export function isExecutedBy(task: Task, executor: string): boolean {
  return task.executor === executor && (task.state === 'running' || task.state === 'cancelling')
}

/** The executor has come further. */
export function progressed(task: Task, progress: TaskProgress, failures: readonly TaskFailure[]): Task {
  return { ...task, progress, failures: failures.slice(0, failuresMax) }
}

/** The executor is through with all of it; a cancel came too late then. */
export function finished(task: Task, nowMs: number): Task {
  return closed(task, 'done', nowMs)
}

/** The executor gives it up for now; another goes on later, unless it was to be stopped anyway. */
export function interrupted(task: Task, nowMs: number): Task {
  if (task.state === 'cancelling') return closed(task, 'cancelled', nowMs)
  return { ...task, state: 'waiting', executor: null, progress: atRest(task) }
}

/** It cannot be done at all. */
export function broken(task: Task, error: string, nowMs: number): Task {
  return { ...closed(task, 'failed', nowMs), error }
}

function closed(task: Task, state: TaskState, nowMs: number): Task {
  return { ...task, state, executor: null, endedAt: nowMs, progress: atRest(task) }
}

function atRest({ progress }: Task): TaskProgress {
  return { ...progress, rate: 0, heldBack: null }
}
