/**
 * `iris topics`: what there is, with what flows through it.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { factLines, withDates } from '../../show/facts.js'
import { tableLines } from '../../show/table.js'
import { countText, jsonLine } from '../../show/words.js'
import { optional, text } from '../../words/declare.js'
import { topicPath } from '../../words/places.js'
import { ask, contains, lagIn, ownerOf, rateIn, withMetrics } from './metrics.js'
import { subscriptionLines } from './subscriptions.js'

/** Beyond this many management does not tell lags; it would ask Kafka about each. */
const lagsMax = 200

export const topicsCommand = command({
  name: 'topics',
  section: 'What goes on',
  summary: 'list topics with rates and lag, or show one',
  details: [
    'Rates are messages a second. LAG is what all subscriptions together have not settled; - where nobody knows.',
  ],
  arguments: { topic: optional('the one to show', { completes: 'topic' }) },
  options: {
    match: text('TEXT', 'only with this text in the name'),
    group: text('GROUP', 'only of this group', { completes: 'group' }),
  },
  examples: [
    { words: 'topics', what: 'all of them' },
    { words: 'topics --match order', what: 'those with order in their name' },
    { words: 'topics shop.orders', what: 'one, with its definition and subscriptions' },
    { words: 'topics --json | jq -r .items[].name', what: 'the names alone' },
  ],
  run: (world, { topic }, { match, group }) =>
    topic === null ? list(world, match, group) : show(world, topic),
})

async function list(world: World, match: string | null, group: string | null): Promise<ExitCode> {
  const { management, screen, isJson } = world
  const ofGroup = group === null ? [] : [{ name: { like: `${group.replace(/\./g, '\\.')}\\.[^.]+` } }]
  const conditions = [...ofGroup, ...(match === null ? [] : [{ name: contains(match) }])]
  const query = conditions.length === 0 ? {} : { and: conditions }
  const topics = await withMetrics(management, 'topics', query)
  const lags = await lagsOf(world, topics)
  const items = topics.map(topic => ({ ...topic, lag: lags.get(String(topic['name'])) ?? null }))
  if (isJson) screen.out(jsonLine({ items }))
  else if (items.length === 0) screen.say('There is no such topic.')
  else screen.out(`${topicLines(items, world).join('\n')}\n`)
  return exitCodes.done
}

/** What the subscriptions of each topic have not settled; nothing where there are too many to ask. */
async function lagsOf(
  { management }: World,
  topics: readonly JsonObject[],
): Promise<ReadonlyMap<string, number | null>> {
  const count = topics.reduce(
    (sum, { metrics }) => sum + (isJsonObject(metrics) ? Number(metrics['subscriptions']) : 0),
    0,
  )
  if (count === 0 || count > lagsMax)
    return new Map(count === 0 ? topics.map(({ name }) => [String(name), 0]) : [])
  const names = topics.map(({ name }) => String(name))
  const rows = await ask(management, '/query/subscriptions/metrics', { topicName: { in: names } })
  const lags = new Map<string, number | null>(names.map(name => [name, 0]))
  for (const row of rows) {
    const name = String(row['topicName'])
    const [known, own] = [lags.get(name) ?? null, lagIn({ metrics: row })]
    lags.set(name, known === null || own === null ? null : known + own)
  }
  return lags
}

function topicLines(topics: readonly JsonObject[], { screen }: World): readonly string[] {
  const columns = [
    { title: 'TOPIC', isLong: true },
    { title: 'SUBSCRIPTIONS', isRight: true },
    { title: 'PUBLISHED/S', isRight: true },
    { title: 'DELIVERED/S', isRight: true },
    { title: 'LAG', isRight: true },
    { title: 'OWNER', isLong: true },
  ]
  const rows = topics.map(topic => {
    const { metrics, lag } = topic
    const subscriptions = isJsonObject(metrics) ? String(metrics['subscriptions']) : '-'
    const lagText = typeof lag === 'number' ? countText(lag) : '-'
    const rates = [rateIn(topic, 'rate'), rateIn(topic, 'deliveryRate')]
    return [String(topic['name']), subscriptions, ...rates, lagText, ownerOf(topic)]
  })
  return tableLines(columns, rows, { width: screen.columns, paint: screen.paint })
}

async function show({ management, screen, isJson }: World, topic: string): Promise<ExitCode> {
  const path = topicPath(topic)
  const [definition, metrics, subscriptions] = await Promise.all([
    management({ method: 'GET', path }),
    management({ method: 'GET', path: `${path}/metrics` }),
    withMetrics(management, 'subscriptions', { topicName: topic }),
  ])
  const json = succeeded('Not shown', definition)
  const told = { ...(isJsonObject(json) ? json : {}), metrics: succeeded('Not shown', metrics) }
  if (isJson) screen.out(jsonLine({ ...told, subscriptions }))
  else {
    screen.out(`${factLines(withDates(told), screen.paint).join('\n')}\n\n`)
    if (subscriptions.length === 0) screen.out('No subscriptions.\n')
    else screen.out(`${subscriptionLines(subscriptions, screen).join('\n')}\n`)
  }
  return exitCodes.done
}
