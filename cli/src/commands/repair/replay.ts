/**
 * `iris replay`: a stretch of a topic delivered again to one subscription, beside what it gets anyway.
 * Promises: what would be sent is counted first; nothing is begun without a yes.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { jsonLine, several, textIn } from '../../show/words.js'
import { count, text, toggle, UsageError, type Option } from '../../words/declare.js'
import { isoOf } from '../../words/moment.js'
import { subscriptionArguments, subscriptionPlace, type SubscriptionPlace } from '../../words/places.js'
import { mayGoOn, startedTask } from './dlq-change.js'

const fromOption = text('PLACE', 'earliest, a moment, so long ago (2h), or offsets such as 0:17,1:4', {
  completes: ['earliest'],
})
/** An option that must be there. */
const from: Option<string> = {
  ...fromOption,
  read(values, flag) {
    const value = fromOption.read(values, flag)
    if (value === null)
      throw new UsageError('Say where to begin: --from earliest, --from 2h, --from 2026-05-01T12:00:00Z')
    return value
  },
}

export const replayCommand = command({
  name: 'replay',
  section: 'Repair',
  summary: 'deliver a stretch of a topic again, counted first',
  details: [
    'Message ids stay, the offsets of the subscription too, and its filters are asked. It counts and asks first, and needs ' +
      '--yes where nobody can be asked. Ctrl-C asks whether to cancel; without a terminal the replay goes on.',
  ],
  arguments: subscriptionArguments,
  options: {
    from,
    to: text('MOMENT', 'messages of this moment and later are left out; now without it'),
    rate: count('N', 'at most so many messages a second', { min: 1, max: 1_000_000 }),
    endpoint: text('URL', 'another address instead of the subscriber'),
    deadLetters: toggle('make dead letters of what fails'),
    dryRun: toggle('only count'),
    yes: toggle('do not ask', { short: 'y' }),
    detach: toggle('begin it, print its id and end'),
  },
  examples: [
    { words: 'replay shop.orders billing --from 2h', what: 'the last two hours again' },
    {
      words: 'replay shop.orders billing --from earliest --to 2026-05-01T12:00:00Z --rate 100 --yes',
      what: 'in a script',
    },
  ],
  async run(world, words, options) {
    const place = subscriptionPlace(words)
    const body = bodyOf(world, options)
    const path = `${place.path}/replay`
    const counted = succeeded(
      'No replay',
      await world.management({ method: 'POST', path, body: { ...body, dryRun: true } }),
    )
    if (options.dryRun && world.isJson) world.screen.out(jsonLine(counted))
    if (!world.isJson) showCount(world, place, counted, options.dryRun)
    if (options.dryRun) return exitCodes.done
    if (!options.yes && !(await mayGoOn(world, 'Send them?'))) return exitCodes.failed
    const answer = await world.management({ method: 'POST', path, body })
    return startedTask(world, place, succeeded('No replay', answer), options.detach)
  },
})

interface ReplayOptions {
  readonly from: string
  readonly to: string | null
  readonly rate: number | null
  readonly endpoint: string | null
  readonly deadLetters: boolean
}

function bodyOf({ clock }: World, { from: place, to, rate, endpoint, deadLetters }: ReplayOptions): object {
  const now = { ms: clock.now(), sign: -1 } as const
  return {
    from: place === 'earliest' ? place : (offsetsOf(place) ?? isoOf(place, '--from', now)),
    ...(to === null ? {} : { to: isoOf(to, '--to', now) }),
    ...(rate === null ? {} : { rate }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(deadLetters ? { deadLetters: true } : {}),
  }
}

/** `0:17,1:4` as offsets by partition; null for what is none. */
function offsetsOf(word: string): object | null {
  if (!/^\d+:\d+(,\d+:\d+)*$/.test(word)) return null
  return Object.fromEntries(word.split(',').map(each => each.split(':').map(Number) as [number, number]))
}

/** The result of a dry run; what is said before a question otherwise. */
function showCount({ screen }: World, { id }: SubscriptionPlace, json: unknown, isResult: boolean): void {
  const { total, partitions, isComplete } = isJsonObject(json) ? json : {}
  const rows = (Array.isArray(partitions) ? partitions : []).filter(isJsonObject)
  const atLeast = isComplete === false ? 'at least ' : ''
  const lines = [
    `${id}: ${atLeast}${several(Number(total ?? 0), 'message')} to send again.`,
    ...rows.map(({ partition, from: first, to, messages, matching }) => {
      const passing = matching === undefined ? '' : `, ${textIn(matching)} of them pass the filters`
      return `  partition ${String(partition)}: offsets ${String(first)} to ${String(to)}, ${several(Number(messages), 'message')}${passing}`
    }),
  ]
  if (isResult) screen.out(`${lines.join('\n')}\n`)
  else for (const line of lines) screen.say(line)
}
