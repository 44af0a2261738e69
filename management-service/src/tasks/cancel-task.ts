/**
 * The end of a task before its time.
 * Takes an id. Gives the task as it stands: `cancelled`, or `cancelling` where its executor has not confirmed
 * within `confirmMs`. Promises: asking again, or after its end, changes nothing; once `cancelled` is answered,
 * nothing more of it is sent; what was delivered stays delivered.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { refusal } from '@iris/common/errors/hermes-error'
import { cancelAsked } from '@iris/common/tasks/task-states'
import { sleep } from '@iris/common/time/scheduler'
import { existingTask, isTaskId } from './read-tasks.js'
import { taskJson } from './task-json.js'
import type { TaskNames, TaskParts } from './task-parts.js'

const confirmMs = 9_000
const askAgainMs = 50

/** Cancels it. */
export async function cancelTask(parts: TaskParts, names: TaskNames, id: string): Promise<JsonObject> {
  const { tasks, clock, scheduler } = parts
  const place = { topic: names.topic, subscription: names.name, id }
  const missing = refusal('TASK_NOT_EXISTS', { id, subscription: names.name, topic: names.topic })
  let task = isTaskId(id) ? await tasks.change(place, each => cancelAsked(each, clock.now())) : null
  if (task === null) throw missing
  const untilMs = clock.monotonic() + confirmMs
  while (task.state === 'cancelling' && clock.monotonic() < untilMs) {
    await sleep(scheduler, askAgainMs)
    task = await existingTask(parts, names, id)
  }
  return taskJson(task, null)
}
