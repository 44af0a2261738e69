/**
 * `iris publish`: messages into a topic, from words, files or what is piped in.
 * Promises: a message is the bytes that were given; what was refused is named (exit code 1). Lines are sent
 * again only where they are surely not stored, or have an idempotency key, as many as the frontend lately
 * took; others keep their order. It is given up after `idleRoundsMax` requests that took none.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { sleep } from '@iris/common/time/scheduler'
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import { wholeOf } from '../../pieces.js'
import { succeeded } from '../../management/rest.js'
import type { Bar } from '../../show/screen.js'
import { countText, jsonLine, several } from '../../show/words.js'
import { rest, text, texts, toggle, UsageError, type Values } from '../../words/declare.js'
import { isoOf } from '../../words/moment.js'
import { topicArgument, topicPath } from '../../words/places.js'
import { batchesOf } from './batches.js'

const options = {
  key: text('KEY', 'the partition key: messages with the same one keep their order'),
  at: text('MOMENT', 'deliver then: 2026-05-01T12:00:00Z, or in so long: 10m'),
  idempotencyKey: text(
    'KEY',
    'stored once, however often the call is repeated; with --lines each gets KEY-1, KEY-2, …',
  ),
  file: texts('FILE', 'a file with one message, or with --lines one a line', {
    short: 'f',
    completes: 'file',
  }),
  lines: toggle('every line is a message (NDJSON); many go into one request', { short: 'l' }),
  contentType: text('TYPE', 'instead of application/json'),
}
/** Refusals that say that the message is not stored, and may be in a moment. */
const passingCodes: ReadonlySet<string> = new Set(['OVERLOADED', 'NOT_READY', 'THROUGHPUT_QUOTA_VIOLATION'])
/** Half of what a frontend takes in one request unless it is told otherwise. */
const linesMax = 5_000
/** Fewer than a frontend has under way with idempotency keys; it refuses more, and order would be lost. */
const keyedLinesMax = 200
const againMs = 1_000
const idleRoundsMax = 30
const refusedShownMax = 10
type PublishOptions = Values<typeof options>

/** Messages that are sent, and what became of each. */
interface Result {
  readonly index: number
  readonly status: number
  readonly messageId: string | null
  readonly code: string | null
  readonly message: string | null
}

export const publishCommand = command({
  name: 'publish',
  section: 'Messages',
  summary: 'publish messages to a topic',
  details: [
    'Without MESSAGE and --file, what is piped in is the message, or with --lines one a line. --header "Name: value" ' +
      'travels with the message where the topic lets it.',
    'Stored means acknowledged by Kafka. With --json each message is a line: {"index","status","messageId","code","message"}.',
  ],
  arguments: { ...topicArgument, message: rest('the messages; - is what is piped in') },
  options,
  examples: [
    { words: `publish shop.orders '{"order":17}'`, what: 'one message' },
    {
      words: `publish shop.orders --key order-17 --at 10m '{"order":17}'`,
      what: 'with a key, in ten minutes',
    },
    { words: 'publish shop.orders --lines < orders.ndjson', what: 'as many as there are lines' },
    {
      words: 'publish shop.orders --lines --file orders.ndjson --idempotency-key import-7',
      what: 'safe to repeat',
    },
  ],
  async run(world, { topic, message }, given) {
    const path = topicPath(topic)
    const headers = headersOf(world, given)
    const way = { path, headers, key: given.idempotencyKey }
    return given.lines
      ? publishLines(world, way, await sourcesOf(world, message, given))
      : publishEach(world, way, message, given)
  },
})

interface Way {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly key: string | null
}

function headersOf({ clock }: World, { key, at, contentType }: PublishOptions): Record<string, string> {
  const deliverAt = isoOf(at, '--at', { ms: clock.now(), sign: 1 })
  return {
    'Content-Type': contentType ?? 'application/json',
    ...(key === null ? {} : { 'Partition-Key': key }),
    ...(deliverAt === null ? {} : { 'Deliver-At': deliverAt }),
  }
}

function sourcesOf(
  world: World,
  words: readonly string[],
  { file }: PublishOptions,
): Promise<readonly AsyncIterable<Buffer>[]> {
  if (words.some(word => word !== '-'))
    throw new UsageError('--lines reads files or what is piped in, not messages as words')
  return file.length === 0 ? Promise.resolve([pipedIn(world)]) : openAll(world, file)
}

/** Before anything is sent, so that a name that was mistyped leaves no half behind. */
function openAll({ files }: World, paths: readonly string[]): Promise<readonly AsyncIterable<Buffer>[]> {
  return Promise.all(paths.map(path => files.open(path)))
}

function pipedIn({ input }: World): AsyncIterable<Buffer> {
  if (input !== null) return input
  throw new UsageError('There is no message: give it as a word, with --file, or pipe it in')
}

/** One request a message. */
async function publishEach(
  world: World,
  { path, headers, key }: Way,
  words: readonly string[],
  { file }: PublishOptions,
): Promise<ExitCode> {
  const opened = await openAll(world, file)
  const bodies = [
    ...words.map(word => () => (word === '-' ? wholeOf(pipedIn(world)) : Buffer.from(word))),
    ...opened.map(each => () => wholeOf(each)),
  ]
  if (bodies.length === 0) bodies.push(() => wholeOf(pipedIn(world)))
  if (key !== null && bodies.length > 1)
    throw new UsageError('An idempotency key stands for one message; with --lines each line gets its own')
  const idempotency = key === null ? {} : { 'Idempotency-Key': JSON.stringify(key) }
  let failed = 0
  for (const [index, body] of bodies.entries()) {
    const answer = await world.frontend({
      ...{ method: 'POST', path, bytes: await body() },
      headers: { ...headers, ...idempotency },
    })
    if (bodies.length === 1) succeeded('Not published', answer)
    const problem = answer.status < 300 ? {} : answer.json
    const result = {
      index,
      status: answer.status,
      ...partsOf(problem, answer.headers.get('hermes-message-id')),
    }
    if (answer.status >= 300) failed++
    showOne(world, result, answer.headers)
  }
  return failed === 0 ? exitCodes.done : exitCodes.failed
}

/** As few requests as hold the lines, one after the other. */
async function publishLines(
  world: World,
  way: Way,
  sources: readonly AsyncIterable<Buffer>[],
): Promise<ExitCode> {
  const { screen, isJson, interrupted } = world
  const bar = screen.bar('publish')
  const tally = { sent: 0, refused: 0 }
  for (const source of sources) {
    for await (const lines of batchesOf(source, way.key === null ? linesMax : keyedLinesMax)) {
      if (interrupted.aborted) break
      const note = tally.refused === 0 ? '' : `${countText(tally.refused)} refused`
      const { results, failure } = await publishBatch(world, way, {
        ...{ lines, before: tally.sent },
        settled: count => bar.at(tally.sent + count, null, note),
      })
      const refused = results.filter(({ status }) => status >= 300)
      if (isJson) screen.out(results.map(jsonLine).join(''))
      else showRefused(world, refused, tally.refused)
      tally.sent += results.length
      tally.refused += refused.length
      if (failure === null) continue
      // At once: what is piped in may bring its next line much later.
      endLines(world, bar, tally)
      throw failure
    }
  }
  endLines(world, bar, tally)
  if (interrupted.aborted) return exitCodes.interrupted
  return tally.refused === 0 ? exitCodes.done : exitCodes.failed
}

/** Lines that are told of so far. */
interface Tally {
  readonly sent: number
  readonly refused: number
}

function endLines({ screen, isJson }: World, bar: Bar, { sent, refused }: Tally): void {
  bar.end()
  const rest = refused === 0 ? '' : `, ${countText(refused)} not`
  if (!isJson) screen.out(`Stored ${several(sent - refused, 'message')}${rest}.\n`)
}

/** Lines for one request. */
interface Batch {
  readonly lines: readonly Buffer[]
  /** How many came before them. */
  readonly before: number
  /** Told after each request: how many of the lines are stored, or refused for good. */
  settled(count: number): void
}

/** What became of the lines of a batch, as far as it is known. */
interface Published {
  readonly results: readonly Result[]
  /** What ended it before its end, or null. */
  readonly failure: Error | null
}

/** A line of a batch as it is sent. */
interface Numbered {
  readonly index: number
  readonly record: Buffer
}

/** One request, and again for those that were refused for a moment and are surely not stored. */
async function publishBatch(world: World, way: Way, { lines, before, settled }: Batch): Promise<Published> {
  const results = new Map<number, Result>()
  let waiting: readonly Numbered[] = lines.map((line, at) => ({
    index: before + at,
    record: recordOf(line, way.key, before + at + 1),
  }))
  let [size, idleRounds] = [lines.length, 0]
  let failure: Error | null = null
  while (waiting.length > 0 && !(results.size > 0 && world.interrupted.aborted)) {
    const asked = waiting.slice(0, size)
    try {
      const what = `Not published after ${several(before + lines.length - waiting.length, 'message')}`
      for (const result of await publishOnce(world, way, asked, what)) results.set(result.index, result)
    } catch (error) {
      // Whether these are stored, nobody knows; of the others it is known.
      for (const { index } of asked) results.delete(index)
      failure = error as Error
      break
    }
    const again = asked.filter(({ index }) => isPassing(results.get(index), way.key !== null))
    waiting = [...again, ...waiting.slice(size)]
    const took = asked.length - again.length
    settled(lines.length - waiting.length)
    size = 2 * Math.max(1, took)
    idleRounds = took === 0 ? idleRounds + 1 : 0
    if (idleRounds > idleRoundsMax) break
    if (again.length > 0) await sleep(world.scheduler, againMs)
  }
  return { results: [...results.values()], failure }
}

/** One request. Throws where it cannot be known what became of its lines, or it is refused for good. */
async function publishOnce(
  world: World,
  { path, headers, key }: Way,
  asked: readonly Numbered[],
  what: string,
): Promise<readonly Result[]> {
  const answer = await world.frontend({
    ...{ method: 'POST', path: `${path}/batch`, bytes: joined(asked.map(({ record }) => record)) },
    headers: { ...headers, 'Content-Type': 'application/x-ndjson' },
    query: { records: key === null ? null : 'wrapped' },
  })
  const whole = { status: answer.status, ...partsOf(answer.json, null) }
  // Refused as one for a moment, none of them is stored.
  if (passingCodes.has(whole.code ?? '')) return asked.map(({ index }) => ({ index, ...whole }))
  const json = succeeded(what, answer)
  const told = resultsOf(json)
  return asked.map(({ index }, at) => ({ index, ...(told[at] ?? unreadIn(json)) }))
}

/** Whether to send it again: it is surely not stored, or cannot be stored twice. */
function isPassing(result: Result | undefined, hasKey: boolean): boolean {
  if (result === undefined) return false
  return passingCodes.has(result.code ?? '') || (hasKey && (result.status === 503 || result.status === 409))
}

/** Of many, the first by their own lines. */
function showRefused({ screen }: World, refused: readonly Result[], before: number): void {
  for (const each of refused.slice(0, Math.max(0, refusedShownMax - before))) screen.say(refusalLine(each))
  if (before < refusedShownMax && before + refused.length >= refusedShownMax)
    screen.say('… and more; --json tells what became of each.')
}

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')]))
}

/** The line, or with a key a record around it; it stays the bytes that it is. */
function recordOf(line: Buffer, key: string | null, number: number): Buffer {
  if (key === null) return line
  const headers = JSON.stringify({ 'Idempotency-Key': JSON.stringify(`${key}-${number}`) })
  return Buffer.concat([Buffer.from(`{"headers":${headers},"message":`), line, Buffer.from('}')])
}

function resultsOf(json: unknown): readonly Omit<Result, 'index'>[] {
  const results: unknown = isJsonObject(json) ? json['results'] : []
  return (Array.isArray(results) ? results : []).filter(isJsonObject).map(each => ({
    status: Number(each['status']),
    ...partsOf(each, typeof each['messageId'] === 'string' ? each['messageId'] : null),
  }))
}

/** What became of a record that the frontend did not read. */
function unreadIn(json: unknown): Omit<Result, 'index'> {
  const unread = isJsonObject(json) ? json['unread'] : null
  return { status: 503, ...partsOf(unread, null) }
}

function partsOf(json: unknown, messageId: string | null): Omit<Result, 'index' | 'status'> {
  // A record is refused in the form of problem details, as they were asked for.
  const { code, message, detail } = isJsonObject(json) ? json : {}
  const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return { messageId, code: textOf(code), message: textOf(message) ?? textOf(detail) }
}

function showOne({ screen, isJson }: World, result: Result, headers: Headers): void {
  const deliverAt = headers.get('deliver-at')
  if (isJson) screen.out(jsonLine({ ...result, ...(deliverAt === null ? {} : { deliverAt }) }))
  else if (result.status >= 300) screen.say(refusalLine(result))
  else {
    const when = deliverAt === null ? '' : `, for ${deliverAt}`
    const replay = headers.has('idempotent-replay') ? ' by an earlier call' : ''
    screen.out(`Stored${replay}: ${result.messageId ?? ''}${when}\n`)
  }
}

function refusalLine({ index, status, code, message }: Result): string {
  return `Message ${index + 1}: ${status} ${code ?? ''} ${message ?? ''}`.trimEnd()
}
