/**
 * `iris subscriptions`: who gets what, how fast, and how far behind.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { factLines, withDates } from '../../show/facts.js'
import type { Style } from '../../show/paint.js'
import { tableLines } from '../../show/table.js'
import { countText, jsonLine } from '../../show/words.js'
import { choice, optional, text } from '../../words/declare.js'
import { checkedTopic, split, subscriptionPlace, topicPath } from '../../words/places.js'
import { contains, lagIn, rateIn, withMetrics } from './metrics.js'

const stateStyles: Readonly<Record<string, Style>> = { ACTIVE: 'green', SUSPENDED: 'yellow', PENDING: 'dim' }

export const subscriptionsCommand = command({
  name: 'subscriptions',
  section: 'What goes on',
  summary: 'list subscriptions with rates and lag, or show one',
  details: ['Rates are messages a second. LAG is told for at most 200 subscriptions; - where nobody knows.'],
  arguments: {
    topic: optional('those of this topic; TOPIC/SUBSCRIPTION in one word shows that one', {
      completes: 'topic',
    }),
    subscription: optional('the one to show', { completes: 'subscription' }),
  },
  options: {
    match: text('TEXT', 'only with this text in the name'),
    state: choice('STATE', 'only those in this state: ACTIVE, SUSPENDED or PENDING', [
      'ACTIVE',
      'SUSPENDED',
      'PENDING',
    ]),
  },
  examples: [
    { words: 'subscriptions', what: 'all of them' },
    { words: 'subscriptions shop.orders --state SUSPENDED', what: 'those of a topic that are paused' },
    { words: 'subscriptions shop.orders billing', what: 'one, with its definition and rates' },
  ],
  run(world, words, { match, state }) {
    const { topic, name } =
      words.topic === null ? { topic: null, name: '' } : split(words.topic, words.subscription)
    if (topic !== null && name !== '') return show(world, { topic, subscription: name })
    const conditions = [
      ...(topic === null ? [] : [{ topicName: checkedTopic(topic) }]),
      ...(match === null ? [] : [{ name: contains(match) }]),
      ...(state === null ? [] : [{ state }]),
    ]
    return list(world, topic, conditions.length === 0 ? {} : { and: conditions })
  },
})

async function list(world: World, topic: string | null, query: JsonObject): Promise<ExitCode> {
  const { management, screen, isJson } = world
  const items = (await withMetrics(management, 'subscriptions', query)).map(each => ({
    ...each,
    lag: lagIn(each),
  }))
  // A name that was mistyped is no topic without subscriptions.
  if (topic !== null && items.length === 0)
    succeeded('Not listed', await management({ method: 'GET', path: topicPath(topic) }))
  if (isJson) screen.out(jsonLine({ items }))
  else if (items.length === 0) screen.say('There is no such subscription.')
  else screen.out(`${subscriptionLines(items, screen).join('\n')}\n`)
  return exitCodes.done
}

/** The table of them. */
export function subscriptionLines(
  subscriptions: readonly JsonObject[],
  { columns: width, paint }: World['screen'],
): readonly string[] {
  const columns = [
    { title: 'SUBSCRIPTION', isLong: true },
    { title: 'STATE' },
    { title: 'DELIVERED/S', isRight: true },
    { title: 'LAG', isRight: true },
    { title: 'ENDPOINT', isLong: true },
  ]
  const rows = subscriptions.map(each => {
    const { topicName, name, state, endpoint } = each
    const lag = lagIn(each)
    return [
      `${String(topicName)}/${String(name)}`,
      { text: String(state), style: stateStyles[String(state)] ?? null },
      rateIn(each, 'rate'),
      lag === null ? '-' : countText(lag),
      String(endpoint),
    ]
  })
  return tableLines(columns, rows, { width, paint })
}

async function show(
  { management, screen, isJson }: World,
  words: { readonly topic: string; readonly subscription: string },
): Promise<ExitCode> {
  const { path } = subscriptionPlace(words)
  const [definition, metrics] = await Promise.all([
    management({ method: 'GET', path }),
    management({ method: 'GET', path: `${path}/metrics` }),
  ])
  const json = succeeded('Not shown', definition)
  const told = { ...(isJsonObject(json) ? json : {}), metrics: succeeded('Not shown', metrics) }
  screen.out(isJson ? jsonLine(told) : `${factLines(withDates(told), screen.paint).join('\n')}\n`)
  return exitCodes.done
}
