/**
 * What the publish simulation drives: our lane, and a queue that does what kafkajs' idempotent producer does.
 * Takes messages and Kafka's word. Gives batches to send, one at a time.
 */
import { emptyLedger, Lane, type Batch } from '@iris/common/kafka/lane'
import { ProducerIdentity } from '@iris/common/kafka/producer-identity'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer-message'
import { encodeRecordBatch, recordBytesMax } from '@iris/common/kafka/record-batch'
import type { ModelAnswer } from './kafka-model.js'

/** A batch on the wire. */
export interface Sent {
  readonly bytes: Buffer
  answered(answer: ModelAnswer, nowMs: number): void
  lost(nowMs: number): void
}

export interface QueueUnderTest {
  add(message: ProducerMessage): void
  /** Called often; gives a batch when there is one to send. */
  next(nowMs: number): Sent | null
}

const laneOptions = { batchBytesMax: 4_000, deliveryTimeoutMs: 10_000, isIdempotent: true }

/** Our lane, with producer ids from `nextProducerId`. */
export function laneUnderTest(nextProducerId: () => number): QueueUnderTest {
  const lane = new Lane('model', 0, laneOptions, emptyLedger())
  const sent = (batch: Batch): Sent => ({
    bytes: batch.bytes,
    answered: (answer, nowMs) => void lane.answered(batch, { ...answer, detail: null }, nowMs),
    lost: nowMs => lane.lost(batch, 'the connection was reset', nowMs),
  })
  return {
    add: message => lane.add(message, recordBytesMax(message), 0),
    next(nowMs) {
      lane.expire(nowMs, 'deadline')
      if (lane.restUntilMs <= nowMs) lane.wake()
      if (lane.state !== 'ready') return null
      if (lane.needsIdentity) {
        lane.identity = new ProducerIdentity({ producerId: nextProducerId(), producerEpoch: 0 })
      }
      const batch = lane.take(nowMs)
      return batch === null ? null : sent(batch)
    },
  }
}

/** After a lost answer it takes the sequence number back and lets the next message have it. */
export function lanelessQueue(nextProducerId: () => number): QueueUnderTest {
  const producerId = nextProducerId()
  const retryMs = 50
  const waiting: { message: ProducerMessage; fromMs: number }[] = []
  let sequence = 0
  let isBusy = false
  return {
    add: message => void waiting.push({ message, fromMs: 0 }),
    next(nowMs) {
      const index = isBusy ? -1 : waiting.findIndex(each => each.fromMs <= nowMs)
      const [first] = index < 0 ? [] : waiting.splice(index, 1)
      if (first === undefined) return null
      isBusy = true
      const { message } = first
      const finish = (outcome: AppendOutcome): void => message.done(outcome)
      return {
        bytes: encodeRecordBatch([message], { producerId, producerEpoch: 0, baseSequence: sequence }),
        answered({ code, baseOffset }) {
          isBusy = false
          sequence++
          if (code === 0) finish({ kind: 'stored', partition: 0, offset: baseOffset })
          else finish({ kind: 'unknown', detail: `Kafka answered ${code}` })
        },
        lost(atMs) {
          isBusy = false
          waiting.push({ message, fromMs: atMs + retryMs })
        },
      }
    },
  }
}
