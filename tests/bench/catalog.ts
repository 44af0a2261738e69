/**
 * Three services over trees of definitions that grow: nothing, a hundred topics, ten thousand.
 * Measures each start until ready, the memory afterwards, and how long management's answers take.
 * Topics that deliver are made over REST, with one partition in Kafka and two active subscriptions each; the
 * others are copies of one of them in ZooKeeper alone, their subscriptions suspended, since a test broker
 * does not hold so many partitions.
 */
import { createIrisApi, succeeded } from '@iris/local-stack/iris-api'
import type { ServiceName, ServiceProcess } from '@iris/local-stack/service'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { eventually } from '../support/eventually.js'
import { openTree } from '../support/tree.js'
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { measureAnswers, questions, type Measured } from './catalog-answers.js'
import { plantCopies, type Copies } from './catalog-tree.js'
import { figure, table } from './markdown.js'
import { residentBytesOf } from './process-cpu.js'

export interface CatalogSize {
  readonly topics: number
  /** Of the topics, those that Kafka holds. */
  readonly delivering: number
}

/** Nothing first, to compare with. */
export const catalogSizes: Readonly<Record<'quick' | 'whole', readonly CatalogSize[]>> = {
  quick: [
    { topics: 0, delivering: 0 },
    { topics: 1_000, delivering: 20 },
  ],
  whole: [
    { topics: 0, delivering: 0 },
    { topics: 100, delivering: 100 },
    { topics: 10_000, delivering: 200 },
  ],
}

const subscriptionsPerTopic = 2
const topicsPerGroup = 100
const madeAtATime = 8
const knownMs = 120_000
const settleMs = 5_000
const settings: Readonly<Record<ServiceName, Readonly<Record<string, string>>>> = {
  'management-service': { 'management.topic.partitions': '1' },
  'frontend-service': {},
  'consumers-service': {},
}

/** Measures and gives lines of Markdown. */
export async function benchCatalog(
  stack: BenchStack,
  sizes: readonly CatalogSize[],
): Promise<readonly string[]> {
  for (const each of [stack.frontend, stack.consumers, stack.management]) await each.stop()
  const services = {
    management: await stack.add('management-service', settings['management-service']),
    frontend: await stack.add('frontend-service', settings['frontend-service']),
    consumers: await stack.add('consumers-service', settings['consumers-service']),
  }
  const own = { ...stack, ...services, tell: tellTo(services.management) }
  const starts: (readonly string[])[] = []
  const answers: { size: CatalogSize; measured: readonly Measured[] }[] = []
  let before: CatalogSize = { topics: 0, delivering: 0 }
  for (const size of sizes) {
    await grow(own, before, size)
    before = size
    starts.push([`${count(size.topics)} topics`, ...(await startAll(own, size))])
    if (size.topics > 0) answers.push({ size, measured: await measureAnswers(own.management.url, questions) })
  }
  return [
    ...['## Definitions by the thousand', '', ...tellsOf(sizes), ''],
    ...[...table(startHeader, starts), ''],
    ...[...table(answerHeader(answers), answerRows(answers)), ''],
  ]
}

const startHeader = [
  'until ready, until it knows all',
  ...['management ms', 'frontend ms', 'consumers ms'],
  ...['management MiB', 'frontend MiB', 'consumers MiB'],
]

function tellsOf(sizes: readonly CatalogSize[]): readonly string[] {
  const delivering = sizes.map(size => `${count(size.delivering)} of ${count(size.topics)}`).join(', ')
  return [
    `Two subscriptions a topic. In Kafka, with one partition and both subscriptions active: ${delivering} topics;`,
    'the others are in ZooKeeper alone, their subscriptions suspended. One round; readiness is asked for every 40 ms.',
  ]
}

/** Each service is started while no other starts; memory is read when nothing has happened for a while. */
async function startAll(
  { management, frontend, consumers }: Pick<BenchStack, 'management' | 'frontend' | 'consumers'>,
  { topics, delivering }: CatalogSize,
): Promise<readonly string[]> {
  const restarted = [
    await restart(management, async () => (await topicCount(management)) === topics),
    await restart(frontend, () => Promise.resolve(true)),
    await restart(
      consumers,
      async () => (await runningCount(consumers)) >= delivering * subscriptionsPerTopic,
    ),
  ]
  await sleep(systemScheduler, settleMs)
  const memory = [management, frontend, consumers].map(({ pid }) => residentBytesOf(pid) / 1024 ** 2)
  return [...restarted, ...memory.map(figure)]
}

async function restart(service: ServiceProcess, knowsAll: () => Promise<boolean>): Promise<string> {
  await service.stop()
  const beginMs = monotonicMs()
  await service.start()
  const readyMs = monotonicMs() - beginMs
  await eventually(async () => {
    if (!(await knowsAll())) throw new Error(`${service.url} does not know all yet`)
  }, knownMs)
  return `${figure(readyMs)}, ${figure(monotonicMs() - beginMs)}`
}

async function topicCount({ url }: ServiceProcess): Promise<number> {
  const answer = await createIrisApi({ frontend: url, management: url }).manage('GET', '/stats')
  if (answer.status !== 200) return -1
  return (JSON.parse(answer.text) as { topicStats: { topicCount: number } }).topicStats.topicCount
}

/** The subscriptions that run in this process. */
async function runningCount({ url }: ServiceProcess): Promise<number> {
  const answer = await fetch(`${url}/status/prometheus`, { signal: AbortSignal.timeout(knownMs) })
  return Number(/consumer_processes_running(?:\{[^}]*\})? (\d+)/.exec(await answer.text())?.[1] ?? -1)
}

async function grow(stack: BenchStack, from: CatalogSize, to: CatalogSize): Promise<void> {
  const names = Array.from(
    { length: to.delivering - from.delivering },
    (_, index) => `catalog.delivering${from.delivering + index}`,
  )
  if (from.topics === 0 && names.length > 0) await makeGroup(stack, 'catalog')
  await manyAtATime(names, async name => {
    await makeTopic(stack, name, 'ALL')
    for (let index = 0; index < subscriptionsPerTopic; index++)
      await makeSubscription(stack, name, `subscription${index}`, 'ACTIVE')
  })
  const copied = from.topics - from.delivering
  await plant(stack.zookeeper, {
    ...{ topic: 'catalog.delivering0', from: copied, count: to.topics - to.delivering - copied },
    ...{ topicsPerGroup, subscriptionsPerTopic },
  })
}

async function plant(zookeeper: string, copies: Copies): Promise<void> {
  if (copies.count === 0) return
  const session = await openTree(zookeeper)
  try {
    await plantCopies(session, copies)
  } finally {
    await session.stop()
  }
}

async function manyAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: madeAtATime }, worker))
}

function tellTo({ url }: ServiceProcess): BenchStack['tell'] {
  const api = createIrisApi({ frontend: url, management: url })
  return async (method, path, body) => {
    succeeded(`${method} ${path}`, await api.manage(method, path, body))
  }
}

type Answers = readonly { readonly size: CatalogSize; readonly measured: readonly Measured[] }[]

function answerHeader(answers: Answers): readonly string[] {
  const columns = answers.flatMap(({ size }) => [`${count(size.topics)}: p50 ms`, 'p99 ms', 'KiB'])
  return ['management answers, one after another', ...columns]
}

function answerRows(answers: Answers): readonly (readonly string[])[] {
  const [first] = answers
  return (first?.measured ?? []).map(({ name }, row) => [
    name,
    ...answers.flatMap(({ measured }) => {
      const each = measured[row]
      return each === undefined ? ['', '', ''] : [each.p50Ms, each.p99Ms, each.bytes / 1024].map(figure)
    }),
  ])
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
