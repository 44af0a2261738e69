/**
 * `iris dlq list`, `show` and `summary`: what could not be delivered, and why.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { factLines } from '../../show/facts.js'
import { harmless } from '../../show/paint.js'
import { tableLines, type Cell } from '../../show/table.js'
import { bodyText, jsonLine, rowsIn, textIn, timeText } from '../../show/words.js'
import { countOr, required } from '../../words/declare.js'
import { subscriptionArguments, subscriptionPlace } from '../../words/places.js'
import { countsOf, filterOf, filterOptions, summaryLines, summaryOf } from './letters.js'

const section = 'Repair'
/** Of management. */
const pageMax = 100
const listMax = 100_000

export const dlqListCommand = command({
  name: 'dlq list',
  section,
  summary: 'list the dead letters of a subscription, newest first',
  details: ['With --json each is a line; its body is base64, because it may be any bytes.'],
  arguments: subscriptionArguments,
  options: { ...filterOptions, limit: countOr(20, 'N', 'at most so many', { min: 1, max: listMax }) },
  examples: [
    { words: 'dlq list shop.orders billing', what: 'the newest' },
    {
      words: 'dlq list shop.orders/billing --status 500 --from 1h',
      what: 'what a 500 killed in the last hour',
    },
  ],
  async run(world, words, { limit, ...filters }) {
    const { management, screen, isJson } = world
    const { path, id } = subscriptionPlace(words)
    const filter = filterOf(world, filters) as Record<string, string>
    if (filters.cause !== null) await countsOf(world, subscriptionPlace(words), filter)
    const items: JsonObject[] = []
    let after: string | null = null
    do {
      const query = { ...filter, limit: Math.min(pageMax, limit - items.length), after }
      const answer = await management({ method: 'GET', path: `${path}/dead-letters`, query })
      const json = succeeded(`No dead letters of ${id}`, answer)
      const page = isJsonObject(json) ? json : {}
      items.push(...rowsIn(page['items']))
      after = typeof page['next'] === 'string' ? page['next'] : null
    } while (after !== null && items.length < limit)
    if (isJson) screen.out(items.map(jsonLine).join(''))
    else if (items.length === 0) screen.say('No dead letters.')
    else {
      screen.out(`${letterTable(items, screen).join('\n')}\n`)
      if (after !== null) screen.say(`There are more: --limit ${limit * 10}`)
    }
    return exitCodes.done
  },
})

export const dlqShowCommand = command({
  name: 'dlq show',
  section,
  summary: 'show one dead letter with its headers and its whole body',
  arguments: {
    topic: required('the topic; TOPIC/SUBSCRIPTION in one word will do', { completes: 'topic' }),
    subscription: required('the subscription, or the id after TOPIC/SUBSCRIPTION', {
      completes: 'subscription',
    }),
    id: subscriptionArguments.subscription,
  },
  options: {},
  examples: [{ words: 'dlq show shop.orders billing 0-17', what: 'the id is the first column of dlq list' }],
  async run({ management, screen, isJson }, { topic, subscription, id }) {
    const [place, letterId] =
      id === null
        ? [subscriptionPlace({ topic, subscription: null }), subscription]
        : [subscriptionPlace({ topic, subscription }), id]
    const path = `${place.path}/dead-letters/${encodeURIComponent(letterId)}`
    const json = succeeded('Not shown', await management({ method: 'GET', path }))
    if (isJson) screen.out(jsonLine(json))
    else if (isJsonObject(json)) {
      const { body, time, published, key, ...facts } = json
      const told = {
        ...facts,
        died: timeText(Number(time)),
        ...(typeof published === 'number' ? { published: timeText(published) } : {}),
        ...(typeof key === 'string' ? { key: Buffer.from(key, 'base64').toString() } : {}),
      }
      const whole = harmless(Buffer.from(String(body), 'base64').toString())
      screen.out(`${factLines(told, screen.paint).join('\n')}\n\n${whole}\n`)
    }
    return exitCodes.done
  },
})

export const dlqSummaryCommand = command({
  name: 'dlq summary',
  section,
  summary: 'count the dead letters of a subscription by their cause',
  arguments: subscriptionArguments,
  options: filterOptions,
  examples: [{ words: 'dlq summary shop.orders billing --from 1d', what: 'of the last day' }],
  async run(world, words, filters) {
    const summary = await summaryOf(world, subscriptionPlace(words), filterOf(world, filters))
    world.screen.out(world.isJson ? jsonLine(summary) : `${summaryLines(summary).join('\n')}\n`)
    return exitCodes.done
  },
})

function letterTable(
  items: readonly JsonObject[],
  { columns: width, paint }: Parameters<typeof dlqListCommand.run>[0]['screen'],
): readonly string[] {
  const columns = [
    { title: 'ID' },
    { title: 'DIED' },
    { title: 'CLASS' },
    { title: 'STATUS', isRight: true },
    { title: 'ATTEMPTS', isRight: true },
    { title: 'REASON', isLong: true },
    { title: 'BODY', isLong: true },
  ]
  const rows = items.map((each): readonly Cell[] => {
    const { id, time, class: ofClass, lastStatus, attempts, reason, body } = each
    const texts = [
      String(id),
      timeText(Number(time)),
      String(ofClass),
      textIn(lastStatus) || '-',
      String(attempts),
    ]
    return [...texts, String(reason), bodyText(Buffer.from(String(body), 'base64'))]
  })
  return tableLines(columns, rows, { width, paint })
}
