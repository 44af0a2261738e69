// pure
/**
 * A history of every way to publish, as a correct broker would leave it: a frontend and a consumers process
 * are killed, one message of the spool and one for later are repeated by that, some are cancelled.
 * Takes a seed. Gives a plan and records.
 */
import { seededRandom, wholeBetween } from './random.js'
import { kinds, messageStates, record, subscriptionStates, type HistoryRecord } from './records.js'
import { ways } from './ways.js'
import type { MadeHistory } from './correct-history.js'
import type { RunPlan } from './plan.js'

const messageCount = 600
const everyMs = 10
const noteMs = 400
const turn = [ways.single, ways.bulk, ways.keyed, ways.spooled, ways.scheduled, ways.spooled]

const frontendKill = { number: 1, detail: 0, begin: 2_000, end: 2_600 }
const consumersKill = { number: 2, detail: 1, begin: 4_000, end: 4_500 }

/** One message, and what it meets. */
interface Message {
  readonly id: number
  readonly way: number
  readonly key: number
  readonly at: number
  readonly dueAt: number
  /** 0: it was not to be cancelled. */
  readonly cancelStatus: number
  readonly outcome: number
  /** When Kafka has it, once or twice; empty: never. */
  readonly storedAt: readonly number[]
}

export const waysPlan: RunPlan = {
  seed: 0,
  topics: [{ name: 'ways.topic', partitions: 2, ack: 'ALL' }],
  subscriptions: [
    {
      name: 'plain',
      topic: 0,
      deliveryType: 'SERIAL',
      ordering: 'KEY',
      behaviour: { kind: 'willing', delayMs: 1 },
      inflight: 60,
      rate: 1_000,
      ttlMs: 10_000,
      requestTimeoutMs: 1_000,
    },
  ],
  slotsMax: 1,
  graceMs: 1_000,
  commitLagMs: 1_000,
  stuckMs: 30_000,
  processes: [],
  faultKinds: ['frontend-kill', 'consumers-kill'],
  hasLog: true,
  hasCounters: false,
}

/** Makes the history of `seed`. */
export function correctWays(seed: number): MadeHistory {
  const random = seededRandom(seed)
  const numbers = new Map<number, number>()
  const messages = Array.from({ length: messageCount }, (_, index) => messageOf(index, random))
  const records = messages.flatMap(message => {
    const sequence = numbers.get(message.key) ?? 0
    numbers.set(message.key, sequence + 1)
    return publisherRecords(message, sequence)
  })
  const stored = messages.flatMap(message => message.storedAt.map(at => ({ message, at })))
  stored.sort((one, other) => one.at - other.at)
  const offsets = [0, 0]
  stored.forEach(({ message, at }, exchange) => {
    const partition = message.key % 2
    const offset = offsets[partition] ?? 0
    offsets[partition] = offset + 1
    records.push(...storedRecords(message, { partition, offset, at, exchange }))
  })
  for (const { number, detail, begin, end } of [frontendKill, consumersKill]) {
    records.push(record({ kind: kinds.fault, id: number, detail, time: begin, other: end }))
  }
  records.push(record({ kind: kinds.end, time: 60_000 }))
  return { plan: { ...waysPlan, seed }, records }
}

function messageOf(index: number, random: () => number): Message {
  const id = index + 1
  const way = turn[index % turn.length] ?? ways.single
  const at = index * everyMs
  // Keys of one way only, and each of them again only when its message before is stored.
  const key = way * 100 + (Math.floor(index / turn.length) % 20) * 2 + (index % 2)
  const dueAt = way === ways.scheduled ? at + wholeBetween(random, 500, 1_500) : 0
  const cancelStatus = way !== ways.scheduled ? 0 : ([200, 409, 0, 0, 503][id % 5] ?? 0)
  const outcome = id % 41 === 0 ? kinds.refused : id % 43 === 0 ? kinds.unknown : kinds.ok
  const isStored = outcome === kinds.ok && cancelStatus !== 200
  const firstAt = way === ways.scheduled ? dueAt + 2 : way === ways.spooled ? at + 40 : at + 2
  const again = isStored ? repeatsOf(way, firstAt) : []
  return { id, way, key, at, dueAt, cancelStatus, outcome, storedAt: isStored ? [firstAt, ...again] : [] }
}

/** What was stored and not noted when its process was killed is stored once more by the next. */
function repeatsOf(way: number, storedAt: number): readonly number[] {
  const kill = way === ways.spooled ? frontendKill : way === ways.scheduled ? consumersKill : null
  const isHit = kill !== null && storedAt < kill.begin && storedAt > kill.begin - noteMs
  return isHit ? [kill.end + 100 + (storedAt - kill.begin + noteMs) / 100] : []
}

function publisherRecords(message: Message, sequence: number): HistoryRecord[] {
  const { id, way, key, at, dueAt, outcome, cancelStatus } = message
  const isOk = outcome === kinds.ok
  const status = isOk ? (way === ways.spooled ? 202 : 201) : outcome === kinds.refused ? 400 : 503
  const messageId = isOk ? 5_000_000 + id : 0
  const what = { id, key, sequence, hash: 1_000_000 + id, detail: way, other: dueAt }
  const cancel = record({ kind: kinds.cancelled, id, status: cancelStatus, time: dueAt - 100 })
  const isRepeated = way === ways.keyed && isOk
  return [
    record({ kind: kinds.invoke, ...what, time: at }),
    record({ kind: outcome, id, status, messageId, time: at + 2 }),
    ...(isRepeated ? [record({ kind: kinds.again, id, status, messageId, time: at + 5 })] : []),
    ...(cancelStatus !== 0 && isOk ? [cancel] : []),
  ]
}

interface Place {
  readonly partition: number
  readonly offset: number
  readonly at: number
  readonly exchange: number
}

function storedRecords({ id, way }: Message, { partition, offset, at, exchange }: Place): HistoryRecord[] {
  const what = { id, hash: 1_000_000 + id, messageId: 5_000_000 + id }
  const state = { id, time: 50_000 }
  const told = [
    record({ kind: kinds.status, ...state, detail: messageStates.DELIVERED, partition, other: offset }),
    record({ kind: kinds.subscriptionStatus, ...state, detail: subscriptionStates.DELIVERED }),
  ]
  return [
    record({ kind: kinds.stored, ...what, partition, other: offset, time: 0 }),
    record({ kind: kinds.arrive, ...what, exchange, time: at + 3 }),
    record({ kind: kinds.answered, id, exchange, status: 200, time: at + 4.5, other: at + 4 }),
    ...(way === ways.spooled ? told : []),
  ]
}
