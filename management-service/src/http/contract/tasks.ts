/**
 * What the routes of tasks promise, and of what starts one.
 */
import { z } from 'zod'
import { deadLetterSummary } from '../../dead-letters/summary.js'
import { replayCount } from '../../tasks/replay-count.js'
import { taskAnswer } from '../../tasks/task-json.js'
import { taskRateMax, taskRateMin } from '../../tasks/task-options.js'
import { json, type AnswerContract, type ResourceContract } from './contract.js'
import { selecting } from './letter-selection.js'
import { paging } from './parameters.js'

const kafka = 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'

const options = {
  rate: z
    .number()
    .min(taskRateMin)
    .max(taskRateMax)
    .nullish()
    .describe("Messages a second at most; without it the subscription's own rate"),
  endpoint: z.string().nullish().describe("Another address instead of the subscriber's"),
  dryRun: z.boolean().nullish().describe('Only count'),
}
const redrive = z.object({ ...selecting, ...options }).strict()
const replay = z
  .object({
    from: z
      .union([z.string(), z.number(), z.record(z.string().regex(/^\d{1,6}$/), z.int().min(0))])
      .describe('`earliest`, a date, milliseconds, or offsets by partition'),
    to: z.union([z.string(), z.number()]).nullish().describe('`now` (default), a date, or milliseconds'),
    deadLetters: z.boolean().optional().describe('Whether what fails becomes a dead letter'),
    ...options,
  })
  .strict()

const task = {
  id: 'redrive-20260501T120000Z-1f2e3d4c',
  kind: 'redrive',
  topic: 'demo.orders',
  subscription: 'billing',
  state: 'waiting',
  waitsFor: 'no consumers process has taken it yet',
  createdAt: 1_795_368_211_123,
  createdBy: '[anonymous user]',
  asked: { all: true, rate: 50 },
  progress: { done: 0, failed: 0, rate: 0 },
  failures: [],
}
const accepted: AnswerContract = {
  ...json(taskAnswer, task),
  description: 'The task that was started',
  headers: { Location: 'Where the task is shown' },
}
const counted = (answer: AnswerContract): AnswerContract => ({ ...answer, description: 'What it would do' })

export const taskContract: ResourceContract = {
  tag: 'Tasks',
  description: 'Redrives of dead letters and replays of a topic. An addition of Iris.',
  routes: {
    'POST /topics/:topic/subscriptions/:subscription/dead-letters/redrive': {
      summary: 'Sends dead letters again',
      description: 'Exactly one of `all`, `ids` and `filter` is given.',
      right: 'owner',
      query: { after: paging.after.describe('With `dryRun`: `next` of the answer before') },
      body: { schema: redrive, example: { filter: { status: 503 }, rate: 50 } },
      answers: {
        200: counted(
          json(deadLetterSummary, {
            ...{ total: 2, byClass: { expired: 2 }, byStatus: { '503': 2 }, otherReasons: 0 },
            byCause: [{ cause: '503', count: 2, newest: 1_795_368_999_000 }],
            byReason: [{ reason: 'Message sending failed with status code: 503', count: 2 }],
            isComplete: true,
          }),
        ),
        202: accepted,
      },
      errors: ['CONFLICT', kafka],
    },
    'POST /topics/:topic/subscriptions/:subscription/replay': {
      summary: 'Delivers a stretch of the topic again',
      description: "Beside normal delivery: the subscription's offsets stay where they are.",
      right: 'owner',
      body: { schema: replay, example: { from: '2026-05-01T12:00:00Z', to: 'now', rate: 100 } },
      answers: {
        200: counted(
          json(replayCount, {
            partitions: [{ partition: 0, from: 12, to: 20, messages: 8, matching: 4 }],
            ...{ total: 4, isComplete: true },
          }),
        ),
        202: accepted,
      },
      errors: ['CONFLICT', kafka],
    },
    'GET /topics/:topic/subscriptions/:subscription/tasks': {
      summary: 'Lists the tasks of a subscription, newest first',
      right: 'reader',
      shows: 'contents',
      answers: { 200: json(z.array(taskAnswer), [task]) },
    },
    'GET /topics/:topic/subscriptions/:subscription/tasks/:id': {
      summary: 'Shows a task',
      right: 'reader',
      shows: 'contents',
      answers: { 200: json(taskAnswer, task) },
      errors: ['TASK_NOT_EXISTS'],
    },
    'DELETE /topics/:topic/subscriptions/:subscription/tasks/:id': {
      summary: 'Cancels a task',
      description: 'Gives it as it is then; again, or after its end, it changes nothing.',
      right: 'owner',
      answers: { 200: json(taskAnswer, { ...task, state: 'cancelled' }) },
      errors: ['TASK_NOT_EXISTS', 'CONFLICT'],
    },
  },
}
