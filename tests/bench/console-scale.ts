/**
 * The console over ten thousand topics and twenty thousand subscriptions, beside the same with ten topics.
 * Takes a stack. Gives how long each step of a person takes in a real browser, the longest task of the page,
 * the longest pause of management, what the answers weigh, and management's memory. Only ten topics are in
 * Kafka: the others are copies of one of them in ZooKeeper, all subscriptions suspended.
 */
import { createIrisApi } from '@iris/local-stack/iris-api'
import { startParty } from '../chaos/party.js'
import { startBrowser } from '../support/browser.js'
import { eventually } from '../support/eventually.js'
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { openTree } from '../support/tree.js'
import { plantCopies } from './catalog-tree.js'
import { walk, type Sights, type Step } from './console-walk.js'
import { figure, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'

export interface ConsoleScale {
  readonly topics: number
  readonly topicsPerGroup: number
}

const small = 10
const subscriptionsPerTopic = 2
const group = 'catalog'
const knownMs = 60_000

interface Walked {
  readonly steps: readonly Step[]
  readonly cpuSeconds: number
  readonly residentMiB: number
}

/** Lines of Markdown. */
export async function benchConsoleScale(
  stack: BenchStack,
  { topics, topicsPerGroup }: ConsoleScale,
): Promise<readonly string[]> {
  await makeSmall(stack)
  const near = { topic: `${group}.delivering7`, word: 'delivering7' }
  const of = (count: number): Pick<Sights, 'topics' | 'subscriptions'> => ({
    topics: count,
    subscriptions: count * subscriptionsPerTopic,
  })
  const few = await measure(stack, { ...near, ...of(small), group, topicsOfGroup: small })
  await plant(stack.zookeeper, topics - small, topicsPerGroup)
  await knows(stack, topics)
  const many = await measure(stack, {
    ...near,
    ...of(topics),
    group: 'copies0',
    topicsOfGroup: topicsPerGroup,
  })
  return [
    `## The console over ${topics.toLocaleString('en-US')} topics, two subscriptions each`,
    '',
    ...table(
      ['step', `ms with ${small}`, 'ms', 'longest task ms', 'pause of management ms', 'answers KiB'],
      many.steps.map((step, index) => [
        step.name,
        figure(few.steps[index]?.tookMs ?? Number.NaN),
        ...[step.tookMs, step.longestTaskMs, step.longestPauseMs, step.answerKiB].map(figure),
      ]),
    ),
    '',
    ...[few, many].map(
      ({ cpuSeconds, residentMiB }, index) =>
        `- ${index === 0 ? small : topics} topics: the walk cost management ${figure(cpuSeconds)} s of CPU; ` +
        `resident afterwards ${figure(residentMiB)} MiB`,
    ),
    '',
  ]
}

async function makeSmall(stack: BenchStack): Promise<void> {
  await makeGroup(stack, group)
  for (let index = 0; index < small; index++) {
    const name = `${group}.delivering${index}`
    await makeTopic(stack, name, 'ALL')
    for (let each = 0; each < subscriptionsPerTopic; each++)
      await makeSubscription(stack, name, `subscription${each}`, 'SUSPENDED')
  }
}

async function plant(zookeeper: string, count: number, topicsPerGroup: number): Promise<void> {
  const session = await openTree(zookeeper)
  try {
    const copies = { topic: `${group}.delivering0`, from: 0, count, topicsPerGroup, subscriptionsPerTopic }
    await plantCopies(session, copies)
  } finally {
    await session.stop()
  }
}

/** Management hears of what others write. */
async function knows({ management }: BenchStack, topics: number): Promise<void> {
  const api = createIrisApi({ frontend: management.url, management: management.url })
  await eventually(async () => {
    const { text } = await api.manage('GET', '/stats')
    if (!text.includes(`"topicCount":${topics},`)) throw new Error(text)
    if (!text.includes(`"subscriptionCount":${topics * subscriptionsPerTopic},`)) throw new Error(text)
  }, knownMs)
}

async function measure({ management }: BenchStack, sights: Sights): Promise<Walked> {
  const browser = await startBrowser(management.url)
  const pinger = startParty(new URL('./pinger.js', import.meta.url))
  try {
    await pinger.ask('open', `${management.url}/status/ping`)
    const { page, close } = await browser.open()
    // Once around, so that files and code are there for both.
    await page.goto('/ui/topics')
    const cpuBefore = cpuSecondsOf(management.pid)
    const steps = await walk(page, { longestPauseMs: () => pinger.ask<number>('longest') }, sights)
    const cpuSeconds = cpuSecondsOf(management.pid) - cpuBefore
    const residentMiB = residentBytesOf(management.pid) / 1024 ** 2
    await close()
    return { steps, cpuSeconds, residentMiB }
  } finally {
    await browser.stop()
    await pinger.end()
  }
}
