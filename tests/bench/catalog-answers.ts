/**
 * How long management takes for its answers about definitions.
 * Takes its address and questions. Gives p50 and p99 of each, asked one after another over one connection.
 */
import { monotonicMs } from '../chaos/monotonic.js'
import { percentile } from './statistics.js'

/** One request, again and again. */
export interface Question {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  /** By the number of the request, so that each change changes something. */
  readonly body?: (number: number) => unknown
}

export interface Measured {
  readonly name: string
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of one answer. */
  readonly bytes: number
}

const warmUps = 3
const requestsMax = 100
const secondsMax = 2
const requestMs = 60_000
const topic = 'catalog.delivering0'

/** What a team and its console ask for. */
export const questions: readonly Question[] = [
  { name: '`GET /topics`', method: 'GET', path: '/topics' },
  { name: '`GET /topics?groupName=` a hundred of them', method: 'GET', path: '/topics?groupName=catalog' },
  { name: '`GET /topics?tracked=true`, none is', method: 'GET', path: '/topics?tracked=true' },
  { name: '`GET /topics/{t}/subscriptions`', method: 'GET', path: `/topics/${topic}/subscriptions` },
  { name: '`GET /topics/{t}`', method: 'GET', path: `/topics/${topic}` },
  {
    name: '`PUT /topics/{t}`',
    method: 'PUT',
    path: `/topics/${topic}`,
    body: number => ({ description: `changed ${number} times` }),
  },
  {
    name: '`POST /query/topics`, one is meant',
    method: 'POST',
    path: '/query/topics',
    body: () => ({ query: { name: { like: 'catalog\\.delivering0' }, ack: 'ALL' } }),
  },
  {
    name: '`POST /query/subscriptions`, two are meant',
    method: 'POST',
    path: '/query/subscriptions',
    body: () => ({ query: { topicName: topic, deliveryType: 'SERIAL' } }),
  },
  {
    name: "`POST /query/subscriptions`, a search of Hermes' console",
    method: 'POST',
    path: '/query/subscriptions',
    body: () => ({ query: { endpoint: { like: '(?i).*delivering0/.*' } } }),
  },
  {
    name: '`POST /query/subscriptions`, all are meant',
    method: 'POST',
    path: '/query/subscriptions',
    body: () => ({ query: { 'owner.id': 'bench' } }),
  },
  { name: '`GET /search/query`, one topic found', method: 'GET', path: `/search/query?q=delivering0` },
  { name: '`GET /search/query`, everything found', method: 'GET', path: '/search/query?q=bench' },
  { name: '`GET /stats`', method: 'GET', path: '/stats' },
]

/** Asks all of them. */
export async function measureAnswers(url: string, all: readonly Question[]): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const each of all) measured.push(await measure(url, each))
  return measured
}

async function measure(url: string, question: Question): Promise<Measured> {
  const tookMs: number[] = []
  let bytes = 0
  for (let number = 0; number < warmUps; number++) await ask(url, question, number)
  const endMs = monotonicMs() + secondsMax * 1_000
  while (tookMs.length < requestsMax && monotonicMs() < endMs) {
    const beginMs = monotonicMs()
    bytes = await ask(url, question, warmUps + tookMs.length)
    tookMs.push(monotonicMs() - beginMs)
  }
  const sorted = Float64Array.from(tookMs).sort()
  return { name: question.name, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), bytes }
}

/** Gives the size of the answer. */
async function ask(url: string, { method, path, body }: Question, number: number): Promise<number> {
  const answer = await fetch(url + path, {
    method,
    signal: AbortSignal.timeout(requestMs),
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body(number)) }),
  })
  const bytes = (await answer.arrayBuffer()).byteLength
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`)
  return bytes
}
