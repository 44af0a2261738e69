// pure
/**
 * A history as a correct broker would leave it, with one kill, retries, dead letters and repeats in it.
 * Takes a seed. Gives a plan and records. The checker must pass it, and catch every change to it that
 * matters.
 */
import { seededRandom, wholeBetween } from './random.js'
import { counters, kinds, record, type HistoryRecord } from './records.js'
import type { PlannedSubscription, RunPlan } from './plan.js'

const messageCount = 2_000
const publishEveryMs = 4
export const kill = { begin: 3_000, end: 4_500 }
/** What the killed process had settled but not committed: delivered again by its successor. */
const uncommittedMs = 300
const commitEveryMs = 250
const retryAfterMs = 100
const poisonTries = 4

interface Message {
  readonly id: number
  readonly topic: number
  readonly key: number
  readonly sequence: number
  readonly partition: number
  readonly offset: number
  readonly outcome: number
  readonly at: number
}

interface Attempt {
  readonly message: Message
  readonly at: number
  readonly status: number
}

export interface MadeHistory {
  readonly plan: RunPlan
  readonly records: HistoryRecord[]
}

/** Makes the history of `seed`. */
export function correctHistory(seed: number): MadeHistory {
  const messages = publish(seed)
  const stored = messages.filter(each => each.offset >= 0)
  const records = messages.flatMap(publisherRecords)
  for (const { topic, partition, offset, id, outcome } of stored) {
    const messageId = outcome === kinds.ok ? 5_000_000 + id : 77
    const what = { id, hash: hashOf(id), messageId, subject: topic, partition, other: offset }
    records.push(record({ kind: kinds.stored, time: 0, ...what }))
  }
  records.push(
    record({ kind: kinds.fault, id: 1, detail: 0, subject: 1, time: kill.begin, other: kill.end }),
    ...counterRecords(messages),
  )
  plan.subscriptions.forEach((subscription, index) => {
    const own = stored.filter(each => each.topic === subscription.topic)
    records.push(...subscriptionRecords(subscription, index, own))
  })
  records.push(record({ kind: kinds.end, time: 60_000 }))
  return { plan: { ...plan, seed }, records: numberExchanges(records) }
}

const subscription: PlannedSubscription = {
  name: 'plain',
  topic: 0,
  deliveryType: 'SERIAL',
  ordering: 'NONE',
  behaviour: { kind: 'willing', delayMs: 4 },
  inflight: 60,
  rate: 150,
  ttlMs: 10_000,
  requestTimeoutMs: 1_000,
}

const plan: RunPlan = {
  seed: 0,
  topics: [
    { name: 'mutants.leader', partitions: 2, ack: 'LEADER' },
    { name: 'mutants.all', partitions: 2, ack: 'ALL' },
  ],
  subscriptions: [
    subscription,
    { ...subscription, name: 'keyed', ordering: 'KEY' },
    { ...subscription, name: 'poisoned', topic: 1, ttlMs: 1_000 },
  ],
  slotsMax: 1,
  graceMs: 1_000,
  commitLagMs: 1_000,
  stuckMs: 30_000,
  processes: ['frontend-1'],
  faultKinds: ['consumers-kill'],
  hasLog: true,
  hasCounters: true,
}

function hashOf(id: number): number {
  return 1_000_000 + id
}

function publish(seed: number): readonly Message[] {
  const random = seededRandom(seed)
  const sequences = new Map<string, number>()
  const offsets = new Map<string, number>()
  return Array.from({ length: messageCount }, (_, index): Message => {
    const id = index + 1
    const topic = id % 2
    const key = wholeBetween(random, 0, 39)
    const sequence = next(sequences, `${topic} ${key}`)
    const outcome = id % 53 === 0 ? kinds.refused : id % 71 === 0 ? kinds.unknown : kinds.ok
    const isStored = outcome === kinds.ok || (outcome === kinds.unknown && id % 2 === 0)
    const partition = key % 2
    const offset = isStored ? next(offsets, `${topic} ${partition}`) : -1
    return { id, topic, key, sequence, partition, offset, outcome, at: index * publishEveryMs }
  })
}

function next(numbers: Map<string, number>, name: string): number {
  const number = numbers.get(name) ?? 0
  numbers.set(name, number + 1)
  return number
}

function publisherRecords({ id, topic, key, sequence, outcome, at }: Message): HistoryRecord[] {
  const status = outcome === kinds.ok ? 201 : outcome === kinds.refused ? 400 : 503
  const messageId = outcome === kinds.ok ? 5_000_000 + id : 0
  return [
    record({ kind: kinds.invoke, id, subject: topic, key, sequence, hash: hashOf(id), time: at }),
    record({ kind: outcome, id, status, messageId, time: at + 2 }),
  ]
}

function subscriptionRecords(
  each: PlannedSubscription,
  index: number,
  own: readonly Message[],
): HistoryRecord[] {
  const attempts = each.name === 'poisoned' ? own.flatMap(poisonedAttempts) : orderedAttempts(own)
  const again = attempts.filter(
    ({ at, status }) => status === 200 && isUncommitted(at) && each.name === 'plain',
  )
  const late = again.map((attempt, number) => ({ ...attempt, at: kill.end + 5 + number * 5 }))
  const arrivals = [...attempts, ...late].flatMap(attempt => exchangeRecords(attempt, index))
  const settledAt = new Map<number, number>()
  for (const { message, at, status } of attempts) if (status === 200) settledAt.set(message.id, at + 4)
  const dead = own.filter(({ id }) => !settledAt.has(id)).map(message => deadRecord(message, index))
  for (const letter of dead) settledAt.set(letter.id, letter.time)
  return [...arrivals, ...dead, ...commitRecords(own, index, settledAt)]
}

function isUncommitted(at: number): boolean {
  return at > kill.begin - uncommittedMs && at + 4 < kill.begin
}

/** One after the other for each key, with a pause while nobody owns the partition. */
function orderedAttempts(own: readonly Message[]): Attempt[] {
  const freeAt = new Map<number, number>()
  return own.flatMap(message => {
    const ready = Math.max(message.at + 3, (freeAt.get(message.key) ?? 0) + 1)
    const at = ready + 5 >= kill.begin && ready < kill.end ? kill.end + (ready - kill.begin) / 2 + 10 : ready
    const isRefusedOnce = message.id % 10 === 3
    const last = isRefusedOnce ? at + retryAfterMs : at
    freeAt.set(message.key, last + 4)
    const taken: Attempt = { message, at: last, status: 200 }
    return isRefusedOnce ? [{ message, at, status: 500 }, taken] : [taken]
  })
}

function poisonedAttempts(message: Message): Attempt[] {
  const at = message.at + 3
  if (message.id % 101 !== 0) return [{ message, at, status: 200 }]
  return Array.from({ length: poisonTries }, (_, number) => ({ message, at: at + number * 300, status: 500 }))
}

function exchangeRecords({ message, at, status }: Attempt, index: number): HistoryRecord[] {
  const { id } = message
  const arrive = {
    kind: kinds.arrive,
    subject: index,
    id,
    hash: hashOf(id),
    messageId: 5_000_000 + id,
    time: at,
  }
  const messageId = message.outcome === kinds.ok ? arrive.messageId : 77
  return [
    record({ ...arrive, messageId }),
    record({ kind: kinds.answered, subject: index, id, status, time: at + 4.5, other: at + 4 }),
  ]
}

function deadRecord({ id, at }: Message, index: number): HistoryRecord {
  const time = at + poisonTries * 300 + 10
  return record({ kind: kinds.dead, subject: index, id, hash: hashOf(id), sequence: poisonTries, time })
}

/** What a correct owner would have committed at each moment: the prefix without a gap. */
function commitRecords(
  own: readonly Message[],
  index: number,
  settledAt: ReadonlyMap<number, number>,
): HistoryRecord[] {
  return [0, 1].flatMap(partition => {
    const inOrder = own.filter(each => each.partition === partition)
    const samples = Math.ceil((messageCount * publishEveryMs) / commitEveryMs) + 8
    return Array.from({ length: samples }, (_, number) => {
      const time = number * commitEveryMs
      const open = inOrder.findIndex(({ id }) => (settledAt.get(id) ?? 0) + 20 > time)
      const offset = open < 0 ? inOrder.length : open
      return record({ kind: kinds.commit, subject: index, partition, time, other: offset })
    })
  })
}

function counterRecords(messages: readonly Message[]): HistoryRecord[] {
  const reading = (detail: number, subject: number, other: number): HistoryRecord =>
    record({ kind: kinds.counter, detail, subject, other, time: 59_000 })
  const isStored = (each: Message): boolean => each.offset >= 0
  const isPoison = (each: Message): boolean => each.topic === 1 && each.id % 101 === 0 && isStored(each)
  const poisoned = messages.filter(isPoison).length
  return [
    reading(
      counters.published,
      0,
      messages.filter(each => each.topic === 0 && each.outcome === kinds.ok).length,
    ),
    reading(
      counters.delivered,
      2,
      messages.filter(each => each.topic === 1 && isStored(each)).length - poisoned,
    ),
    reading(counters.discarded, 2, poisoned),
  ]
}

/** Exchanges are numbered in order of arrival, as the farm does; an answer has the number of its arrival. */
function numberExchanges(records: readonly HistoryRecord[]): HistoryRecord[] {
  const pairs = records.flatMap((each, index) =>
    each.kind === kinds.arrive ? [{ arrive: each, answer: records[index + 1] }] : [],
  )
  pairs.sort((one, other) => one.arrive.time - other.arrive.time)
  pairs.forEach(({ arrive, answer }, exchange) => {
    arrive.exchange = exchange
    if (answer !== undefined) answer.exchange = exchange
  })
  return [...records]
}
