/**
 * How long what we promise in seconds takes, beside what is promised.
 * Takes how often each is tried. Gives lines of Markdown; they mean something on a quiet machine only.
 * Promises: servers and stacks of its own, gone at the end, also after an error.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '@iris/local-stack/kafka'
import type { ServiceProcess } from '@iris/local-stack/service'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { systemClock } from '@iris/common/time/clock'
import { monotonicMs } from '../chaos/monotonic.js'
import { eventually, pause } from '../support/eventually.js'
import { npmStart, stackPorts } from '../support/npm-start.js'
import { openRaw, rawPublish } from '../support/raw-connection.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'
import { figure, table } from './markdown.js'
import { median, percentile } from './statistics.js'

/** As the stack of the tests and its ZooKeeper have it. */
const sessionMs = 4_000
const tickMs = 500
const longMs = 60_000
const messagesPerRound = 40
const slowAttemptMs = 8_000
/** Messages for later: how many are due over how long, and how long before the first they are published. */
const later = { messages: 1_000, overMs: 10_000, leadMs: 4_000, atOnce: 50 } as const
/** With fewer, the longest says as much. */
const samplesForP99 = 100

interface World {
  readonly stack: TestStack
  readonly zookeeper: ZooKeeperServer
  readonly subscriber: Subscriber
}

interface Row {
  readonly name: string
  readonly promisedMs: number
  readonly tookMs: readonly number[]
}

/** Measures and gives lines of Markdown. */
export async function benchPromises(rounds: number): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'iris-promises-'))
  try {
    const started = await times(rounds, () => startedByNpm(dir))
    const rows = [
      row(
        '`npm start` with what it downloads in the cache, to the screen after a delivered message',
        15_000,
        started,
      ),
      ...(await withWorld(dir, world => inWorld(world, rounds))),
    ]
    const cells = rows.map(({ name, promisedMs, tookMs }) => [
      name,
      seconds(promisedMs),
      ...[median(tookMs), p99(tookMs), Math.max(...tookMs)].map(seconds),
      Math.max(...tookMs) < promisedMs ? 'yes' : 'NO',
    ])
    const header = [`seconds, of ${rounds} rounds`, 'promised', 'median', 'p99', 'longest', 'held']
    return ['## Promised times', '', ...table(header, cells), '']
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function inWorld(world: World, rounds: number): Promise<readonly Row[]> {
  const first = await times(4 * rounds, () => firstMessage(world))
  const late = await lateness(world)
  const taken = await times(rounds, () => takeOver(world))
  const frozen = await times(rounds, () => orderedReturn(world, 'frozen'))
  const killed = await times(rounds, () => orderedReturn(world, 'killed'))
  return [
    row('first message of a new subscription, from the 201 that created it', 1_000, first),
    row(
      `${later.messages} messages for later, due over ${later.overMs / 1_000} s, from the time of each`,
      1_000,
      late,
    ),
    row(
      'take-over from a consumers process that is killed: session, tick and 2 s',
      sessionMs + tickMs + 2_000,
      taken,
    ),
    row('ordered delivery again, from when a frozen ZooKeeper goes on', 5_000, frozen),
    row('ordered delivery again, from when a killed ZooKeeper serves again', 5_000, killed),
    ...(await stops(world, rounds)),
  ]
}

async function stops({ stack, subscriber }: World, rounds: number): Promise<readonly Row[]> {
  const topic = await stack.createTopic()
  const frontends = await times(rounds, async () => {
    const frontend = await stack.addFrontend({ 'frontend.handlers.bodyReadTimeout': '60s' })
    const stuck = openRaw(frontend.url, rawPublish(topic, ['Content-Length: 9', 'Expect: 100-continue']))
    await stuck.untilAnswers(1, longMs)
    const took = await stopTime(frontend)
    stuck.close()
    return took
  })
  await stack.createSubscription(topic, subscriber.url, { subscriptionPolicy: { requestTimeout: 30_000 } })
  const consumers = await times(rounds, async () => {
    subscriber.forget()
    subscriber.answerWith(() => ({ delayMs: slowAttemptMs }))
    await publishMany(stack, topic)
    await subscriber.waitFor(messagesPerRound, { withinMs: longMs })
    const leaving = stack.consumers.at(-1) as ServiceProcess
    const took = await stopTime(leaving)
    subscriber.answerWith(() => ({}))
    await leaving.start()
    return took
  })
  const management = await times(rounds, async () => {
    const took = await stopTime(stack.management)
    await stack.management.start()
    return took
  })
  return [
    row('SIGTERM of a frontend with a body that never ends', 15_000, frontends),
    row(
      `SIGTERM of a consumers process with attempts that take ${slowAttemptMs / 1_000} s`,
      15_000,
      consumers,
    ),
    row('SIGTERM of management', 15_000, management),
  ]
}

async function stopTime(service: ServiceProcess): Promise<number> {
  const beginMs = monotonicMs()
  await service.stop()
  return monotonicMs() - beginMs
}

async function startedByNpm(dir: string): Promise<number> {
  const ports = await stackPorts()
  const flags = ['--data', join(dir, 'start'), '--fresh']
  const beginMs = monotonicMs()
  const iris = npmStart(ports, flags)
  try {
    await iris.screen()
    return monotonicMs() - beginMs
  } finally {
    iris.signal('SIGINT')
    await iris.ended()
  }
}

async function firstMessage({ stack, subscriber }: World): Promise<number> {
  const topic = await stack.createTopic()
  subscriber.forget()
  await stack.createSubscription(topic, subscriber.url)
  const createdMs = monotonicMs()
  await stack.publish(topic, '{}')
  await subscriber.waitFor(1, { withinMs: longMs })
  return monotonicMs() - createdMs
}

/** How long after its time each of many messages for later comes. */
async function lateness({ stack, subscriber }: World): Promise<readonly number[]> {
  const topic = await stack.createTopic()
  await stack.createSubscription(topic, subscriber.url)
  subscriber.forget()
  // The first ones make the schedule topic, and show that all its partitions are read.
  await publishMany(stack, topic, { 'Deliver-After': '1' })
  await subscriber.waitFor(messagesPerRound, { withinMs: longMs })
  subscriber.forget()
  const startMs = monotonicMs() + later.leadMs
  const wallOffsetMs = systemClock.now() - monotonicMs()
  const dues = new Map<string, number>()
  const publish = async (n: number): Promise<void> => {
    const dueMs = Math.ceil(startMs + wallOffsetMs + (n * later.overMs) / later.messages)
    const answer = await stack.publish(topic, `{"n":${n}}`, { headers: { 'Deliver-At': String(dueMs) } })
    const isLater = answer.status === 201 && answer.headers.has('schedule-id')
    if (!isLater) throw new Error(`a message for later was answered ${answer.status}: ${answer.text}`)
    dues.set(answer.headers.get('hermes-message-id') ?? '', dueMs - wallOffsetMs)
  }
  for (let n = 0; n < later.messages; n += later.atOnce)
    await Promise.all(Array.from({ length: later.atOnce }, (_each, index) => publish(n + index)))
  const received = await subscriber.waitFor(later.messages, { withinMs: longMs })
  const took = received.map(({ messageId, atMs }) => atMs + originMs() - (dues.get(messageId) ?? Number.NaN))
  // The wall clock is read in whole milliseconds.
  if (took.some(ms => !(ms >= -1))) throw new Error('a message for later came early, or was none of these')
  return took
}

/** What `performance.now()` is behind the machine's clock. */
function originMs(): number {
  return monotonicMs() - performance.now()
}

/** Half of the messages lie in partitions of the killed process: all have come when they are taken over. */
async function takeOver({ stack, subscriber }: World): Promise<number> {
  const topic = await stack.createTopic()
  const name = await stack.createSubscription(topic, subscriber.url)
  await eventually(async () => {
    const counts = await Promise.all(stack.consumers.map(each => runningAt(each.url, `${topic}$${name}`)))
    if (counts.some(count => count !== 2)) throw new Error('the partitions are not shared yet')
  }, longMs)
  const victim = stack.consumers.at(-1) as ServiceProcess
  await victim.kill()
  const killedMs = monotonicMs()
  subscriber.forget()
  await publishMany(stack, topic)
  await subscriber.waitFor(messagesPerRound, { withinMs: longMs })
  const took = monotonicMs() - killedMs
  await victim.start()
  return took
}

async function runningAt(url: string, id: string): Promise<number> {
  const answer = await fetch(`${url}/status/subscriptions?name=${encodeURIComponent(id)}`)
  const rows = (await answer.json()) as { qualifiedName: string; partitions: { state: string }[] }[]
  const own = rows.filter(each => each.qualifiedName === id)
  return own.flatMap(each => each.partitions).filter(each => each.state === 'running').length
}

async function orderedReturn(
  { stack, zookeeper, subscriber }: World,
  how: 'frozen' | 'killed',
): Promise<number> {
  const topic = await stack.createTopic()
  await stack.createSubscription(topic, subscriber.url, { ordering: 'KEY' })
  subscriber.forget()
  await publishMany(stack, topic)
  await subscriber.waitFor(messagesPerRound, { withinMs: longMs })
  if (how === 'frozen') zookeeper.pause()
  else await zookeeper.kill()
  await pause(2 * sessionMs)
  subscriber.forget()
  await publishMany(stack, topic)
  if (how === 'frozen') zookeeper.resume()
  else await zookeeper.start()
  const backMs = monotonicMs()
  await subscriber.waitFor(1, { withinMs: longMs })
  const took = monotonicMs() - backMs
  await subscriber.waitFor(messagesPerRound, { withinMs: longMs })
  return took
}

async function publishMany(
  stack: TestStack,
  topic: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let n = 0; n < messagesPerRound; n++) {
    const keyed = { ...headers, 'Partition-Key': `key${n}` }
    const answer = await stack.publish(topic, `{"n":${n}}`, { headers: keyed })
    if (answer.status !== 201) throw new Error(`publishing was answered ${answer.status}: ${answer.text}`)
  }
}

async function withWorld<T>(dir: string, work: (world: World) => Promise<T>): Promise<T> {
  const ends: (() => Promise<unknown>)[] = []
  try {
    const kafka = await startKafka({ dataDir: join(dir, 'kafka'), isOptimized: true })
    ends.push(() => kafka.kill())
    const zookeeper = await startZooKeeper({ dataDir: join(dir, 'zookeeper') })
    ends.push(() => zookeeper.kill())
    const subscriber = await startSubscriber()
    ends.push(() => subscriber.stop())
    const servers = { kafka: kafka.bootstrap, zookeeper: zookeeper.connection }
    const stack = await startTestStack({ ...servers, consumers: 2 })
    ends.push(() => stack.stop())
    return await work({ stack, zookeeper, subscriber })
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function times(count: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const took: number[] = []
  for (let round = 0; round < count; round++) took.push(await measure())
  return took
}

function row(name: string, promisedMs: number, tookMs: readonly number[]): Row {
  return { name, promisedMs, tookMs }
}

function p99(tookMs: readonly number[]): number {
  if (tookMs.length < samplesForP99) return Number.NaN
  return percentile(Float64Array.from(tookMs).sort(), 0.99)
}

function seconds(ms: number): string {
  return figure(ms / 1_000)
}
