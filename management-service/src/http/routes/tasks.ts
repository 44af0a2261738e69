/**
 * `/topics/{t}/subscriptions/{s}/tasks` and what starts a task: parse, call, answer.
 */
import { jsonAnswer, reading, writing, type ApiAnswer, type ApiRoute } from '@iris/common/http/api'
import type { Task } from '@iris/common/tasks/task'
import { subscriptionNamesOf as namesOf } from '../../requests.js'
import { cancelTask } from '../../tasks/cancel-task.js'
import { listTasks, showTask } from '../../tasks/read-tasks.js'
import { redriveDeadLetters } from '../../tasks/redrive.js'
import { replayMessages, type ReplayParts } from '../../tasks/replay.js'
import { taskJson } from '../../tasks/task-json.js'

const subscription = '/topics/:topic/subscriptions/:subscription'
const all = `${subscription}/tasks`
const one = `${all}/:id`

/** The routes of tasks. */
export function taskRoutes(parts: ReplayParts): readonly ApiRoute[] {
  return [
    writing('POST', `${subscription}/dead-letters/redrive`, async ({ params, query, body, principal }) => {
      const request = { body, after: query.get('after') }
      const redriven = await redriveDeadLetters({ ...parts, principal }, namesOf(params), request)
      return 'task' in redriven ? accepted(redriven.task) : jsonAnswer(redriven.dryRun)
    }),
    writing('POST', `${subscription}/replay`, async ({ params, body, principal }) => {
      const replayed = await replayMessages({ ...parts, principal }, namesOf(params), body)
      return 'task' in replayed ? accepted(replayed.task) : jsonAnswer(replayed.dryRun)
    }),
    reading('GET', all, async ({ params }) => jsonAnswer(await listTasks(parts, namesOf(params)))),
    reading('GET', one, async ({ params }) =>
      jsonAnswer(await showTask(parts, namesOf(params), params['id'] ?? '')),
    ),
    reading('DELETE', one, async ({ params }) =>
      jsonAnswer(await cancelTask(parts, namesOf(params), params['id'] ?? '')),
    ),
  ]
}

function accepted(task: Task): ApiAnswer {
  const location = `/topics/${task.topic}/subscriptions/${task.subscription}/tasks/${task.id}`
  return { ...jsonAnswer(taskJson(task, null), 202), headers: { Location: location } }
}
