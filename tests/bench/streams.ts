/**
 * Thousands of readers of one topic at the frontend: events a second, memory, CPU, and what Kafka is asked.
 * Bounds: each wait has a deadline; a row ends early when nothing came for `quietMs`, since a reader that was
 * cut off gets no more, and says how many came.
 */
import { get, type ClientRequest } from 'node:http'
import { createIrisApi } from '@iris/local-stack/iris-api'
import { sleep, systemScheduler, withDeadline } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { makeGroup, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'

const topic = 'benchstreams.chat'
const readerCounts = [1, 100, 1_000, 3_000]
/** All readers here have one address. */
const settings = { 'frontend.streams.perAddressMax': '5000' }
const messages = 200
const limitMs = 120_000
/** No event for so long: no more will come. */
const quietMs = 10_000
/** One answer, and the first word of a stream. */
const answerMs = 10_000
/** Who goes without a word is noticed when a heartbeat cannot be written to it. */
const leaveMs = 40_000
const pollMs = 20
const bodyBytes = 200

/** Measures and gives lines of Markdown. */
export async function benchStreams(stack: BenchStack): Promise<readonly string[]> {
  await makeGroup(stack, 'benchstreams')
  await makeTopic(stack, topic, 'LEADER')
  const frontend = await stack.add('frontend-service', settings)
  const rows: (readonly string[])[] = []
  for (const count of readerCounts) rows.push(await measure({ ...stack, frontend }, count))
  const header = ['readers', 'events', 'events/s', 'frontend CPU', 'frontend MiB', 'fetches of Kafka']
  return ['## Streams', '', ...table(header, rows), '']
}

async function measure(stack: BenchStack, count: number): Promise<readonly string[]> {
  const { frontend, management } = stack
  const readers = new Readers(`${frontend.url}/topics/${topic}/events`)
  await readers.open(count)
  const api = createIrisApi({ frontend: frontend.url, management: management.url })
  const begin = { ms: monotonicMs(), cpu: cpuSecondsOf(frontend.pid), fetches: await fetches(frontend.url) }
  const body = JSON.stringify({ text: 'x'.repeat(bodyBytes) })
  const headers = { 'Partition-Key': 'one' }
  const publishing = Array.from({ length: messages }, () => api.publish({ topic, body, headers }))
  const answers = await Promise.all(publishing)
  if (answers.some(({ status }) => status !== 201)) throw new Error('a message was not stored')
  const events = count * messages
  const endMs = await lastEvent(readers, events, begin.ms + limitMs)
  const seconds = (endMs - begin.ms) / 1_000
  const cpu = (cpuSecondsOf(frontend.pid) - begin.cpu) / seconds
  const asked = (await fetches(frontend.url)) - begin.fetches
  const bytes = residentBytesOf(frontend.pid)
  const came = readers.events
  readers.close()
  // All of one address are bounded: the next ones must not come before these have gone.
  const goneMs = monotonicMs() + leaveMs
  while ((await gauge(frontend.url, 'streams')) > 0) {
    if (monotonicMs() > goneMs)
      throw new Error(`readers that have gone are still counted after ${leaveMs} ms`)
    await sleep(systemScheduler, pollMs)
  }
  const shown = `${figure(came)}${came === events ? '' : ` of ${figure(events)}`}`
  return [
    figure(count),
    shown,
    figure(came / seconds),
    percent(cpu),
    figure(bytes / 1024 ** 2),
    figure(asked),
  ]
}

/** Waits for the events; gives when the last one came. */
async function lastEvent(readers: Readers, events: number, deadlineMs: number): Promise<number> {
  let [came, cameMs] = [readers.events, monotonicMs()]
  while (came < events && monotonicMs() < Math.min(deadlineMs, cameMs + quietMs)) {
    await sleep(systemScheduler, pollMs)
    if (readers.events > came) [came, cameMs] = [readers.events, monotonicMs()]
  }
  return cameMs
}

function fetches(frontend: string): Promise<number> {
  return gauge(frontend, 'streams_fetches')
}

async function gauge(frontend: string, name: string): Promise<number> {
  const text = await (
    await fetch(`${frontend}/status/prometheus`, { signal: AbortSignal.timeout(answerMs) })
  ).text()
  const line = text.split('\n').find(each => each.startsWith(`hermes_frontend_${name} `))
  return Number(line?.split(' ')[1] ?? 0)
}

/** Readers that only count: each event has one `data:` line. */
class Readers {
  events = 0
  private readonly requests: ClientRequest[] = []

  constructor(private readonly url: string) {}

  async open(count: number): Promise<void> {
    for (let opened = 0; opened < count; opened++)
      await withDeadline(systemScheduler, answerMs, 'the first word of a stream', this.listen())
  }

  close(): void {
    for (const request of this.requests) request.destroy()
  }

  /** Resolves when the stream has told where it begins. */
  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = get(this.url, { agent: false }, response => {
        if (response.statusCode !== 200)
          return reject(new Error(`a reader was answered ${response.statusCode}`))
        let end = ''
        response.on('data', (piece: Buffer) => {
          const text = end + piece.toString('latin1')
          this.events += text.split('\ndata: ').length - 1
          end = text.slice(-6)
          resolve()
        })
        response.on('error', () => undefined)
      })
      request.on('error', reject)
      this.requests.push(request)
    })
  }
}
