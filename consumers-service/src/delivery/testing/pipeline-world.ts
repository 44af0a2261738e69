/**
 * A pipeline whose outside is a script, for tests.
 * Takes changes of the plan. Gives the pipeline, what it sent and buried, and the answers to give.
 * Promises: virtual time, so nothing happens unless the test says so.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { silentLog } from '@iris/common/lifecycle/log'
import { createMetrics } from '@iris/common/metrics/registry'
import type { SentEvent } from '@iris/common/trace/event'
import type { TraceWriter } from '@iris/common/trace/writer'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { DeadMessage } from '../dead-letter.js'
import { createDeliveryFigures, type DeliveryFigures } from '../figures.js'
import { createJournal } from '../journal.js'
import type { Letter } from '../letter.js'
import type { PartitionWork } from '../partition-work.js'
import { createPipeline } from '../pipeline.js'
import type { Pipeline } from '../pipeline-parts.js'
import type { DeliveryPlan } from '../plan.js'
import { createWindow } from '../settle.js'

/** A message of the log; it is read as unreadable where it has a problem. */
export type Message = { body: string; key?: string; problem?: string; at?: number }

export interface World {
  time: VirtualTime
  pipeline: Pipeline
  figures: DeliveryFigures
  sent: Letter[]
  bodies(): string[]
  dead: DeadMessage[]
  /** Reasons of what was given up. */
  undelivered: string[]
  /** What was written for those who ask where a message is. */
  traced: SentEvent[]
  budget: { messagesMax: number; bytesMax: number; messages: number; bytes: number }
  requests: { max: number; eachMin: number; open: number }
  held: { reason: string | null }
  /** Why the subscription was to be suspended, each time. */
  suspensions: string[]
  /** Answers the oldest attempt with this body. */
  answer(body: string, status?: number | AttemptResult): Promise<void>
  open(partition: number, messages: Message[], offset?: number): Promise<PartitionWork>
  append(work: PartitionWork, messages: Message[]): Promise<void>
}

export const basePlan: DeliveryPlan = {
  id: 'g.t$s' as never,
  topic: 'g.t' as never,
  subscription: 's' as never,
  kafkaTopic: 'g.t',
  groupId: 'g_t_s',
  deadLetterTopic: 'g.t.s_dlq',
  endpoint: new URL('http://receiver/in'),
  authorization: null,
  fixedHeaders: [],
  hasIdentityHeaders: false,
  httpVersion: 'HTTP/1.1',
  ordering: 'NONE',
  trackingMode: 'trackingAll',
  policy: {
    rate: 100_000,
    messageTtlMs: 10_000,
    backoff: { firstMs: 1000, factor: 1, capMs: 600_000 },
    requestTimeoutMs: 1000,
    socketTimeoutMs: 0,
    sendingDelayMs: 0,
    inflightMax: 10,
    retryClientErrors: false,
    rules: [],
  },
}

function entryOf(partition: number, offset: number, message: Message, timestampMs: number): LogEntry {
  const metadata = { timestampMs, id: `id-${message.body}`, externalMetadata: {} }
  const value = Buffer.concat(wrapEnvelope(metadata, Buffer.from(JSON.stringify(message.body))))
  const entry: LogEntry = {
    topic: 'g.t',
    partition,
    offset,
    lastOffset: offset,
    timestampMs,
    key: message.key === undefined ? null : Buffer.from(message.key),
    value: message.problem === undefined ? value : null,
    problem: message.problem ?? null,
    header: () => null,
    headers: () => [],
    detach: () => entry,
  }
  return entry
}

/** Makes the world of one subscription. */
export function world(
  changes: { plan?: Partial<DeliveryPlan>; policy?: Partial<DeliveryPlan['policy']> } = {},
): World {
  const time = createVirtualTime()
  const plan = { ...basePlan, ...changes.plan, policy: { ...basePlan.policy, ...changes.policy } }
  const figures = createDeliveryFigures(createMetrics('test_'), plan)
  const budget = { messagesMax: 1000, bytesMax: 1e9, messages: 0, bytes: 0 }
  const requests = { max: 1000, eachMin: 2, open: 0 }
  const held: World['held'] = { reason: null }
  const sent: Letter[] = []
  const dead: DeadMessage[] = []
  const undelivered: string[] = []
  const suspensions: string[] = []
  const traced: SentEvent[] = []
  const logs = new Map<PartitionWork, LogEntry[]>()
  const pipeline = createPipeline(
    {
      clock: time,
      scheduler: time,
      log: silentLog,
      sender: { send: letter => void sent.push(letter), update: () => undefined, stop: () => undefined },
      deadLetters: { bury: message => void dead.push(message) },
      figures,
      journal: createJournal(
        {
          clock: time,
          log: silentLog,
          figures,
          undelivered: { note: ({ reason }) => void undelivered.push(reason), stop: () => undefined },
          traces: { write: event => void traced.push(event as SentEvent) } as TraceWriter,
          place: { cluster: 'primary-dc', hostname: 'here' },
        },
        plan,
      ),
      waitingBudget: budget,
      requestBudget: requests,
      heldBack: () => held.reason,
      suspend: reason => void suspensions.push(reason),
    },
    plan,
  )
  const bodyOf = (letter: Letter): string => JSON.parse(letter.body.toString()) as string
  const append: World['append'] = async (work, messages) => {
    const log = logs.get(work)!
    for (const each of messages) log.push(entryOf(work.partition, log.length, each, each.at ?? time.now()))
    work.isReady = true
    pipeline.wake()
    await time.advance(0)
  }
  return {
    ...{
      time,
      pipeline,
      figures,
      sent,
      dead,
      traced,
      undelivered,
      suspensions,
      budget,
      requests,
      held,
      append,
    },
    bodies: () => sent.map(bodyOf),
    async answer(body, status = 200) {
      const index = sent.findIndex(letter => bodyOf(letter) === body)
      const [letter] = sent.splice(index, 1)
      letter!.done(typeof status === 'number' ? answerOf(status) : status)
      await time.advance(0)
    },
    async open(partition, messages, offset = 0) {
      const work: PartitionWork = {
        partition,
        window: createWindow({ offset, note: null, wallLeadMs: 0, unsettledMax: 1000 }),
        follower: {
          next: () => logs.get(work)![work.window.next()] ?? null,
          get position() {
            return work.window.next()
          },
          endOffset: -1,
          seek: () => undefined,
          close: () => undefined,
        },
        lock: 1,
        isReady: true,
        isClosing: false,
        isDoubtful: false,
        underWayCount: 0,
        onIdle: null,
        committed: { offset: 0, metadata: '', version: -1, atMs: 0 },
      }
      logs.set(work, [])
      pipeline.add(work)
      await append(work, messages)
      return work
    },
  }
}

/** An answer with this status and, where given, `Retry-After` and `Iris-Verdict`. */
export function answerOf(
  status: number,
  { retryAfter = null, verdict = null }: { retryAfter?: string | null; verdict?: string | null } = {},
): AttemptResult {
  return { kind: 'answer', status, retryAfter, verdict, body: null }
}

/** Messages without key. */
export const messages = (...bodies: string[]): Message[] => bodies.map(body => ({ body }))
