/**
 * `iris trace`: where a message is, step by step, by its id or its partition key.
 * Asks page by page until the search is complete, or `pagesMax` pages were looked through.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { command, exitCodes, type World } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import type { Style } from '../../show/paint.js'
import { tableLines, type Cell } from '../../show/table.js'
import { jsonLine, textIn } from '../../show/words.js'
import { optional, text, UsageError } from '../../words/declare.js'
import { isoOf } from '../../words/moment.js'
import { topicArgument, topicPath } from '../../words/places.js'

const pagesMax = 20

/** What all pages said together. */
interface Trace {
  readonly events: readonly JsonObject[]
  readonly notes: readonly string[]
  readonly published: unknown
  readonly isComplete: boolean
}

const styles: Readonly<Record<string, Style>> = {
  ...{ SUCCESS: 'green', FAILED: 'yellow', ERROR: 'red', DISCARDED: 'red', FILTERED: 'dim' },
}

export const traceCommand = command({
  name: 'trace',
  section: 'What goes on',
  summary: 'show what happened to a message, from publish to the last attempt',
  details: [
    'Topics are traced with "trackingEnabled": true, subscriptions with "trackingMode": "trackingAll", from then on. ' +
      'Exit code 1 where nothing is known of the message.',
  ],
  arguments: { ...topicArgument, messageId: optional('the Hermes-Message-Id of the publish answer') },
  options: {
    key: text('KEY', 'all messages with this partition key instead of one'),
    from: text('MOMENT', 'nothing before it: a moment, or so long ago (1h)'),
    to: text('MOMENT', 'nothing after it'),
  },
  examples: [
    { words: 'trace shop.orders 3fa85f64-5717-4562-b3fc-2c963f66afa6', what: 'one message' },
    { words: 'trace shop.orders --key order-17 --from 1h', what: 'all of one key' },
  ],
  async run(world, { topic, messageId }, { key, from, to }) {
    if ((messageId === null) === (key === null))
      throw new UsageError('Say which message: its id, or --key KEY for all messages of a key')
    const now = { ms: world.clock.now(), sign: -1 } as const
    const bounds = { from: isoOf(from, '--from', now), to: isoOf(to, '--to', now) }
    const path = `${topicPath(topic)}${messageId === null ? '' : `/messages/${encodeURIComponent(messageId)}`}/trace`
    const trace = await readPages(world, path, { key, ...bounds })
    if (world.isJson) world.screen.out(jsonLine(trace))
    else showTrace(world, trace)
    return trace.events.length === 0 ? exitCodes.failed : exitCodes.done
  },
})

async function readPages(
  { management }: World,
  path: string,
  query: Readonly<Record<string, string | null>>,
): Promise<Trace> {
  const pages: JsonObject[] = []
  let after: string | null = null
  do {
    const json = succeeded('No trace', await management({ method: 'GET', path, query: { ...query, after } }))
    if (!isJsonObject(json)) break
    pages.push(json)
    after = typeof json['next'] === 'string' ? json['next'] : null
  } while (after !== null && pages.length < pagesMax)
  // Later pages are older: what happened first comes first.
  const listOf = (name: string): unknown[] =>
    [...pages].reverse().flatMap(page => (Array.isArray(page[name]) ? (page[name] as unknown[]) : []))
  return {
    published: pages.find(({ published }) => published !== undefined)?.['published'] ?? null,
    events: listOf('events').filter(isJsonObject),
    notes: [...new Set(listOf('notes').map(String))],
    isComplete: after === null,
  }
}

function showTrace({ screen }: World, { events, notes, published, isComplete }: Trace): void {
  if (isJsonObject(published))
    screen.out(
      `Published: partition ${String(published['partition'])}, offset ${String(published['offset'])}\n`,
    )
  if (events.length > 0) {
    const columns = [
      ...[
        { title: 'TIME' },
        { title: 'WHERE', isLong: true },
        { title: 'STATUS' },
        { title: 'ATTEMPT', isRight: true },
      ],
      ...[
        { title: 'TOOK', isRight: true },
        { title: 'HOW', isLong: true },
      ],
    ]
    screen.out(
      `${tableLines(columns, events.map(rowOf), { width: screen.columns, paint: screen.paint }).join('\n')}\n`,
    )
  }
  for (const note of notes) screen.say(note)
  if (!isComplete) screen.say('There may be more: --from and --to shorten the search.')
}

function rowOf(event: JsonObject): readonly Cell[] {
  const { timestamp, subscription, status, attempt, tookMs, httpStatus, reason, partition, offset } = event
  const word = String(status)
  const place = partition === undefined ? '' : `partition ${textIn(partition)}, offset ${textIn(offset)}`
  return [
    new Date(Number(timestamp)).toISOString(),
    typeof subscription === 'string' ? subscription : '(publish)',
    { text: word, style: styles[word] ?? null },
    textIn(attempt),
    tookMs === undefined ? '' : `${textIn(tookMs)} ms`,
    [textIn(httpStatus), textIn(reason) || (subscription === undefined ? place : '')]
      .filter(Boolean)
      .join(' '),
  ]
}
