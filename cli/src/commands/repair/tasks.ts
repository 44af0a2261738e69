/**
 * `iris tasks`: redrives and replays that go on, or went on.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { tableLines } from '../../show/table.js'
import { countText, jsonLine, textIn } from '../../show/words.js'
import { required } from '../../words/declare.js'
import { subscriptionArguments, subscriptionPlace, type SubscriptionPlace } from '../../words/places.js'
import { cancelTask, taskView, watchTask } from './watch-task.js'

const section = 'Repair'

export const tasksListCommand = command({
  name: 'tasks list',
  section,
  summary: 'list the redrives and replays of a subscription, newest first',
  arguments: subscriptionArguments,
  options: {},
  examples: [{ words: 'tasks list shop.orders billing', what: 'those of the last seven days' }],
  async run({ management, screen, isJson }, words) {
    const { path, id } = subscriptionPlace(words)
    const json = succeeded(`No tasks of ${id}`, await management({ method: 'GET', path: `${path}/tasks` }))
    const all: unknown = isJsonObject(json) ? json['items'] : json
    const items = (Array.isArray(all) ? all : []).filter(isJsonObject)
    if (isJson) screen.out(jsonLine({ items }))
    else if (items.length === 0) screen.say('No tasks.')
    else {
      const columns = [
        ...[
          { title: 'TASK' },
          { title: 'STATE' },
          { title: 'DONE', isRight: true },
          { title: 'FAILED', isRight: true },
        ],
        ...[
          { title: 'OF', isRight: true },
          { title: 'BY', isLong: true },
        ],
      ]
      const rows = items.map(item => {
        const { id: task, state, done, failed, total, json: told } = taskView(item)
        return [
          task,
          state,
          countText(done),
          countText(failed),
          total === null ? '-' : countText(total),
          textIn(told['createdBy']),
        ]
      })
      screen.out(`${tableLines(columns, rows, { width: screen.columns, paint: screen.paint }).join('\n')}\n`)
    }
    return exitCodes.done
  },
})

const taskArguments = {
  topic: required('the topic; TOPIC/SUBSCRIPTION in one word will do', { completes: 'topic' }),
  subscription: required('the subscription, or the task after TOPIC/SUBSCRIPTION', {
    completes: 'subscription',
  }),
  task: subscriptionArguments.subscription,
}

export const tasksWatchCommand = command({
  name: 'tasks watch',
  section,
  summary: 'follow a redrive or replay to its end',
  arguments: taskArguments,
  options: {},
  examples: [
    {
      words: 'tasks watch shop.orders/billing redrive-20260501T120000Z-1f2e3d4c',
      what: 'one begun with --detach',
    },
  ],
  run: (world, words) => {
    const { place, id } = taskOf(words)
    return watchTask(world, place, id)
  },
})

export const tasksCancelCommand = command({
  name: 'tasks cancel',
  section,
  summary: 'end a redrive or replay',
  details: ['What was delivered stays delivered. Once it is cancelled nothing more is sent.'],
  arguments: taskArguments,
  options: {},
  examples: [
    {
      words: 'tasks cancel shop.orders/billing redrive-20260501T120000Z-1f2e3d4c',
      what: 'it ends within a second',
    },
  ],
  async run(world, words) {
    const { place, id } = taskOf(words)
    const { state, json } = await cancelTask(world, place, id)
    world.screen.out(world.isJson ? jsonLine(json) : `${id}: ${state}\n`)
    return exitCodes.done
  },
})

interface TaskWords {
  readonly topic: string
  readonly subscription: string
  readonly task: string | null
}

function taskOf({ topic, subscription, task }: TaskWords): {
  readonly place: SubscriptionPlace
  readonly id: string
} {
  if (task === null) return { place: subscriptionPlace({ topic, subscription: null }), id: subscription }
  return { place: subscriptionPlace({ topic, subscription }), id: task }
}
