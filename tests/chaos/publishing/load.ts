/**
 * What all ways of publishing share: the pace, the keys that are free, and the history.
 * Takes an order. Gives messages to send, and writes down what was begun and what became of it.
 * Promises: a key has one request under way at a time, so that its order can be judged.
 */
import { Agent } from 'node:http'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { fingerprint } from '../fingerprint.js'
import { openHistory, type History } from '../history.js'
import { monotonicMs } from '../monotonic.js'
import { bodyOf, keyName } from '../payload.js'
import { seededRandom } from '../random.js'
import { kinds, record } from '../records.js'
import { wayNames, wayOf, ways } from '../ways.js'
import type { Random } from '@iris/common/time/clock'
import type { Gate } from './exchange.js'
import type { Outcome } from './judgement.js'
import type { RunPlan } from '../plan.js'

/** How far the publisher may fall behind its pace and still catch up. */
const backlogMs = 3_000
const socketsMax = 64
const lineFeed = 0x0a

export interface PublishOrder {
  readonly plan: RunPlan
  readonly file: string
  readonly frontends: readonly string[]
  /** Where scheduled messages are taken back. */
  readonly management: string
  readonly keys: number
  readonly perSecond: number
  /** The load lasts this long, until so many were acknowledged, and until all faults have healed. */
  readonly seconds: number
  readonly messagesMin: number
}

/** The messages of one key of one topic. */
export interface Stream {
  readonly topic: number
  readonly key: number
  readonly way: number
  sequence: number
}

export interface Load {
  readonly order: PublishOrder
  readonly history: History
  readonly random: Random
  readonly gates: readonly Gate[]
  readonly management: Gate
  readonly begunAt: number
  /** Streams that have no message under way, by their way. */
  readonly idle: readonly Stream[][]
  readonly counts: { begun: number; ok: number }
  /** Messages that were answered 202, and where their status is. */
  readonly accepted: { readonly id: number; readonly location: string }[]
  /** What goes on beside the load, which ends after it. Bound: a try for each key of its way, and cancels. */
  readonly beside: Set<Promise<unknown>>
  /** When the last fault had healed; null before. */
  healedAt: number | null
  /** When the last scheduled message is due. */
  lastDueAt: number
  nextAt: number
}

/** A message that was begun. */
export interface Begun {
  readonly id: number
  readonly topicName: string
  readonly key: string
  readonly body: Buffer
}

/** Begins a load; its history is open. */
export function openLoad(order: PublishOrder): Load {
  const idle = wayNames.map((): Stream[] => [])
  order.plan.topics.forEach((_, topic) => {
    for (let key = 0; key < order.keys; key++) {
      const way = wayOf(key)
      idle[way]?.push({ topic, key, way, sequence: 0 })
    }
  })
  return {
    order,
    history: openHistory(order.file),
    random: seededRandom(order.plan.seed, 1),
    gates: order.frontends.map(gateAt),
    management: gateAt(order.management),
    begunAt: monotonicMs(),
    idle,
    counts: { begun: 0, ok: 0 },
    accepted: [],
    beside: new Set(),
    healedAt: null,
    lastDueAt: 0,
    nextAt: monotonicMs(),
  }
}

function gateAt(url: string): Gate {
  return { url, agent: new Agent({ keepAlive: true, maxSockets: socketsMax }) }
}

/** Lets `work` go on beside the load. */
export function runBeside({ beside }: Load, work: Promise<unknown>): void {
  beside.add(work)
  void work.finally(() => beside.delete(work))
}

/** Ends it. */
export function closeLoad({ history, gates, management }: Load): void {
  history.close()
  ;[...gates, management].forEach(({ agent }) => agent.destroy())
}

/** How many times the ordered length a load may last for the sake of `messagesMin`. */
const lengthsMax = 6

/** Load after the last fault, so that there is something to be acknowledged. */
const afterHealingMs = 1_500

/** Whether the load has lasted for as long as it was ordered to. */
export function isOver({ order, begunAt, counts, healedAt }: Load): boolean {
  const now = monotonicMs()
  const seconds = (now - begunAt) / 1000
  const hasSeenAll = healedAt !== null && now - healedAt >= afterHealingMs && counts.ok >= order.messagesMin
  return (seconds >= order.seconds && hasSeenAll) || seconds >= order.seconds * lengthsMax
}

/** Waits for the next free moment of the common pace. */
export async function pace(load: Load): Promise<void> {
  const now = monotonicMs()
  load.nextAt = Math.max(load.nextAt + paceMs(load), now - backlogMs)
  if (load.nextAt > now) await sleep(systemScheduler, load.nextAt - now)
}

/** Says that a request has `count` messages more than the one that was waited for. */
export function countOnPace(load: Load, count: number): void {
  load.nextAt += count * paceMs(load)
}

function paceMs({ order }: Load): number {
  return 1000 / order.perSecond
}

/** Takes up to `count` free streams of `way`. */
export function takeStreams(load: Load, way: number, count: number): readonly Stream[] {
  const free = load.idle[way] ?? []
  const taken: Stream[] = []
  while (taken.length < count && free.length > 0)
    taken.push(...free.splice(Math.floor(load.random() * free.length), 1))
  return taken
}

/** Gives them back. */
export function freeStreams(load: Load, streams: readonly Stream[]): void {
  for (const each of streams) load.idle[each.way]?.push(each)
}

/** Begins the next message of `stream`. `dueAt`: not to be delivered before; 0 for at once. */
export function beginMessage(load: Load, stream: Stream, dueAt = 0): Begun {
  const { order, history, random, counts } = load
  const { topic, key, way: detail } = stream
  const id = ++counts.begun
  const sequence = stream.sequence++
  const whole = bodyOf(id, key, sequence, random)
  // Among many, white space at the end stands between messages and is of none.
  const body = detail === ways.bulk ? withoutLineFeed(whole) : whole
  const what = { subject: topic, id, key, sequence, detail, hash: fingerprint(body), other: dueAt }
  history.append(record({ kind: kinds.invoke, ...what, time: monotonicMs() }))
  return { id, topicName: order.plan.topics[topic]?.name ?? '', key: keyName(key), body }
}

function withoutLineFeed(body: Buffer): Buffer {
  return body.at(-1) === lineFeed ? body.subarray(0, -1) : body
}

/** Writes down what became of message `id`. */
export function endMessage({ history, counts }: Load, id: number, outcome: Outcome): void {
  const { kind, status } = outcome
  const messageId = kind === kinds.ok ? fingerprint(outcome.messageId) : 0
  if (kind === kinds.ok) counts.ok++
  history.append(record({ kind, id, status, messageId, time: monotonicMs() }))
}

/** Writes down that an answer about message `id` broke a rule; `which` is one of `wrongAnswers`. */
export function noteWrong({ history }: Load, id: number, which: number, status = 0): void {
  history.append(record({ kind: kinds.wrong, id, detail: which, status, time: monotonicMs() }))
}
