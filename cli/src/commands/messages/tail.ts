/**
 * `iris tail`: the messages of a topic as they come, over a frontend stream, or over management's tail where
 * the frontend has none.
 * Promises: a broken connection to a frontend goes on behind the last message that was shown, so none is lost
 * or comes twice; where messages may have been missed, this is said; what messages say steers no terminal.
 * Bound: `triesMax` connections in a row that bring nothing; only what has begun is tried again.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { sleep } from '@iris/common/time/scheduler'
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import { eventsOf, type StreamEvent } from '../../management/events.js'
import { ServiceFailure, succeeded, type Rest } from '../../management/rest.js'
import { harmless } from '../../show/paint.js'
import { jsonLine, textIn } from '../../show/words.js'
import { count, text, texts, toggle, type Values } from '../../words/declare.js'
import { durationOf, isoOf } from '../../words/moment.js'
import { topicArgument, topicPath } from '../../words/places.js'

const triesMax = 5
const againMs = 1_000
const broughtNothing =
  'The stream ends again and again before anything comes: does a proxy between cut it off?'

const options = {
  from: text(
    'PLACE',
    'earliest, a moment, so long ago (15m), or a position such as 0-17; without it what comes from now on',
    {
      completes: ['earliest', 'latest'],
    },
  ),
  last: count('N', 'begin with about the newest N', { min: 1, max: 1_000 }),
  key: text('KEY', 'only messages with this partition key'),
  filter: texts(
    'PATH=VALUE',
    'only messages with this value at this path, such as $.state=paid, or a filter as JSON',
  ),
  max: count('N', 'end after so many', { min: 1, max: Number.MAX_SAFE_INTEGER }),
  for: text('DURATION', 'end after so long, such as 30s'),
  raw: toggle('the bodies alone, as they are'),
}

export const tailCommand = command({
  name: 'tail',
  section: 'Messages',
  summary: 'show the messages of a topic as they come',
  details: [
    'Reading takes nothing away, and no place is kept: Ctrl-C ends it. With --json each message is a line, with its id, key, ' +
      'time, partition, offset, position and headers around the body.',
    'A frontend with frontend.streams.enabled gives them, and where callers are asked who they are it wants a key with the role reader. ' +
      'Where it has no streams management shows what comes from now on, some values masked: made for looking, it leaves out what comes too fast.',
  ],
  arguments: topicArgument,
  options,
  examples: [
    { words: 'tail shop.orders', what: 'from now on' },
    {
      words: "tail shop.orders --from 15m --filter '$.state=paid' --max 10",
      what: 'ten of the last quarter of an hour and later',
    },
    { words: 'tail shop.orders --from earliest --json | jq .body', what: 'into another program' },
  ],
  async run(world, { topic }, given) {
    const end = endOf(world, given)
    try {
      return await follow(world, { topic, end, given })
    } finally {
      end.cancel()
    }
  },
})

interface Following {
  readonly topic: string
  readonly end: { readonly signal: AbortSignal }
  readonly given: Values<typeof options>
}

/** Who gives the messages. */
interface Source {
  readonly rest: Rest
  readonly path: string
  readonly query: Readonly<Record<string, string | number | readonly string[] | null>>
  readonly whenBroken: string
  /** Why it may end and be connected to again. */
  readonly passing: readonly string[]
}

async function follow(world: World, { topic, end, given }: Following): Promise<ExitCode> {
  const { screen, scheduler } = world
  const stand = { position: '', left: given.max ?? Infinity, tries: 0, isBegun: false }
  let source = streamOf(world, topic, given)
  while (!end.signal.aborted) {
    try {
      const headers = stand.position === '' ? {} : { 'Last-Event-ID': stand.position }
      const answer = await source.rest.stream({ ...source, headers }, end.signal)
      if (source.rest === world.frontend && (await hasNoStreams(answer))) {
        source = tailOf(world, topic, given)
        screen.say(
          'This frontend has no streams: management shows what comes from now on, some values masked.',
        )
        continue
      }
      await refuse(answer)
      if (!stand.isBegun && isWatched(screen))
        screen.say(`Messages of ${topic} as they come; Ctrl-C ends it.`)
      stand.isBegun = true
      let isFirst = true
      for await (const event of eventsOf(answer.body as AsyncIterable<Uint8Array>)) {
        if (event.id !== '') stand.position = event.id
        // A stream greets with a comment or its position: all that comes of one that is cut off at once.
        const isGreeting = isFirst && ['comment', 'position'].includes(event.event)
        isFirst = false
        if (isGreeting) continue
        stand.tries = 0
        if (showEvent(world, event, given.raw)) stand.left--
        if (stand.left === 0) return exitCodes.done
        if (isEnd(event, source)) return exitCodes.failed
      }
      if (++stand.tries >= triesMax) throw new ServiceFailure(broughtNothing)
    } catch (error) {
      if (end.signal.aborted) break
      if (error instanceof ServiceFailure && error.status !== null && error.status < 500) throw error
      if (!stand.isBegun || ++stand.tries >= triesMax) throw error instanceof Error ? asFailure(error) : error
    }
    screen.say(source.whenBroken)
    await sleep(scheduler, againMs)
  }
  return world.interrupted.aborted ? exitCodes.interrupted : exitCodes.done
}

/** Whether a person looks on, who would take silence for a fault. */
function isWatched({ columns }: World['screen']): boolean {
  return Number.isFinite(columns)
}

function streamOf(world: World, topic: string, given: Following['given']): Source {
  return {
    rest: world.frontend,
    path: `${topicPath(topic)}/events`,
    query: queryOf(world, given),
    whenBroken: 'The connection is broken; connecting again.',
    passing: ['stopping', 'expired'],
  }
}

/** Where only the frontend's stream would do, this says what opens it. */
function tailOf(world: World, topic: string, { from, last, key, filter }: Following['given']): Source {
  if ((from !== null && from !== 'latest') || last !== null)
    throw new ServiceFailure(
      'This frontend has no streams: frontend.streams.enabled opens them. ' +
        'Without --from and --last management shows what comes from now on',
      404,
    )
  return {
    rest: world.management,
    path: `${topicPath(topic)}/tail`,
    query: { key, filter },
    whenBroken: 'The connection is broken; connecting again: what comes meanwhile is not shown.',
    passing: ['stopping', 'replaced'],
  }
}

function queryOf({ clock }: World, { from, last, key, filter }: Following['given']): Source['query'] {
  const isPlace = from === null || ['earliest', 'latest'].includes(from) || /^\d+-\d+(,\d+-\d+)*$/.test(from)
  const place = isPlace ? from : isoOf(from, '--from', { ms: clock.now(), sign: -1 })
  return { envelope: 'true', from: place, replay: last, key, filter }
}

function endOf(
  { interrupted, scheduler }: World,
  given: Following['given'],
): { readonly signal: AbortSignal; cancel(): void } {
  const ended = new AbortController()
  const abort = (): void => ended.abort()
  interrupted.addEventListener('abort', abort)
  const cancelTimer = given.for === null ? null : scheduler.after(durationOf(given.for, '--for'), abort)
  return {
    signal: ended.signal,
    cancel() {
      cancelTimer?.()
      interrupted.removeEventListener('abort', abort)
      ended.abort() // the stream is still open where enough has come
    },
  }
}

async function hasNoStreams(answer: Response): Promise<boolean> {
  return answer.status === 404 && !(await answer.clone().text()).includes('TOPIC_NOT_EXISTS')
}

/** Throws with what the service said unless events will come. */
async function refuse(answer: Response): Promise<void> {
  const { ok, headers, status } = answer
  if (ok && headers.get('content-type')?.startsWith('text/event-stream') === true) return
  const text = await answer.text()
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : null
  succeeded('Not followed', { status, text, json, headers, tag: null })
  throw new ServiceFailure('The answer is no stream of events: is it the right address?', status)
}

/** Whether it was a message, which counts. */
function showEvent({ screen, isJson }: World, { event, data }: StreamEvent, isRaw: boolean): boolean {
  if (event === 'position' || event === 'comment') return false
  const json: unknown = JSON.parse(data)
  if (!isJsonObject(json)) return false
  if (!['message', 'binary', 'unreadable'].includes(event)) {
    screen.say(`${event}: ${harmless(data)}`)
    return false
  }
  if (isJson) screen.out(jsonLine(json))
  else if (isRaw) screen.out(`${bodyOf(json)}\n`)
  else screen.out(`${messageLine(json, screen)}\n`)
  return true
}

function messageLine(json: JsonObject, { paint }: World['screen']): string {
  const { time, partition, offset, key, problem } = json
  const words = [
    paint('dim', String(time)),
    paint('cyan', `${String(partition)}-${String(offset)}`),
    ...(typeof key === 'string' ? [paint('green', harmless(key))] : []),
    ...(problem === undefined ? [] : [paint('red', harmless(textIn(problem)))]),
    harmless(bodyOf(json)),
  ]
  return words.join('  ')
}

function bodyOf(json: JsonObject): string {
  const { body, bodyText, bodyBase64 } = json
  if (typeof bodyText === 'string') return bodyText
  if (typeof bodyBase64 === 'string') return bodyBase64
  return body === undefined ? '' : JSON.stringify(body)
}

/** It says that there will be no more: the topic is gone, or the right to read it. */
function isEnd({ event, data }: StreamEvent, { passing }: Source): boolean {
  return event === 'end' && !passing.some(reason => data.includes(`"reason":"${reason}"`))
}

function asFailure(error: Error): Error {
  return error instanceof ServiceFailure ? error : new ServiceFailure(`The stream broke: ${error.message}`)
}
