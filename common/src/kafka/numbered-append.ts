/**
 * One batch appended under numbers that the caller chose: producer id, epoch, sequence.
 * Takes the batch and its numbers. Gives Kafka's word, after as many tries as the time allows.
 * Promises: under the same numbers Kafka stores at most one batch, whoever sends it and from wherever; once
 * a higher epoch of the id has been stored in the partition, nothing of a lower one is stored any more.
 * Every try sends the same bytes. Never rejects.
 */
import { backoffMs, type Backoff } from '../time/backoff.js'
import type { Clock } from '../time/clock.js'
import { sleep, type Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import { verdictOn, type ProduceVerdict } from './produce-verdict.js'
import type { GivenId } from './producer-identity.js'
import { UnsupportedBroker } from './protocol/connection.js'
import { KafkaError, nameOfCode } from './protocol/kafka-error.js'
import { initProducerIdCall, produceCall, type PartitionAnswer } from './protocol/produce.js'
import { encodeRecordBatch, type BatchIdentity, type RecordToWrite } from './record-batch.js'

export interface NumberedBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly RecordToWrite[]
  readonly numbers: BatchIdentity
  /** On `clock.monotonic()`: nothing is sent after this. */
  readonly deadlineMs: number
}

/**
 * - `stored`: Kafka has a batch of these numbers. `offset` is -1 where it no longer says where.
 * - `notStored`: surely not in Kafka, now or later.
 * - `superseded`: these numbers can never be stored any more; they may have been before.
 * - `unknown`: it was sent, and may be in Kafka or come to be.
 */
export type NumberedOutcome =
  | { readonly kind: 'stored'; readonly offset: number }
  | {
      readonly kind: 'notStored'
      readonly cause: 'deadline' | 'tooLarge' | 'refused'
      readonly detail: string
    }
  | { readonly kind: 'superseded'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }

export interface NumberedAppendParts {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export type AppendNumbered = (batch: NumberedBatch) => Promise<NumberedOutcome>

const purpose = 'numbered'
/** Kafka's own wait for replicas ends before ours, so that its word comes instead of silence. */
const replicasShare = 0.8
const rest: Backoff = { firstMs: 20, factor: 2, capMs: 500 }
const askAgainMs = 100

/** Makes the append; `requestTimeoutMs` bounds a try. */
export function createNumberedAppend(parts: NumberedAppendParts, requestTimeoutMs: number): AppendNumbered {
  return batch => new Attempts(parts, requestTimeoutMs, batch).run()
}

/** Asks Kafka for an id that nobody else has. Rejects with the last error after `limitMs`. */
export async function askForProducerId(parts: NumberedAppendParts, limitMs: number): Promise<GivenId> {
  const { cluster, clock, scheduler } = parts
  const deadlineMs = clock.monotonic() + limitMs
  for (;;) {
    try {
      return await (await cluster.anyConnection(purpose)).request(initProducerIdCall(limitMs))
    } catch (error) {
      const isFinal =
        error instanceof UnsupportedBroker || (error instanceof KafkaError && !error.isRetriable)
      if (isFinal || clock.monotonic() + askAgainMs >= deadlineMs) throw error
      await sleep(scheduler, askAgainMs)
    }
  }
}

class Attempts {
  private readonly bytes: Buffer
  /** A try had no answer, or one that leaves open whether Kafka has the batch. */
  private isUnsure = false
  private problem = 'Kafka has not answered'

  constructor(
    private readonly parts: NumberedAppendParts,
    private readonly requestTimeoutMs: number,
    private readonly batch: NumberedBatch,
  ) {
    this.bytes = encodeRecordBatch(batch.records, batch.numbers)
  }

  async run(): Promise<NumberedOutcome> {
    const { clock, scheduler } = this.parts
    for (let tries = 1; ; tries++) {
      // The last look at the clock before the bytes leave: a process that was frozen must not send late.
      if (clock.monotonic() >= this.batch.deadlineMs) return this.ended('deadline')
      const outcome = await this.attempt()
      if (outcome !== null) return outcome
      await sleep(scheduler, backoffMs(rest, tries))
    }
  }

  /** Null: try again. */
  private async attempt(): Promise<NumberedOutcome | null> {
    const { cluster, clock } = this.parts
    const { topic, partition, deadlineMs } = this.batch
    let isSent = false
    try {
      const leader = cluster.layout(topic)?.find(row => row.partition === partition)?.leader ?? -1
      if (leader < 0) {
        this.problem = `the leader of ${topic}-${partition} is not known`
        await cluster.refresh([topic])
        return null
      }
      const connection = await cluster.connection(leader, purpose)
      if (clock.monotonic() >= deadlineMs) return this.ended('deadline')
      isSent = true
      const [answer] = await connection.request(
        produceCall([{ topic, partition, bytes: this.bytes }], {
          acks: -1,
          replicasTimeoutMs: Math.floor(this.requestTimeoutMs * replicasShare),
          timeoutMs: this.requestTimeoutMs,
        }),
      )
      if (answer !== undefined) return await this.judged(answer)
      this.isUnsure = true
    } catch (error) {
      this.problem = (error as Error).message
      this.isUnsure ||= isSent
      await this.lookForLeader()
    }
    return null
  }

  private async judged(answer: PartitionAnswer): Promise<NumberedOutcome | null> {
    const verdict = verdictOn(answer.code)
    if (verdict.action === 'stored') return { kind: 'stored', offset: answer.baseOffset }
    this.problem = `Kafka answered ${nameOfCode(answer.code)}${answer.detail === null ? '' : `: ${answer.detail}`}`
    if (verdict.mayBeStored) this.isUnsure = true
    if (verdict.action === 'repeat') {
      if (verdict.isMoved) await this.lookForLeader()
      return null
    }
    return this.refused(verdict)
  }

  private refused({ action, cause }: ProduceVerdict): NumberedOutcome {
    if (action === 'renew' || action === 'replaceId') return { kind: 'superseded', detail: this.problem }
    return this.ended(cause)
  }

  private ended(cause: 'deadline' | 'tooLarge' | 'refused'): NumberedOutcome {
    return this.isUnsure
      ? { kind: 'unknown', detail: this.problem }
      : { kind: 'notStored', cause, detail: this.problem }
  }

  private async lookForLeader(): Promise<void> {
    try {
      await this.parts.cluster.refresh([this.batch.topic])
    } catch (error) {
      this.problem = (error as Error).message
    }
  }
}
