/**
 * A pipeline whose outside is a script, for tests.
 * Takes changes of the plan. Gives the pipeline, what it sent and buried, and the answers to give.
 * Promises: virtual time, so nothing happens unless the test says so.
 */
import type { Tracer } from '@iris/common/tracing/tracer'
import type { AttemptResult } from '@iris/common/http/client'
import type { Postponement } from '../delay/delays.js'
import type { Letter } from '../letter.js'
import { noParking, type Parking } from '../parking.js'
import { createPipeline } from '../pipeline.js'
import type { Pipeline } from '../pipeline-parts.js'
import type { SerialPlan } from '../plan.js'
import type { Authorization } from '../send/authorization.js'
import { createScriptedOutside, type ScriptedOutside } from './outside.js'
import { createPartitions, type Message, type Partitions } from './partitions.js'

export interface World extends Partitions, ScriptedOutside {
  pipeline: Pipeline
  sent: Letter[]
  /** What was put into the delay topic, as far as the pipeline is concerned. */
  postponed: Postponement[]
  bodies(): string[]
  budget: { messagesMax: number; bytesMax: number; messages: number; bytes: number }
  /** Answers the oldest attempt with this body. */
  answer(body: string, status?: number | AttemptResult): Promise<void>
}

export const basePlan: SerialPlan = {
  id: 'g.t$s' as never,
  topic: 'g.t' as never,
  subscription: 's' as never,
  kafkaTopic: 'g.t',
  groupId: 'g_t_s',
  deadLetterTopic: 'g.t.s_dlq',
  delayTopic: 'g.t.s_delay',
  endpoint: new URL('http://receiver/in'),
  endpointText: 'http://receiver/in',
  targets: { kind: 'fixed' },
  forwardsTo: null,
  mode: 'ANYCAST',
  authorization: null,
  oAuth: null,
  fixedHeaders: [],
  hasIdentityHeaders: false,
  httpVersion: 'HTTP/1.1',
  ordering: 'NONE',
  filters: null,
  filtersText: '',
  isAvroTopic: false,
  isAvroWanted: false,
  trackingMode: 'trackingAll',
  retentionMs: 86_400_000,
  createdAtMs: 0,
  deliveryType: 'SERIAL',
  delay: null,
  isParking: false,
  cloudEvents: null,
  signing: null,
  policy: {
    rate: 100_000,
    messageTtlMs: 10_000,
    backoff: { firstMs: 1000, factor: 1, capMs: 600_000 },
    requestTimeoutMs: 1000,
    socketTimeoutMs: 0,
    sendingDelayMs: 0,
    inflightMax: 10,
    retryClientErrors: false,
    retriesUnauthorized: false,
    rules: [],
  },
}

/** Makes the world of one subscription. */
export function world(
  changes: {
    plan?: Partial<SerialPlan>
    policy?: Partial<SerialPlan['policy']>
    isFilterRateLimited?: boolean
    authorization?: Partial<Authorization>
    parking?: Parking
    tracer?: Tracer
  } = {},
): World {
  const plan = { ...basePlan, ...changes.plan, policy: { ...basePlan.policy, ...changes.policy } }
  const outside = createScriptedOutside(plan, changes.authorization)
  const { time } = outside
  const budget = { messagesMax: 1000, bytesMax: 1e9, messages: 0, bytes: 0 }
  const sent: Letter[] = []
  const postponed: Postponement[] = []
  const delays = { postpone: (each: Postponement) => void postponed.push(each) }
  const sender = {
    send: (letter: Letter) => void sent.push(letter),
    update: () => undefined,
    stop: () => undefined,
  }
  const pipeline = createPipeline(
    {
      ...outside.parts,
      sender,
      delays,
      parking: changes.parking ?? noParking,
      waitingBudget: budget,
      tracer: changes.tracer ?? null,
      isFilterRateLimited: changes.isFilterRateLimited ?? false,
    },
    plan,
  )
  const bodyOf = (letter: Letter): string => JSON.parse(letter.body.toString()) as string
  return {
    ...{ ...outside, pipeline, sent, postponed, budget },
    ...createPartitions(time, pipeline),
    bodies: () => sent.map(bodyOf),
    async answer(body, status = 200) {
      const index = sent.findIndex(letter => bodyOf(letter) === body)
      const [letter] = sent.splice(index, 1)
      letter!.done(typeof status === 'number' ? answerOf(status) : status)
      await time.advance(0)
    },
  }
}

/** An answer with this status and, where given, `Retry-After` and `Iris-Verdict`. */
export function answerOf(
  status: number,
  { retryAfter = null, verdict = null }: { retryAfter?: string | null; verdict?: string | null } = {},
): AttemptResult & { readonly kind: 'answer' } {
  return { kind: 'answer', status, retryAfter, verdict, body: null }
}

/** Messages without key. */
export const messages = (...bodies: string[]): Message[] => bodies.map(body => ({ body }))
