/**
 * `iris dlq redrive` and `purge`: dead letters sent again, or removed for good.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { isAgreed } from '../../show/screen.js'
import { jsonLine, several } from '../../show/words.js'
import { count, text, toggle, UsageError } from '../../words/declare.js'
import { subscriptionArguments, subscriptionPlace, type SubscriptionPlace } from '../../words/places.js'
import { countedPages, selectionOf, selectionOptions, summaryLines } from './letters.js'
import { taskView, watchTask } from './watch-task.js'

const section = 'Repair'
const rateMax = 1_000_000

export const dlqRedriveCommand = command({
  name: 'dlq redrive',
  section,
  summary: 'send dead letters again, and follow how it goes',
  details: [
    'A letter keeps its message id, headers and key. What is delivered leaves the list, what fails again stays. Ctrl-C asks ' +
      'whether to cancel; without a terminal the redrive goes on. Exit code 1 where some failed.',
  ],
  arguments: subscriptionArguments,
  options: {
    ...selectionOptions,
    rate: count('N', 'at most so many messages a second', { min: 1, max: rateMax }),
    endpoint: text('URL', 'another address instead of the subscriber'),
    detach: toggle('begin it, print its id and end'),
  },
  examples: [
    { words: 'dlq redrive shop.orders billing --status 503 --dry-run', what: 'how many would be sent' },
    { words: 'dlq redrive shop.orders billing --all --rate 50', what: 'all, 50 a second' },
    { words: 'dlq redrive shop.orders billing --id 0-17 --id 0-18', what: 'these two' },
  ],
  async run(world, words, { rate, endpoint, detach, dryRun, ...selection }) {
    const place = subscriptionPlace(words)
    const body = {
      ...selectionOf(world, { ...selection, dryRun }),
      ...(rate === null ? {} : { rate }),
      ...(endpoint === null ? {} : { endpoint }),
    }
    if (dryRun) return showCount(world, await countOf(world, place, body))
    const answer = await world.management({
      method: 'POST',
      path: `${place.path}/dead-letters/redrive`,
      body,
    })
    return startedTask(world, place, succeeded('No redrive', answer), detach)
  },
})

export const dlqPurgeCommand = command({
  name: 'dlq purge',
  section,
  summary: 'remove dead letters for good',
  details: ['It asks first, and needs --yes where nobody can be asked: what is purged does not come back.'],
  arguments: subscriptionArguments,
  options: { ...selectionOptions, yes: toggle('do not ask', { short: 'y' }) },
  examples: [
    { words: 'dlq purge shop.orders billing --status 404 --dry-run', what: 'how many would go' },
    { words: 'dlq purge shop.orders billing --status 404 --yes', what: 'in a script' },
  ],
  async run(world, words, { yes, dryRun, ...selection }) {
    const { screen, isJson } = world
    const place = subscriptionPlace(words)
    const body = selectionOf(world, { ...selection, dryRun })
    const counted = await countOf(world, place, body)
    if (dryRun) return showCount(world, counted)
    const total = Number(counted['total'] ?? 0)
    if (!yes && !(await mayGoOn(world, `Remove ${several(total, 'dead letter')} of ${place.id}?`)))
      return exitCodes.failed
    // All are removed at once, uncounted: it is what was there a moment ago.
    const purged = (await purge(world, place, body)) ?? total
    if (isJson) screen.out(jsonLine({ purged }))
    else screen.out(`Removed ${several(purged, 'dead letter')}.\n`)
    return exitCodes.done
  },
})

/** What somebody agrees to; refuses where nobody can be asked. */
export async function mayGoOn({ screen }: World, question: string): Promise<boolean> {
  const agreed = await isAgreed(screen, question)
  if (agreed === null) throw new UsageError(`${question} Nobody is here to be asked: --yes says it`)
  if (!agreed) screen.say('Nothing was done.')
  return agreed
}

/** Follows a task that was just begun, or only tells its id. */
export function startedTask(
  world: World,
  place: SubscriptionPlace,
  json: unknown,
  isDetached: boolean,
): Promise<ExitCode> {
  const { id, json: task } = taskView(json)
  if (!isDetached) return watchTask(world, place, id)
  world.screen.out(world.isJson ? jsonLine(task) : `${id}\n`)
  return Promise.resolve(exitCodes.done)
}

function showCount({ screen, isJson }: World, summary: JsonObject): ExitCode {
  screen.out(isJson ? jsonLine(summary) : `${summaryLines(summary).join('\n')}\n`)
  return exitCodes.done
}

/** How many a selection means: what a redrive of it would send. */
function countOf({ management }: World, { path }: SubscriptionPlace, body: JsonObject): Promise<JsonObject> {
  return countedPages(async after => {
    const counting = { ...body, dryRun: true }
    const call = {
      method: 'POST',
      path: `${path}/dead-letters/redrive`,
      body: counting,
      query: { after },
    } as const
    return succeeded('Not counted', await management(call))
  })
}

/** Page by page until all were looked at; null where management does not tell how many. */
async function purge(
  { management }: World,
  { path }: SubscriptionPlace,
  body: object,
): Promise<number | null> {
  let count: number | null = null
  let after: string | null = null
  do {
    const answer = await management({
      method: 'POST',
      path: `${path}/dead-letters/purge`,
      body,
      query: { after },
    })
    const json = succeeded('Not purged', answer)
    const { purged, isComplete, next } = isJsonObject(json) ? json : {}
    if (typeof purged === 'number') count = (count ?? 0) + purged
    after = isComplete === false && typeof next === 'string' ? next : null
  } while (after !== null)
  return count
}
