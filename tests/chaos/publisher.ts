/**
 * The publisher of a run, a program of its own.
 * Takes the plan, the frontends and a pace. Publishes each key's messages one after the other and writes down
 * what was begun and what became of it: stored, refused or unknown. Never tries a message twice.
 */
import { Agent, request } from 'node:http'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { fingerprint } from './fingerprint.js'
import { openHistory, type History } from './history.js'
import { monotonicMs } from './monotonic.js'
import { obey } from './party.js'
import { bodyOf, keyName } from './payload.js'
import { seededRandom } from './random.js'
import { preferThisProcess } from './priority.js'
import { kinds, record } from './records.js'
import type { RunPlan } from './plan.js'
import type { Random } from '@iris/common/time/clock'

/** More than the broker's own budgets, so that its answer comes first. */
const answerMs = 10_000
/** How far the publisher may fall behind its pace and still catch up. */
const backlogMs = 3_000
const nobodyThereMs = 250
const workersPerFrontend = 24

export interface PublishOrder {
  readonly plan: RunPlan
  readonly file: string
  readonly frontends: readonly string[]
  readonly keys: number
  readonly perSecond: number
  /** The load lasts this long, and until so many were acknowledged. */
  readonly seconds: number
  readonly messagesMin: number
}

interface Stream {
  readonly topic: number
  readonly key: number
  sequence: number
}

interface Load {
  readonly order: PublishOrder
  readonly history: History
  readonly random: Random
  readonly begunAt: number
  /** Streams that have no message under way. */
  readonly idle: Stream[]
  readonly counts: { begun: number; ok: number }
  nextAt: number
}

/** What a frontend's answer says about the message. */
interface Reply {
  readonly status: number
  readonly messageId: string
  readonly code: string
  /** The connection was refused: no byte of the message went out. */
  readonly isUnsent: boolean
}

/** Codes of a 503 that say that the message is not stored; every other 503 leaves it open. */
const surelyNotStored = new Set(['MESSAGE_NOT_SENT', 'OVERLOADED', 'NOT_READY'])

preferThisProcess()
obey({ publish })

async function publish(order: PublishOrder): Promise<{ begun: number; ok: number }> {
  const history = openHistory(order.file)
  const streams = order.plan.topics.flatMap((_, topic) =>
    Array.from({ length: order.keys }, (__, key): Stream => ({ topic, key, sequence: 0 })),
  )
  const load: Load = {
    order,
    history,
    random: seededRandom(order.plan.seed, 1),
    begunAt: monotonicMs(),
    idle: streams,
    counts: { begun: 0, ok: 0 },
    nextAt: monotonicMs(),
  }
  await Promise.all(order.frontends.map(url => workFor(load, url)))
  history.close()
  return load.counts
}

function isOver({ order, begunAt, counts }: Load): boolean {
  const seconds = (monotonicMs() - begunAt) / 1000
  return (seconds >= order.seconds && counts.ok >= order.messagesMin) || seconds >= order.seconds * 3
}

async function workFor(load: Load, url: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: workersPerFrontend })
  await Promise.all(Array.from({ length: workersPerFrontend }, () => work(load, url, agent)))
  agent.destroy()
}

async function work(load: Load, url: string, agent: Agent): Promise<void> {
  while (!isOver(load)) {
    await pace(load)
    const [stream] = load.idle.splice(Math.floor(load.random() * load.idle.length), 1)
    if (stream === undefined) continue
    const isUnsent = await publishNext(load, stream, url, agent)
    load.idle.push(stream)
    if (isUnsent) await sleep(systemScheduler, nobodyThereMs)
  }
}

/** Each worker takes the next free moment of the common pace. */
async function pace(load: Load): Promise<void> {
  const now = monotonicMs()
  load.nextAt = Math.max(load.nextAt + 1000 / load.order.perSecond, now - backlogMs)
  if (load.nextAt > now) await sleep(systemScheduler, load.nextAt - now)
}

async function publishNext(load: Load, stream: Stream, url: string, agent: Agent): Promise<boolean> {
  const { history, counts } = load
  const { topic, key } = stream
  const id = ++counts.begun
  const sequence = stream.sequence++
  const body = bodyOf(id, key, sequence, load.random)
  const hash = fingerprint(body)
  history.append(record({ kind: kinds.invoke, subject: topic, id, key, sequence, hash, time: monotonicMs() }))

  const path = `/topics/${load.order.plan.topics[topic]?.name ?? ''}`
  const reply = await send(new URL(path, url), agent, keyName(key), body)
  const kind = judge(reply)
  const messageId = kind === kinds.ok ? fingerprint(reply.messageId) : 0
  if (kind === kinds.ok) counts.ok++
  history.append(record({ kind, id, status: reply.status, messageId, time: monotonicMs() }))
  return reply.isUnsent
}

function judge({ status, code, isUnsent }: Reply): number {
  if (status === 201) return kinds.ok
  const isRefused = isUnsent || (status >= 400 && status < 500 && status !== 408) || surelyNotStored.has(code)
  return isRefused ? kinds.refused : kinds.unknown
}

function send(url: URL, agent: Agent, key: string, body: Buffer): Promise<Reply> {
  const none = { status: 0, messageId: '', code: '', isUnsent: false }
  return new Promise(resolve => {
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'Partition-Key': key,
    }
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: answerMs }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', () => resolve(none))
      answer.on('end', () => {
        const messageId = String(answer.headers['hermes-message-id'] ?? '')
        const code = /"code":"(\w+)"/.exec(Buffer.concat(chunks).toString())?.[1] ?? ''
        resolve({ status: answer.statusCode ?? 0, messageId, code, isUnsent: false })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ...none, isUnsent: error.code === 'ECONNREFUSED' }),
    )
    outgoing.end(body)
  })
}
