// pure
/**
 * A long piece of work on a subscription's messages: a redrive of dead letters, or a replay of the topic.
 * Takes and gives the JSON of its node in ZooKeeper. Refuses, by giving null, a node that is none.
 * Bound: `failuresMax` failures are listed, `idsMax` ids named; so a node stays under 64 KiB.
 */
import { z } from 'zod'
import type { SubscriptionName, TopicName } from '../domain/names.js'

export const taskKinds = ['redrive', 'replay'] as const
export type TaskKind = (typeof taskKinds)[number]

/**
 * - `waiting`: nobody works on it: not yet, or not now.
 * - `running`: the process named as `executor` does.
 * - `cancelling`: it still does, and has been asked to stop.
 * - `done`, `cancelled`, `failed`: for good.
 */
export const taskStates = ['waiting', 'running', 'cancelling', 'done', 'cancelled', 'failed'] as const
export type TaskState = (typeof taskStates)[number]

const offset = z.int().min(0)

/** A stretch of a partition: `to` is not part of it. */
export const taskRange = z.object({ partition: offset, from: offset, to: offset })
export type TaskRange = Readonly<z.infer<typeof taskRange>>

/** What both kinds say. */
interface CommonSpec {
  /** What is read: of the dead-letter topic, or of the topic itself. */
  readonly ranges: readonly TaskRange[]
  /** Messages a second; null for the subscription's own rate. */
  readonly rate: number | null
  /** Another endpoint, with credentials in clear text; null for the subscription's own. */
  readonly endpoint: string | null
}

export interface RedriveSpec extends CommonSpec {
  /** Members as `selectionOf` reads them. */
  readonly selection: Readonly<Record<string, unknown>>
}

export interface ReplaySpec extends CommonSpec {
  /** Whether what fails becomes a dead letter. */
  readonly deadLetters: boolean
}

/** How far it is. */
export interface TaskProgress {
  /** Messages to deliver; null until they are counted. */
  readonly total: number | null
  /** Delivered, or forgotten because a rule or the receiver asked for that. */
  readonly done: number
  readonly failed: number
  /** Kept out by the subscription's filters. */
  readonly filtered: number
  /** For each range, the offset below which all is settled: another process goes on there. */
  readonly positions: readonly number[]
  /** The lowest dead letter that stays, as far as is known; null for none. */
  readonly keptFrom: number | null
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null
  readonly updatedAt: number | null
  /** Messages a second lately. */
  readonly rate: number
  /** Why its executor gets no further now, in plain words; null while it does. */
  readonly heldBack: string | null
}

export const taskFailure = z.object({
  id: z.string().describe('Dead letter or message: `partition-offset`'),
  messageId: z.string(),
  reason: z.string(),
})
export type TaskFailure = Readonly<z.infer<typeof taskFailure>>

interface CommonTask {
  readonly id: string
  readonly topic: TopicName
  readonly subscription: SubscriptionName
  readonly state: TaskState
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly createdBy: string
  readonly endedAt: number | null
  /** Who works on it; null while it waits. */
  readonly executor: string | null
  readonly progress: TaskProgress
  /** The first that failed. */
  readonly failures: readonly TaskFailure[]
  /** Why it failed as a whole. */
  readonly error: string | null
}

export interface RedriveTask extends CommonTask {
  readonly kind: 'redrive'
  readonly spec: RedriveSpec
}

export interface ReplayTask extends CommonTask {
  readonly kind: 'replay'
  readonly spec: ReplaySpec
}

export type Task = RedriveTask | ReplayTask

/** Failures that a task lists. */
export const failuresMax = 100
/** Letters of a failure's reason. */
export const failureReasonMax = 200
/** Partitions of a topic that can be replayed at a time. */
export const rangesMax = 1_000

const commonSpec = {
  ranges: z.array(taskRange).max(rangesMax),
  rate: z.number().positive().nullable(),
  endpoint: z.string().nullable(),
}
const commonTask = {
  id: z.string(),
  topic: z.string().transform(name => name as TopicName),
  subscription: z.string().transform(name => name as SubscriptionName),
  state: z.enum(taskStates),
  createdAt: z.number(),
  createdBy: z.string(),
  endedAt: z.number().nullable(),
  executor: z.string().nullable(),
  progress: z.object({
    total: z.number().nullable(),
    done: z.number(),
    failed: z.number(),
    filtered: z.number(),
    positions: z.array(offset).max(rangesMax),
    keptFrom: offset.nullable(),
    startedAt: z.number().nullable(),
    updatedAt: z.number().nullable(),
    rate: z.number(),
    // A process of an earlier version says nothing of it.
    heldBack: z.string().nullable().default(null),
  }),
  failures: z.array(taskFailure),
  error: z.string().nullable(),
}
const taskShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('redrive'),
    spec: z.object({ ...commonSpec, selection: z.record(z.string(), z.unknown()) }),
    ...commonTask,
  }),
  z.object({
    kind: z.literal('replay'),
    spec: z.object({ ...commonSpec, deadLetters: z.boolean() }),
    ...commonTask,
  }),
])

/** Reads a node; null where there is no task in it. */
export function readTask(data: Buffer): Task | null {
  try {
    const task = taskShape.safeParse(JSON.parse(data.toString('utf8')))
    return task.success ? task.data : null
  } catch {
    return null
  }
}

/** Writes a node. */
export function writeTask(task: Task): Buffer {
  return Buffer.from(JSON.stringify(task))
}

/** What is asked for, before anybody works on it. */
export type NewTask =
  | Pick<RedriveTask, 'kind' | 'id' | 'topic' | 'subscription' | 'spec' | 'createdAt' | 'createdBy'>
  | Pick<ReplayTask, 'kind' | 'id' | 'topic' | 'subscription' | 'spec' | 'createdAt' | 'createdBy'>

/** A task that waits for somebody to work on it. */
export function newTask(asked: NewTask): Task {
  return {
    ...asked,
    state: 'waiting',
    endedAt: null,
    executor: null,
    progress: {
      ...{ total: null, done: 0, failed: 0, filtered: 0, keptFrom: null },
      positions: asked.spec.ranges.map(({ from }) => from),
      ...{ startedAt: null, updatedAt: null, rate: 0, heldBack: null },
    },
    failures: [],
    error: null,
  }
}
