/**
 * Redrives and replays as they go on: followed to their end, with a bar.
 * Promises: Ctrl-C asks whether to cancel; where nobody can be asked, or says no, the task goes on without
 * us, and what cancels it is told. Bound: `failuresMax` failures of management in a row.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { sleep } from '@iris/common/time/scheduler'
import { exitCodes, type ExitCode, type World } from '../../command.js'
import { ServiceFailure, succeeded } from '../../management/rest.js'
import { isAgreed } from '../../show/screen.js'
import { countText, jsonLine, several } from '../../show/words.js'
import type { SubscriptionPlace } from '../../words/places.js'

const pollMs = 300
const failuresMax = 20

/** What an answer tells of a task, as far as the command needs it. */
export interface TaskView {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly waitsFor: string | null
  readonly error: string | null
  readonly total: number | null
  readonly done: number
  readonly failed: number
  readonly filtered: number
  readonly failures: readonly JsonObject[]
  /** As management says it. */
  readonly json: JsonObject
}

/** Reads a task. */
export function taskView(json: unknown): TaskView {
  const task = isJsonObject(json) ? json : {}
  const progress = isJsonObject(task['progress']) ? task['progress'] : {}
  const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
  const failures: unknown = task['failures']
  return {
    ...{ id: String(task['id']), kind: String(task['kind']), state: String(task['state']) },
    ...{ waitsFor: textOf(task['waitsFor']), error: textOf(task['error']), json: task },
    total: typeof progress['total'] === 'number' ? progress['total'] : null,
    ...{ done: numberOf(progress['done']), failed: numberOf(progress['failed']) },
    filtered: numberOf(progress['filtered']),
    failures: (Array.isArray(failures) ? failures : []).filter(isJsonObject),
  }
}

/** Follows a task to its end, and says how it ended. */
export async function watchTask(world: World, place: SubscriptionPlace, id: string): Promise<ExitCode> {
  const { screen, interrupted, scheduler } = world
  const bar = screen.bar(id.split('-', 1)[0] ?? 'task')
  const interrupt = new Promise<void>(resolve => interrupted.addEventListener('abort', () => resolve()))
  let wasAsked = false
  let task = await readTask(world, place, id)
  while (['waiting', 'running', 'cancelling'].includes(task.state)) {
    const note = [task.failed > 0 ? `${countText(task.failed)} failed` : '', task.waitsFor ?? ''].filter(
      Boolean,
    )
    bar.at(task.done + task.failed + task.filtered, task.total, note.join(', '))
    if (interrupted.aborted && !wasAsked) {
      wasAsked = true
      if ((await isAgreed(screen, `Cancel ${id}?`)) !== true) return leave(world, place, id)
      await cancelTask(world, place, id)
    }
    const poll = sleep(scheduler, pollMs)
    await (wasAsked ? poll : Promise.race([poll, interrupt]))
    task = await readTask(world, place, id)
  }
  bar.end()
  return showEnd(world, task)
}

/** Asks for the end of a task. */
export async function cancelTask(
  { management }: World,
  { path }: SubscriptionPlace,
  id: string,
): Promise<TaskView> {
  const answer = await management({ method: 'DELETE', path: `${path}/tasks/${encodeURIComponent(id)}` })
  return taskView(succeeded(`${id} is not cancelled`, answer))
}

/** One task; a management that does not answer for a moment is asked again. */
export async function readTask(world: World, { path }: SubscriptionPlace, id: string): Promise<TaskView> {
  for (let failures = 0; ; failures++) {
    try {
      const answer = await world.management({
        method: 'GET',
        path: `${path}/tasks/${encodeURIComponent(id)}`,
      })
      return taskView(succeeded(`Nothing is known of ${id}`, answer))
    } catch (error) {
      const isPassing = error instanceof ServiceFailure && (error.status === null || error.status >= 500)
      if (!isPassing || failures >= failuresMax || world.interrupted.aborted) throw error
      await sleep(world.scheduler, pollMs)
    }
  }
}

function leave({ screen }: World, { topic, name }: SubscriptionPlace, id: string): ExitCode {
  screen.say(
    `${id} goes on. Follow it: iris tasks watch ${topic}/${name} ${id}; end it: iris tasks cancel ${topic}/${name} ${id}`,
  )
  return exitCodes.interrupted
}

function showEnd({ screen, isJson }: World, task: TaskView): ExitCode {
  const { state, done, failed, filtered, error, failures } = task
  if (isJson) screen.out(jsonLine(task.json))
  else {
    const parts = [
      `${several(done, 'message')} sent`,
      ...(filtered > 0 ? [`${countText(filtered)} kept out by filters`] : []),
      ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    ]
    screen.out(
      `${state === 'done' ? 'Done' : `${state}${error === null ? '' : `: ${error}`}`}: ${parts.join(', ')}.\n`,
    )
    for (const { messageId, reason } of failures) screen.say(`  ${String(messageId)}: ${String(reason)}`)
  }
  if (state === 'cancelled') return exitCodes.interrupted
  return state === 'done' && failed === 0 ? exitCodes.done : exitCodes.failed
}
