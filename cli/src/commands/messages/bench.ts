/**
 * `iris bench`: a bounded load on one topic, from this machine, and what became of it in one line.
 * Promises: only a frontend that the user named is loaded, never a usual address; it ends after so many
 * messages or so long. Times are those of whole requests, seen from here; with `--rate` from the moment at
 * which a message was due, so that a frontend that stalls does not look fast.
 */
import { sleep } from '@iris/common/time/scheduler'
import { command, exitCodes, type World } from '../../command.js'
import { ServiceFailure } from '../../management/rest.js'
import { countText, durationText, jsonLine } from '../../show/words.js'
import { count, countOr, text, UsageError } from '../../words/declare.js'
import { durationOf } from '../../words/moment.js'
import { topicArgument, topicPath } from '../../words/places.js'

const messagesMax = 1_000_000
const durationMaxMs = 600_000
const requestMs = 30_000
/** Ways in which requests failed that the result names. */
const problemsMax = 5

export const benchCommand = command({
  name: 'bench',
  section: 'Messages',
  summary: 'load a topic for a moment and tell times and refusals',
  details: [
    'Each message is stored and delivered to all subscriptions of the topic: use a topic made for it. Only a frontend that you ' +
      'name is loaded, with --frontend, IRIS_FRONTEND_URL or in a profile. The client is one process: it may be what is slow.',
  ],
  arguments: topicArgument,
  options: {
    messages: countOr(1_000, 'N', 'so many messages', { min: 1, max: messagesMax }),
    for: text('DURATION', 'end after so long, at most 10m (30s)'),
    concurrency: countOr(8, 'N', 'so many requests at a time', { min: 1, max: 256 }),
    rate: count('N', 'so many a second instead of as fast as it goes', { min: 1, max: 100_000 }),
    size: countOr(200, 'BYTES', 'the size of a message', { min: 2, max: 1_000_000 }),
    message: text('TEXT', 'this message instead, such as for a topic with a schema'),
  },
  examples: [
    {
      words: 'bench load.test --frontend http://127.0.0.1:8080',
      what: 'a thousand messages, eight at a time',
    },
    {
      words: 'bench load.test --messages 60000 --rate 1000 --for 1m --frontend http://127.0.0.1:8080',
      what: 'a minute at a rate',
    },
  ],
  async run(world, { topic }, options) {
    const { frontend } = await world.connection()
    if (frontend?.isNamed !== true)
      throw new UsageError('bench loads no usual address: name the frontend, --frontend URL')
    const limitMs = durationOf(options.for ?? '30s', '--for')
    if (limitMs > durationMaxMs) throw new UsageError('--for is at most 10m')
    const message = options.message ?? paddedJson(options.size)
    const load = { ...options, path: topicPath(topic), message, limitMs }
    const result = await loadTopic(world, load)
    world.screen.out(world.isJson ? jsonLine(result) : `${resultLine(result)}\n`)
    for (const { problem, count: times } of result.problems)
      if (!world.isJson) world.screen.say(`  ${countText(times)} x ${problem}`)
    if (world.interrupted.aborted) return exitCodes.interrupted
    return result.stored > 0 ? exitCodes.done : exitCodes.failed
  },
})

interface Load {
  readonly path: string
  readonly message: string
  readonly messages: number
  readonly limitMs: number
  readonly concurrency: number
  readonly rate: number | null
}

interface Result {
  readonly stored: number
  /** Answered with another status than 2xx. */
  readonly refused: number
  /** Without an answer: whether they are stored is not known. */
  readonly unanswered: number
  readonly tookMs: number
  readonly perSecond: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
  readonly problems: readonly { readonly problem: string; readonly count: number }[]
}

async function loadTopic(world: World, load: Load): Promise<Result> {
  const { clock, interrupted, screen, scheduler } = world
  const bar = screen.bar('bench')
  const startMs = clock.monotonic()
  const tally = { next: 0, stored: 0, refused: 0, unanswered: 0 }
  const times: number[] = []
  const problems = new Map<string, number>()
  const isOver = (): boolean =>
    interrupted.aborted || tally.next >= load.messages || clock.monotonic() - startMs >= load.limitMs
  const worker = async (): Promise<void> => {
    while (!isOver()) {
      const dueMs = load.rate === null ? clock.monotonic() : startMs + (tally.next * 1_000) / load.rate
      tally.next++
      const earlyMs = dueMs - clock.monotonic()
      if (earlyMs > 0) await sleep(scheduler, earlyMs)
      const problem = await publishOne(world, load)
      if (problem === null) tally.stored++
      else if (problem.isAnswer) tally.refused++
      else tally.unanswered++
      if (problem !== null) problems.set(problem.text, (problems.get(problem.text) ?? 0) + 1)
      times.push(clock.monotonic() - dueMs)
      bar.at(times.length, load.messages, tally.refused === 0 ? '' : `${countText(tally.refused)} refused`)
    }
  }
  await Promise.all(Array.from({ length: load.concurrency }, worker))
  bar.end()
  const tookMs = clock.monotonic() - startMs
  const sorted = times.sort((one, other) => one - other)
  const { stored, refused, unanswered } = tally
  return {
    ...{
      stored,
      refused,
      unanswered,
      tookMs: rounded(tookMs),
      perSecond: rounded(stored / (tookMs / 1_000)),
    },
    ...{ p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), maxMs: quantile(sorted, 1) },
    problems: [...problems]
      .map(([problem, number]) => ({ problem, count: number }))
      .sort((one, other) => other.count - one.count)
      .slice(0, problemsMax),
  }
}

/** What went wrong; null where it is stored. */
async function publishOne(
  { frontend }: World,
  { path, message }: Load,
): Promise<{ readonly isAnswer: boolean; readonly text: string } | null> {
  try {
    const { status, json } = await frontend({ method: 'POST', path, bytes: message, withinMs: requestMs })
    if (status >= 200 && status < 300) return null
    const code = (json as { readonly code?: unknown } | null)?.code
    return { isAnswer: true, text: `${status}${typeof code === 'string' ? ` ${code}` : ''}` }
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return { isAnswer: false, text: error.message }
  }
}

function resultLine({ stored, refused, unanswered, tookMs, perSecond, p50Ms, p99Ms, maxMs }: Result): string {
  const ms = (value: number | null): string => (value === null ? '-' : `${value} ms`)
  return (
    `${countText(stored)} stored in ${durationText(tookMs)}: ${countText(Math.round(perSecond))}/s, ` +
    `p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, max ${ms(maxMs)}, ` +
    `refused ${countText(refused)}, unanswered ${countText(unanswered)}`
  )
}

/** The value below which that share lies (nearest rank); null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  return value === undefined ? null : rounded(value)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

/** JSON of so many bytes. */
function paddedJson(bytes: number): string {
  const empty = '{"padding":""}'.length
  return bytes < empty ? '{}'.padEnd(bytes) : JSON.stringify({ padding: 'x'.repeat(bytes - empty) })
}
