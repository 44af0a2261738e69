// pure
/**
 * A task as the API shows it.
 * Takes a task and, where it waits, what it waits for. Gives JSON without what is not there; passwords are
 * masked.
 */
import { z } from 'zod'
import { maskEndpoint } from '@iris/common/domain/endpoint'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { taskFailure, taskKinds, taskStates, type Task } from '@iris/common/tasks/task'

const count = z.int()

/** What is answered. */
export const taskAnswer = z.object({
  id: z.string(),
  kind: z.enum(taskKinds),
  topic: z.string(),
  subscription: z.string(),
  state: z.enum(taskStates),
  endedAt: z.int().optional(),
  executor: z.string().optional().describe('Who works on it'),
  error: z.string().optional().describe('Why it failed as a whole'),
  waitsFor: z.string().optional().describe('Why nobody works on it, or why it gets no further'),
  createdAt: z.int().describe('Milliseconds since the epoch, as all times of a task'),
  createdBy: z.string(),
  asked: z.record(z.string(), z.unknown()).describe('The body that started it'),
  progress: z.object({
    total: count.optional().describe('Messages to deliver; absent until they are counted'),
    done: count.describe('Delivered, or forgotten because a rule or the receiver asked for that'),
    failed: count,
    filtered: count.optional().describe("Of a replay: kept out by the subscription's filters"),
    startedAt: z.int().optional(),
    updatedAt: z.int().optional(),
    rate: z.number().describe('Messages a second lately'),
  }),
  failures: z.array(taskFailure).describe('The first that failed'),
})

/** One task. */
export function taskJson(task: Task, waitsFor: string | null): JsonObject {
  const { id, kind, topic, subscription, state, createdAt, createdBy, progress, failures } = task
  const { total, done, failed, filtered, startedAt, updatedAt, rate } = progress
  const known = {
    endedAt: task.endedAt,
    executor: task.executor,
    error: task.error,
    waitsFor: task.state === 'waiting' ? waitsFor : task.state === 'running' ? progress.heldBack : null,
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
