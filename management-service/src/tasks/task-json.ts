// pure
/**
 * A task as the API shows it.
 * Takes a task and, where it waits, what it waits for. Gives JSON without what is not there; passwords are
 * masked.
 */
import { maskEndpoint } from '@iris/common/domain/endpoint'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { Task } from '@iris/common/tasks/task'

/** One task. */
export function taskJson(task: Task, waitsFor: string | null): JsonObject {
  const { id, kind, topic, subscription, state, createdAt, createdBy, progress, failures } = task
  const { total, done, failed, filtered, startedAt, updatedAt, rate } = progress
  const known = {
    endedAt: task.endedAt,
    executor: task.executor,
    error: task.error,
    waitsFor: task.state === 'waiting' ? waitsFor : null,
  }
  return {
    ...{ id, kind, topic, subscription, state },
    ...present(known),
    ...{ createdAt, createdBy },
    asked: askedJson(task),
    progress: present({
      ...{ total, done, failed },
      filtered: kind === 'replay' ? filtered : null,
      ...{ startedAt, updatedAt, rate: Math.round(rate * 10) / 10 },
    }),
    failures,
  }
}

function askedJson(task: Task): JsonObject {
  const { rate, endpoint } = task.spec
  const common = present({ rate, endpoint: endpoint === null ? null : maskEndpoint(endpoint) })
  if (task.kind === 'redrive') return { ...task.spec.selection, ...common }
  return { ranges: task.spec.ranges, deadLetters: task.spec.deadLetters, ...common }
}

function present(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}
