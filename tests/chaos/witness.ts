/**
 * The third witness of a run: what Kafka itself holds.
 * Takes the plan and the brokers. Writes down committed offsets as they move and, at the end, every
 * record of the topics and of the dead-letter topics. Promises: uses nothing of the broker under test to read
 * them.
 */
import kafkajs, { Kafka, logLevel, type Admin, type EachBatchPayload } from 'kafkajs'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler, withDeadline } from '@iris/common/time/scheduler'
import { createTopicsWithLeaders } from '../support/made-topics.js'
import { fingerprint } from './fingerprint.js'
import type { History } from './history.js'
import { monotonicMs } from './monotonic.js'
import { idIn, messageIdIn, unwrapped } from './payload.js'
import { kinds, record } from './records.js'
import type { RunPlan } from './plan.js'

const lookMs = 3_000
const readMs = 60_000
const pollMs = 20

export interface WitnessOptions {
  readonly plan: RunPlan
  readonly bootstrap: string
  readonly history: History
}

/** The consumer group of a subscription, by the rule that Hermes documents. */
export function groupOf(topic: string, subscription: string): string {
  const dot = topic.lastIndexOf('.')
  const parts = [topic.slice(0, dot), topic.slice(dot + 1), subscription]
  return parts.map(part => part.replaceAll('_', '__')).join('_')
}

/** The dead-letter topic of a subscription. */
export function deadLettersOf(topic: string, subscription: string): string {
  return `${topic}.${subscription}_dlq`
}

/**
 * Looks at every committed offset. Gives the messages not yet committed, or null while Kafka does not answer.
 */
export async function lookAtCommits(options: WitnessOptions): Promise<number | null> {
  const admin = clientOf(options.bootstrap).admin()
  try {
    return await withDeadline(systemScheduler, lookMs, 'a look at the commits', look(admin, options))
  } catch {
    return null // Kafka is one of the things that the faults take away; the next look comes in a second
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

async function look(admin: Admin, { plan, history }: WitnessOptions): Promise<number> {
  await admin.connect()
  const ends = await Promise.all(plan.topics.map(topic => admin.fetchTopicOffsets(topic.name)))
  let lag = 0
  for (const [subject, subscription] of plan.subscriptions.entries()) {
    const topic = plan.topics[subscription.topic]?.name ?? ''
    const [found] = await admin.fetchOffsets({ groupId: groupOf(topic, subscription.name), topics: [topic] })
    const time = monotonicMs()
    for (const { partition, offset } of found?.partitions ?? []) {
      const committed = Math.max(0, Number(offset))
      history.append(record({ kind: kinds.commit, subject, partition, other: committed, time }))
      const end = ends[subscription.topic]?.find(each => each.partition === partition)?.high ?? '0'
      lag += Math.max(0, Number(end) - committed)
    }
  }
  return lag
}

/**
 * Makes the dead-letter topics before anybody needs them, so that Kafka stamps their records when it has
 * them: a dead letter that was settled before that moment was settled early.
 */
export async function makeDeadLetterTopics({
  plan,
  bootstrap,
}: Omit<WitnessOptions, 'history'>): Promise<void> {
  const admin = clientOf(bootstrap, patient).admin()
  await admin.connect()
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
  const topics = plan.subscriptions.map(each => ({
    topic: deadLettersOf(plan.topics[each.topic]?.name ?? '', each.name),
    numPartitions: 1,
    configEntries,
  }))
  if (topics.length > 0) await createTopicsWithLeaders(admin, topics)
  await admin.disconnect()
}

/** Reads the whole log of every topic of the run, and of every dead-letter topic that exists. */
export async function readLog(options: WitnessOptions): Promise<void> {
  const { plan, bootstrap, history } = options
  const kafka = clientOf(bootstrap, patient)
  const admin = kafka.admin()
  await admin.connect()
  const existing = new Set(await admin.listTopics())
  await refuseForeignStamps(
    admin,
    plan.subscriptions
      .map(each => deadLettersOf(plan.topics[each.topic]?.name ?? '', each.name))
      .filter(name => existing.has(name)),
  )
  const writers = new Map<string, (each: ReadRecord) => void>()
  plan.topics.forEach(({ name }, subject) => writers.set(name, each => writeStored(history, subject, each)))
  plan.subscriptions.forEach((each, subject) => {
    const name = deadLettersOf(plan.topics[each.topic]?.name ?? '', each.name)
    if (existing.has(name)) writers.set(name, letter => writeDead(history, subject, letter))
  })
  const topics = [...writers.keys()]
  const left = await recordsToRead(admin, topics)
  await admin.disconnect()
  await readAll(kafka, topics, left, each => writers.get(each.topic)?.(each))
}

/** A dead letter that its writer has stamped says nothing about when Kafka had it. */
async function refuseForeignStamps(admin: Admin, topics: readonly string[]): Promise<void> {
  if (topics.length === 0) return
  const wanted = topics.map(name => ({
    // Node's loader does not find this name among the package's exports.
    type: kafkajs.ConfigResourceTypes.TOPIC,
    name,
    configNames: ['message.timestamp.type'],
  }))
  const { resources } = await admin.describeConfigs({ resources: wanted, includeSynonyms: false })
  const foreign = resources.filter(each => each.configEntries[0]?.configValue !== 'LogAppendTime')
  if (foreign.length > 0)
    throw new Error(`Kafka does not stamp ${foreign.map(each => each.resourceName).join(', ')}`)
}

interface ReadRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly value: Buffer
}

/** The last offset wanted of each partition that holds anything, by topic and partition. */
async function recordsToRead(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const wanted = new Map<string, number>()
  for (const topic of topics) {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) wanted.set(`${topic} ${partition}`, Number(high) - 1)
    }
  }
  return wanted
}

async function readAll(
  kafka: Kafka,
  topics: string[],
  left: Map<string, number>,
  visit: (each: ReadRecord) => void,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: `chaos-witness-${process.pid}-${Math.round(monotonicMs())}` })
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: payload => Promise.resolve(takeBatch(payload, left, visit)),
  })
  const until = monotonicMs() + readMs
  while (left.size > 0 && monotonicMs() < until) await sleep(systemScheduler, pollMs)
  await consumer.disconnect()
  if (left.size > 0)
    throw new Error(`Kafka's log could not be read in ${readMs} ms: ${[...left.keys()].join(', ')}`)
}

function takeBatch(
  { batch }: EachBatchPayload,
  left: Map<string, number>,
  visit: (each: ReadRecord) => void,
): void {
  const { topic, partition } = batch
  for (const message of batch.messages) {
    const { value, timestamp } = message
    const offset = Number(message.offset)
    visit({ topic, partition, offset, timestampMs: Number(timestamp), value: value ?? Buffer.alloc(0) })
  }
  const place = `${topic} ${partition}`
  if (Number(batch.lastOffset()) >= (left.get(place) ?? Number.POSITIVE_INFINITY)) left.delete(place)
}

function writeStored(history: History, subject: number, { partition, offset, value }: ReadRecord): void {
  const body = unwrapped(value)
  const hash = fingerprint(body)
  const id = idIn(body)
  const messageId = fingerprint(messageIdIn(value))
  history.append(
    record({ kind: kinds.stored, subject, partition, id, hash, messageId, other: offset, time: 0 }),
  )
}

function writeDead(
  history: History,
  subject: number,
  { partition, offset, timestampMs, value }: ReadRecord,
): void {
  const body = unwrapped(value)
  const time = timestampMs - systemClock.now() + monotonicMs()
  const place = { subject, partition, other: offset }
  history.append(record({ kind: kinds.dead, ...place, id: idIn(body), hash: fingerprint(body), time }))
}

/**
 * A look may fail, the next one comes soon; the reading at the end has to succeed, also just after a restart.
 */
const hasty = { retries: 2, initialRetryTime: 50 }
const patient = { retries: 40, initialRetryTime: 100, maxRetryTime: 1_000 }

function clientOf(bootstrap: string, retry = hasty): Kafka {
  return new Kafka({
    clientId: 'chaos-witness',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry,
  })
}
