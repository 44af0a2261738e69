/**
 * `iris topics publishers`: who has published a topic lately.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { tableLines } from '../../show/table.js'
import { countText, jsonLine, rowsIn, several, textIn } from '../../show/words.js'
import { required } from '../../words/declare.js'
import { topicPath } from '../../words/places.js'

export const publishersCommand = command({
  name: 'topics publishers',
  section: 'What goes on',
  summary: 'say who publishes a topic lately, and how much of it is refused',
  details: [
    'WHO is the name of a key, account or token where the topic asks for one, else the network of an address.',
    'Where a proxy names publishers (frontend.quotas.publisherHeader), it is who they say to be.',
    'It is the memory of the frontends that live: for a day after the last message of each.',
  ],
  arguments: { topic: required('the topic', { completes: 'topic' }) },
  options: {},
  examples: [
    { words: 'topics publishers shop.orders', what: 'who published last comes first' },
    { words: 'topics publishers shop.orders --json | jq -r .publishers[].name', what: 'the names alone' },
  ],
  async run(world, { topic }) {
    const { management, screen, isJson } = world
    const answer = await management({ method: 'GET', path: `${topicPath(topic)}/publishers` })
    const json = succeeded(`Nothing is known of ${topic}`, answer)
    if (isJson) screen.out(jsonLine(json))
    else say(world, topic, isJsonObject(json) ? json : {})
    return exitCodes.done
  },
})

function say({ screen }: World, topic: string, { publishers, others, problems, since }: JsonObject): void {
  const rows = rowsIn(publishers)
  if (rows.length > 0) screen.out(`${publisherLines(rows, screen).join('\n')}\n`)
  else if (typeof since === 'string')
    screen.say(`Nobody has published since ${since}. To do so: iris publish ${topic} '{"n":1}'`)
  if (isJsonObject(others)) {
    const [accepted, refused] = [Number(others['accepted']), Number(others['refused'])]
    screen.say(`Of others: ${several(accepted, 'message')} accepted, ${countText(refused)} refused.`)
  }
  for (const problem of Array.isArray(problems) ? problems : []) screen.say(`${textIn(problem)}.`)
}

function publisherLines(rows: readonly JsonObject[], screen: World['screen']): readonly string[] {
  const columns = [
    { title: 'WHO', isLong: true },
    { title: 'CLIENT', isLong: true },
    { title: 'ACCEPTED', isRight: true },
    { title: 'REFUSED', isRight: true },
    { title: 'FIRST' },
    { title: 'LAST' },
  ]
  const cells = rows.map(row => [
    whoOf(row),
    textIn(row['client']) || '-',
    countText(Number(row['accepted'])),
    countText(Number(row['refused'])),
    textIn(row['firstAt']),
    textIn(row['lastAt']),
  ])
  return tableLines(columns, cells, { width: screen.columns, paint: screen.paint })
}

function whoOf({ name, proven, network }: JsonObject): string {
  const isSaid = typeof name === 'string' && proven === false
  return isSaid ? `says to be ${textIn(name)}` : textIn(name ?? network) || '-'
}
