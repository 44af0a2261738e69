// pure
/**
 * A run's histories joined into tables that the checks go over.
 * Takes records in any order of files. Gives messages by id, exchanges by number, and what settled when.
 * Promises: memory of about 60 bytes a message, 50 an exchange and 24 a message and subscription.
 */
import { createColumn, never, type Column } from './columns.js'
import { kinds, type HistoryRecord } from './records.js'
import type { RunPlan } from './plan.js'

/** What the publisher knows of a message. */
export const outcomes = {
  none: 0,
  open: 1,
  ok: kinds.ok,
  refused: kinds.refused,
  unknown: kinds.unknown,
  /** Taken back in time: it must not be delivered. */
  cancelled: kinds.cancelled,
} as const

/** One row a message; the row is its id, counted from 1. */
export interface MessageTable {
  idMax: number
  readonly topic: Column
  readonly key: Column
  readonly sequence: Column
  readonly way: Column
  readonly hash: Column
  readonly outcome: Column
  readonly messageId: Column
  readonly invokedAt: Column
  /** Not to be delivered before; 0 for at once. */
  readonly dueAt: Column
  readonly closedAt: Column
}

/** One row a delivery attempt that reached the farm; the row is its exchange, in order of arrival. */
export interface ExchangeTable {
  count: number
  readonly subscription: Column
  readonly id: Column
  readonly hash: Column
  readonly messageId: Column
  readonly arrivedAt: Column
  /** When our answer began; `never` while there is none. */
  readonly answerBegunAt: Column
  /** When its last byte had left, or the connection was cut; `never` while it is open. */
  readonly endedAt: Column
  /** Status of a whole answer, 0 for one that was cut. */
  readonly status: Column
}

/** What became of each message at one subscription; the row is the message's id. */
export interface Settlement {
  readonly firstArrivalAt: Column
  /** The earliest moment at which the broker can have known: a 2xx begun, or the dead letter written. */
  readonly settledAt: Column
  /** When the first whole 2xx answer had left: an arrival after that is a repeat. */
  readonly deliveredAt: Column
}

export interface DeadLetter {
  readonly subscription: number
  readonly id: number
  readonly hash: number
  readonly time: number
}

export interface StoredRecord {
  readonly topic: number
  readonly partition: number
  readonly offset: number
  readonly id: number
  readonly hash: number
  /** Of the message id in it. */
  readonly messageId: number
}

export interface CommitSample {
  readonly subscription: number
  readonly partition: number
  readonly offset: number
  readonly time: number
}

export interface FaultSpan {
  readonly number: number
  readonly kind: string
  readonly target: number
  readonly begin: number
  readonly end: number
}

/** The farm saw nothing from `from` to `until`: what it wrote down then may be older. */
export interface Lateness {
  readonly from: number
  readonly until: number
}

/** The memory of one process at one moment. */
export interface MemorySample {
  readonly process: number
  readonly pid: number
  readonly bytes: number
  readonly time: number
}

export interface CounterReading {
  readonly which: number
  readonly subject: number
  readonly value: number
}

/** A 201 to one of several tries of a message. */
export interface AnswerAgain {
  readonly id: number
  readonly messageId: number
}

/** What the status resource said of a message. */
export interface StatusReading {
  readonly id: number
  readonly state: number
  readonly partition: number
  readonly offset: number
}

/** What it said of one subscription towards it. */
export interface SubscriptionReading {
  readonly id: number
  readonly subscription: number
  readonly state: number
}

/** An answer that broke a rule of the documentation. */
export interface WrongAnswer {
  readonly id: number
  readonly which: number
  readonly status: number
}

export interface JoinedRun {
  readonly plan: RunPlan
  readonly messages: MessageTable
  readonly exchanges: ExchangeTable
  readonly settlements: readonly Settlement[]
  readonly deadLetters: DeadLetter[]
  readonly log: StoredRecord[]
  readonly commits: CommitSample[]
  readonly faults: FaultSpan[]
  readonly counters: CounterReading[]
  readonly lateness: Lateness[]
  readonly memory: MemorySample[]
  readonly wrong: WrongAnswer[]
  readonly again: AnswerAgain[]
  readonly statuses: StatusReading[]
  readonly subscriptionStatuses: SubscriptionReading[]
  /** When the drain had ended; `never` in a history without an end. */
  endedAt: number
}

/** Joins the records that `visitAll` goes through. */
export function joinRun(plan: RunPlan, visitAll: (visit: (each: HistoryRecord) => void) => void): JoinedRun {
  const run: JoinedRun = {
    plan,
    messages: emptyMessages(),
    exchanges: emptyExchanges(),
    settlements: plan.subscriptions.map(emptySettlement),
    deadLetters: [],
    log: [],
    commits: [],
    faults: [],
    counters: [],
    lateness: [],
    memory: [],
    wrong: [],
    again: [],
    statuses: [],
    subscriptionStatuses: [],
    endedAt: never,
  }
  visitAll(each => take(run, each))
  settle(run)
  return run
}

/** Ids of all messages that were begun, in rising order. */
export function* messageIds(run: JoinedRun): Generator<number> {
  for (let id = 1; id <= run.messages.idMax; id++)
    if (run.messages.outcome.get(id) !== outcomes.none) yield id
}

/** From when on somebody may wait for message `id`: it is kept, and its time has come. */
export function owedFrom({ messages }: JoinedRun, id: number): number {
  return Math.max(messages.closedAt.get(id), messages.dueAt.get(id))
}

/** Ids that Kafka holds more than once, with how often. */
export function copiesOf(run: JoinedRun): ReadonlyMap<number, number> {
  const seen = new Map<number, number>()
  for (const { id } of run.log) seen.set(id, (seen.get(id) ?? 0) + 1)
  return new Map([...seen].filter(([, count]) => count > 1))
}

/** The subscriptions that must get what is published on `topic`. */
export function subscriptionsOf(plan: RunPlan, topic: number): readonly number[] {
  return plan.subscriptions.flatMap((each, index) => (each.topic === topic ? [index] : []))
}

function take(run: JoinedRun, each: HistoryRecord): void {
  if (each.kind <= kinds.unknown) takePublish(run.messages, each)
  else if (each.kind <= kinds.cut) takeExchange(run.exchanges, each)
  else if (each.kind >= kinds.wrong) takeAnswer(run, each)
  else takeWitness(run, each)
}

function takePublish(messages: MessageTable, each: HistoryRecord): void {
  const { id } = each
  if (each.kind === kinds.invoke) {
    messages.idMax = Math.max(messages.idMax, id)
    messages.topic.set(id, each.subject)
    messages.key.set(id, each.key)
    messages.sequence.set(id, each.sequence)
    messages.way.set(id, each.detail)
    messages.hash.set(id, each.hash)
    messages.invokedAt.set(id, each.time)
    messages.dueAt.set(id, each.other)
    if (messages.outcome.get(id) === outcomes.none) messages.outcome.set(id, outcomes.open)
    return
  }
  messages.outcome.set(id, each.kind)
  messages.closedAt.set(id, each.time)
  messages.messageId.set(id, each.messageId)
}

function takeExchange(exchanges: ExchangeTable, each: HistoryRecord): void {
  const row = each.exchange
  if (each.kind === kinds.arrive) {
    exchanges.count = Math.max(exchanges.count, row + 1)
    exchanges.subscription.set(row, each.subject)
    exchanges.id.set(row, each.id)
    exchanges.hash.set(row, each.hash)
    exchanges.messageId.set(row, each.messageId)
    exchanges.arrivedAt.set(row, each.time)
    return
  }
  exchanges.endedAt.set(row, each.time)
  if (each.kind === kinds.cut) return
  exchanges.status.set(row, each.status)
  exchanges.answerBegunAt.set(row, each.other)
}

function takeWitness(run: JoinedRun, each: HistoryRecord): void {
  const { subject, partition, id, hash, messageId, time, other, detail } = each
  if (each.kind === kinds.dead) run.deadLetters.push({ subscription: subject, id, hash, time })
  if (each.kind === kinds.stored)
    run.log.push({ topic: subject, partition, offset: other, id, hash, messageId })
  if (each.kind === kinds.commit) run.commits.push({ subscription: subject, partition, offset: other, time })
  if (each.kind === kinds.counter) run.counters.push({ which: detail, subject, value: other })
  if (each.kind === kinds.memory) run.memory.push({ process: subject, pid: id, bytes: other, time })
  if (each.kind === kinds.late) run.lateness.push({ from: time - other, until: time })
  if (each.kind === kinds.end) run.endedAt = time
  if (each.kind !== kinds.fault) return
  const kind = run.plan.faultKinds[detail] ?? `fault ${detail}`
  run.faults.push({ number: id, kind, target: subject, begin: time, end: other })
}

/** What publishers saw beside the outcomes of their messages. */
function takeAnswer(run: JoinedRun, each: HistoryRecord): void {
  const { id, subject, partition, status, messageId, other, detail } = each
  if (each.kind === kinds.wrong) run.wrong.push({ id, which: detail, status })
  if (each.kind === kinds.again) run.again.push({ id, messageId })
  if (each.kind === kinds.status) run.statuses.push({ id, state: detail, partition, offset: other })
  if (each.kind === kinds.subscriptionStatus)
    run.subscriptionStatuses.push({ id, subscription: subject, state: detail })
  if (each.kind !== kinds.cancelled || status === tooLate) return
  run.messages.outcome.set(id, status === takenBack ? outcomes.cancelled : outcomes.unknown)
}

const takenBack = 200
const tooLate = 409

function settle(run: JoinedRun): void {
  const { exchanges } = run
  for (let row = 0; row < exchanges.count; row++) {
    const settlement = run.settlements[exchanges.subscription.get(row)]
    if (settlement === undefined) continue
    const id = exchanges.id.get(row)
    if (id > run.messages.idMax) continue
    lower(settlement.firstArrivalAt, id, exchanges.arrivedAt.get(row))
    const status = exchanges.status.get(row)
    if (status < 200 || status > 299) continue
    lower(settlement.settledAt, id, exchanges.answerBegunAt.get(row))
    lower(settlement.deliveredAt, id, exchanges.endedAt.get(row))
  }
  // An id that nobody published is for the check of invented messages; a row for it could be four thousand
  // million wide.
  for (const letter of run.deadLetters) {
    const settlement = run.settlements[letter.subscription]
    if (settlement === undefined || letter.id > run.messages.idMax) continue
    lower(settlement.settledAt, letter.id, letter.time)
  }
  run.faults.sort((one, other) => one.begin - other.begin)
}

function lower(column: Column, row: number, value: number): void {
  if (value < column.get(row)) column.set(row, value)
}

function emptyMessages(): MessageTable {
  return {
    idMax: 0,
    topic: createColumn(Uint16Array),
    key: createColumn(Uint32Array),
    sequence: createColumn(Uint32Array),
    way: createColumn(Uint8Array),
    hash: createColumn(Float64Array),
    outcome: createColumn(Uint8Array),
    messageId: createColumn(Float64Array),
    invokedAt: createColumn(Float64Array, never),
    dueAt: createColumn(Float64Array),
    closedAt: createColumn(Float64Array, never),
  }
}

function emptyExchanges(): ExchangeTable {
  return {
    count: 0,
    subscription: createColumn(Uint16Array),
    id: createColumn(Uint32Array),
    hash: createColumn(Float64Array),
    messageId: createColumn(Float64Array),
    arrivedAt: createColumn(Float64Array, never),
    answerBegunAt: createColumn(Float64Array, never),
    endedAt: createColumn(Float64Array, never),
    status: createColumn(Uint16Array),
  }
}

function emptySettlement(): Settlement {
  return {
    firstArrivalAt: createColumn(Float64Array, never),
    settledAt: createColumn(Float64Array, never),
    deliveredAt: createColumn(Float64Array, never),
  }
}
