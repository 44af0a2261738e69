/**
 * A batch pipeline whose outside is a script, for tests.
 * Takes changes of the plan. Gives the pipeline, what it sent and buried, and the answers to give.
 * Promises: virtual time, so nothing happens unless the test says so.
 */
import type { Tracer } from '@iris/common/tracing/tracer'
import type { AttemptResult } from '@iris/common/http/client'
import type { Batch } from '../batch/batch.js'
import { createBatchPipeline } from '../batch/pipeline.js'
import type { BatchPool } from '../batch/pool.js'
import type { DeadMessage } from '../dead-letter.js'
import type { Pipeline } from '../pipeline-parts.js'
import type { BatchPlan } from '../plan.js'
import { createScriptedOutside, type ScriptedOutside } from './outside.js'
import { createPartitions, type Partitions } from './partitions.js'
import { answerOf, basePlan } from './pipeline-world.js'

export interface BatchWorld extends Partitions, ScriptedOutside {
  pipeline: Pipeline
  pool: BatchPool
  /** Every attempt so far, as it was sent. */
  sent: SentBatch[]
  /** Bodies of the messages of every attempt. */
  bodies(): string[][]
  /** Answers the attempt that is under way. */
  answer(result: number | AttemptResult): Promise<void>
  /** Answers it with 207 and the failures of these bodies. */
  answerParts(failed: readonly { body: string; status?: number; retry?: boolean }[]): Promise<void>
  /** Kafka acknowledges these dead letters, or all. */
  store(letters?: readonly DeadMessage[]): Promise<void>
  update(policy: Partial<BatchPlan['policy']>): Promise<void>
}

export interface SentBatch {
  readonly batch: Batch
  readonly id: string
  readonly body: string
  readonly retryCount: number
  readonly messages: readonly string[]
}

export const baseBatchPlan: BatchPlan = {
  ...basePlan,
  deliveryType: 'BATCH',
  policy: {
    batchSize: 3,
    batchTimeMs: 5_000,
    batchVolume: 100_000,
    messageTtlMs: 10_000,
    backoff: { firstMs: 1000, factor: 1, capMs: Infinity },
    requestTimeoutMs: 30_000,
    retryClientErrors: false,
    retriesUnauthorized: false,
    rules: [],
  },
}

/** Makes the world of one subscription in batches. */
export function batchWorld(
  policy: Partial<BatchPlan['policy']> = {},
  members: Partial<Omit<BatchPlan, 'policy'>> = {},
  tracer: Tracer | null = null,
): BatchWorld {
  let changes = policy
  const planNow = (): BatchPlan => ({
    ...baseBatchPlan,
    ...members,
    policy: { ...baseBatchPlan.policy, ...changes },
  })
  const outside = createScriptedOutside(planNow())
  const { time, dead } = outside
  const pool = { bytesMax: 1e9, bytes: 0 }
  const sent: SentBatch[] = []
  let batchCount = 0
  const pipeline = createBatchPipeline(
    {
      ...outside.parts,
      sender: {
        send: batch => void sent.push(asSent(batch)),
        update: () => undefined,
        stop: () => undefined,
      },
      pool,
      tracer,
      newId: () => `batch-${++batchCount}`,
    },
    planNow(),
  )
  const answer: BatchWorld['answer'] = async result => {
    sent.at(-1)!.batch.done(typeof result === 'number' ? answerOf(result) : result)
    await time.advance(0)
  }
  return {
    ...{ ...outside, pipeline, pool, sent, answer },
    ...createPartitions(time, pipeline, { endsTogether: true }),
    bodies: () => sent.map(each => [...each.messages]),
    answerParts: failed =>
      answer(partsAnswer(failed.map(({ body, ...rest }) => ({ id: `id-${body}`, ...rest })))),
    async store(letters = dead) {
      for (const [deadOffset, each] of letters.slice().entries()) each.stored(deadOffset)
      await time.advance(0)
    },
    async update(next) {
      changes = { ...changes, ...next }
      pipeline.update(planNow())
      await time.advance(0)
    },
  }
}

/** The answer of a receiver that reports failures. */
export function partsAnswer(failed: readonly object[]): AttemptResult & { readonly kind: 'answer' } {
  return { ...answerOf(207), body: Buffer.from(JSON.stringify({ failed })) }
}

function asSent(batch: Batch): SentBatch {
  const body = batch.body.toString()
  const elements = JSON.parse(body) as { message: string }[]
  return {
    ...{ batch, body },
    id: batch.id,
    retryCount: batch.attempts,
    messages: elements.map(({ message }) => message),
  }
}
