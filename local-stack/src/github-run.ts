/**
 * Real input through all of Iris: GitHub's payloads, a topic for each event family, several subscriptions.
 * Takes the REST calls. Gives an account of each message at each subscription.
 * Promises: publishes concurrently; removes its subscriptions again; topics and messages stay.
 */
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { startCollector, type Collected, type Collector } from './collector.js'
import { topicForm } from './demo.js'
import { githubMessages, type GithubMessage } from './github-payloads.js'
import { existed, localOwner, succeeded, type IrisApi } from './iris-api.js'

/** The group of all topics. */
export const githubGroup = 'github'

/** `flaky` refuses the first attempt of every tenth message. */
export const githubSubscriptions = ['archive', 'search', 'flaky'] as const

const maxMessageSize = 262_144
const preparingMax = 4
const publishingMax = 32
/** A busy machine must not look like a subscriber that times out: each time-out would repeat a message. */
const requestTimeoutMs = 60_000
const rate = 10_000
/** 174 subscriptions share one small subscriber: 100 connections each would overrun it. */
const inflightSize = 4
const flakyOneIn = 10
const publishAgainMax = 20
const publishAgainPauseMs = 250
const pollMs = 50

export interface GithubRunOptions {
  /** How long to wait for the deliveries after the last publish. */
  readonly arrivalMs: number
  readonly group?: string
}

/** The account of a run. */
export interface GithubAccount {
  readonly families: number
  readonly published: number
  /** Attempts that were answered with 503 and made again. */
  readonly publishedAgain: number
  readonly publishMs: number
  readonly publishedBytes: number
  readonly subscriptions: readonly (Collected & { readonly name: string; readonly lastAfterMs: number })[]
}

/**
 * Whether every message reached every subscription byte for byte, once, and nothing else did. A 503 may have
 * stored a message under an id that nobody was told: so many more may come.
 */
export function isComplete({ published, publishedAgain, subscriptions }: GithubAccount): boolean {
  return subscriptions.every(
    each => each.identical === published && each.repeated === 0 && each.unknown <= publishedAgain,
  )
}

/** Makes topics and subscriptions, publishes everything, waits for all deliveries. */
export async function runGithub(api: IrisApi, options: GithubRunOptions): Promise<GithubAccount> {
  const group = options.group ?? githubGroup
  const messages = githubMessages()
  const families = [...new Set(messages.map(each => each.family))]
  const collector = await startCollector(isFlaky())
  try {
    await prepare(api, group, families, collector.url)
    const beginMs = systemClock.monotonic()
    let publishedAgain = 0
    await concurrently(messages, publishingMax, async each => {
      publishedAgain += await publish(api, `${group}.${each.family}`, each, collector)
    })
    const publishMs = systemClock.monotonic() - beginMs
    await arrived(collector, messages.length, options.arrivalMs)
    return {
      families: families.length,
      published: messages.length,
      publishedAgain,
      publishMs,
      publishedBytes: messages.reduce((sum, each) => sum + each.body.length, 0),
      subscriptions: githubSubscriptions.map(name => {
        const collected = collector.collected(name)
        return { name, ...collected, lastAfterMs: collected.lastMs - beginMs }
      }),
    }
  } finally {
    await removeSubscriptions(api, group, families)
    await collector.stop()
  }
}

async function prepare(api: IrisApi, group: string, families: readonly string[], url: string): Promise<void> {
  const made = await api.createGroup(group)
  if (!existed(made)) succeeded(`Group ${group}`, made)
  await concurrently(families, preparingMax, async family => {
    const topicName = `${group}.${family}`
    const form = { ...topicForm(topicName, `GitHub's ${family} events`), maxMessageSize }
    const topic = await api.createTopic(form)
    if (!existed(topic)) succeeded(`Topic ${topicName}`, topic)
    for (const name of githubSubscriptions) await subscribe(api, topicName, name, `${url}/${name}`)
  })
}

async function subscribe(api: IrisApi, topicName: string, name: string, endpoint: string): Promise<void> {
  const policy = { rate, inflightSize, requestTimeout: requestTimeoutMs }
  const settings = {
    endpoint,
    description: 'Counts what arrives',
    owner: localOwner,
    subscriptionPolicy: policy,
  }
  const made = await api.createSubscription({ topicName, name, ...settings })
  if (!existed(made)) {
    succeeded(`Subscription ${name} of ${topicName}`, made)
    return
  }
  // Left behind by a run that was killed, with messages of that run before it: it begins anew.
  succeeded(`Removal of ${name} of ${topicName}`, await api.deleteSubscription(topicName, name))
  const anew = await api.createSubscription({ topicName, name, ...settings })
  succeeded(`Subscription ${name} of ${topicName}`, anew)
}

async function removeSubscriptions(api: IrisApi, group: string, families: readonly string[]): Promise<void> {
  await concurrently(families, preparingMax, async family => {
    for (const name of githubSubscriptions) await api.deleteSubscription(`${group}.${family}`, name)
  })
}

/** Tries again after 503 and gives how often; what was stored all the same comes with another id. */
async function publish(
  api: IrisApi,
  topic: string,
  message: GithubMessage,
  collector: Collector,
): Promise<number> {
  const headers = message.key === null ? {} : { 'Partition-Key': message.key }
  for (let again = 0; ; again++) {
    const answer = await api.publish({ topic, body: message.body, headers })
    if (answer.status === 503 && again < publishAgainMax) {
      await sleep(systemScheduler, publishAgainPauseMs)
      continue
    }
    succeeded(`Publishing to ${topic}`, answer)
    collector.expect(answer.headers.get('hermes-message-id') ?? '', message.body)
    return again
  }
}

async function arrived(collector: Collector, count: number, withinMs: number): Promise<void> {
  const until = systemClock.monotonic() + withinMs
  const hasAll = (name: string): boolean => collector.collected(name).delivered >= count
  while (!githubSubscriptions.every(hasAll) && systemClock.monotonic() < until)
    await sleep(systemScheduler, pollMs)
}

function isFlaky(): (subscription: string, messageId: string, retryCount: number) => boolean {
  const seen = new Set<string>()
  return (subscription, messageId) => {
    if (subscription !== 'flaky' || seen.has(messageId)) return false
    seen.add(messageId)
    return seen.size % flakyOneIn === 0
  }
}

/** Runs `work` for each item, at most `max` at the same time. */
async function concurrently<T>(
  items: readonly T[],
  max: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: max }, worker))
}
