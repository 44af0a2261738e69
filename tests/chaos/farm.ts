/**
 * The subscriber farm of a run, a program of its own: one HTTP server with a path for each subscription.
 * Takes the plan. Answers as each subscription's behaviour says and writes down what arrived and what it
 * answered. Promises: an answer is written down only after its last byte has left.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemScheduler, type Cancel } from '@iris/common/time/scheduler'
import type { Random } from '@iris/common/time/clock'
import { fingerprint } from './fingerprint.js'
import { openHistory, type History } from './history.js'
import { monotonicMs } from './monotonic.js'
import { obey } from './party.js'
import { elementsOf, idIn, messageIdIn, unwrapped } from './payload.js'
import { seededRandom } from './random.js'
import { preferThisProcess } from './priority.js'
import { kinds, record } from './records.js'
import type { Behaviour, RunPlan } from './plan.js'

const bodyBytesMax = 4 * 1024 * 1024
const flushEveryMs = 500
/** The farm's own clockwork: a turn that comes this much too late is written down. */
const turnMs = 20
const lateMs = 20

export interface FarmOrder {
  readonly plan: RunPlan
  readonly file: string
}

interface Farm {
  readonly plan: RunPlan
  readonly history: History
  readonly random: Random
  exchanges: number
}

let running: { server: Server; close(): void } | undefined

preferThisProcess()
obey({ open, close })

/** Opens the farm and answers with its address. */
async function open(order: FarmOrder): Promise<string> {
  const history = openHistory(order.file)
  const farm: Farm = { plan: order.plan, history, random: seededRandom(order.plan.seed, 2), exchanges: 0 }
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, answer) =>
    receive(farm, incoming, answer),
  )
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', 4096, resolve))
  const stopFlushing = systemScheduler.every(flushEveryMs, () => history.flush())
  const stopWatching = watchLateness(history)
  running = {
    server,
    close: () => {
      stopFlushing()
      stopWatching()
      history.close()
    },
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Two events of one standstill may be written down in the wrong order, so the oracle must know of it. */
function watchLateness(history: History): Cancel {
  let lastAt = monotonicMs()
  return systemScheduler.every(turnMs, () => {
    const now = monotonicMs()
    const late = now - lastAt - turnMs
    lastAt = now
    if (late > lateMs) history.append(record({ kind: kinds.late, time: now, other: late + turnMs }))
  })
}

async function close(): Promise<void> {
  const present = running
  running = undefined
  if (present === undefined) return
  present.server.closeAllConnections()
  await new Promise<void>(resolve => void present.server.close(() => resolve()))
  present.close()
}

function receive(farm: Farm, incoming: IncomingMessage, answer: ServerResponse): void {
  const chunks: Buffer[] = []
  let bytes = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bodyBytesMax) incoming.destroy()
    else chunks.push(chunk)
  })
  // A request that breaks off is no arrival: the broker never had it sent.
  incoming.on('error', () => undefined)
  incoming.on('end', () => arrive(farm, incoming, answer, Buffer.concat(chunks)))
}

function arrive(farm: Farm, incoming: IncomingMessage, answer: ServerResponse, body: Buffer): void {
  const subject = Number(/^\/s\/(\d+)$/.exec(incoming.url ?? '')?.[1] ?? 0xffff)
  const behaviour = farm.plan.subscriptions[subject]?.behaviour ?? { kind: 'willing', delayMs: 0 }
  const { history } = farm
  const headerId = String(incoming.headers['hermes-message-id'] ?? '')
  const arrivals = elementsOf(body).map((element): Arrival => {
    const message = unwrapped(element)
    const messageId = headerId === '' ? messageIdIn(element) : headerId
    const place = { subject, id: idIn(message), exchange: farm.exchanges++ }
    history.append(
      record({
        kind: kinds.arrive,
        ...place,
        hash: fingerprint(message),
        messageId: fingerprint(messageId),
        sequence: Number(incoming.headers['hermes-retry-count'] ?? 0),
        time: monotonicMs(),
      }),
    )
    return { place, messageId }
  })
  const decision = decide(farm, behaviour, arrivals)
  let isAnswered = false
  answer.on('close', () => {
    if (isAnswered) return
    for (const { place } of arrivals)
      history.append(record({ kind: kinds.cut, ...place, time: monotonicMs() }))
  })
  systemScheduler.after(behaviour.delayMs, () => {
    if (answer.closed) return
    const other = monotonicMs()
    const type = decision.body === '' ? {} : { 'Content-Type': 'application/json' }
    answer.writeHead(decision.status, { 'Content-Length': Buffer.byteLength(decision.body), ...type })
    answer.end(decision.body, () => {
      isAnswered = true
      const time = monotonicMs()
      arrivals.forEach(({ place, messageId }) => {
        const status = decision.failed.has(messageId) ? refusedStatus : decision.status
        history.append(record({ kind: kinds.answered, ...place, status, time, other }))
      })
    })
  })
}

interface Arrival {
  readonly place: { readonly subject: number; readonly id: number; readonly exchange: number }
  readonly messageId: string
}

interface Decision {
  readonly status: number
  readonly body: string
  /** Ids of messages that were not taken although the batch was. */
  readonly failed: ReadonlySet<string>
}

const refusedStatus = 500

function decide(farm: Farm, behaviour: Behaviour, arrivals: readonly Arrival[]): Decision {
  if (behaviour.kind !== 'choosy')
    return {
      status: statusOf(behaviour, arrivals[0]?.place.id ?? 0, farm.random),
      body: '',
      failed: new Set(),
    }
  const failed = arrivals.filter(() => farm.random() < 1 / behaviour.oneIn).map(each => each.messageId)
  if (failed.length === 0) return { status: 200, body: '', failed: new Set() }
  const body = JSON.stringify({ failed: failed.map(id => ({ id, status: refusedStatus, retry: true })) })
  return { status: 207, body, failed: new Set(failed) }
}

function statusOf(behaviour: Behaviour, id: number, random: Random): number {
  switch (behaviour.kind) {
    case 'failing':
      return random() < 1 / behaviour.oneIn ? 500 : 200
    case 'poisoned':
      return id % behaviour.oneIn === 0 ? 500 : 200
    case 'flapping':
      return Math.floor(monotonicMs() / behaviour.periodMs) % 2 === 0 ? 503 : 200
    default:
      return 200
  }
}
