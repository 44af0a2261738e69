/**
 * One round of spooled messages in Kafka's hands.
 * Takes messages in order. Gives Kafka's word on each, in that order, when the last has come.
 * Promises: one promise a round; what does not fit into the producer is told as not stored, with all after
 * it.
 */
import type { AppendOutcome, Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { KeptMessage } from './message-record.js'

export interface RoundPlace {
  readonly kafkaTopic: string
  readonly producer: Producer
  readonly scheduler: Scheduler
}

/** Kafka's word, or that there was nothing to give to it. */
export type RoundOutcome = AppendOutcome | { readonly kind: 'damaged' }

const layoutMs = 10_000
const noRoom: AppendOutcome = { kind: 'notStored', cause: 'deadline', detail: 'the producer has no room' }

/**
 * Sends a round. Rejects when Kafka does not show the topic in time; null stands for an unreadable message.
 */
export async function sendRound(
  place: RoundPlace,
  messages: readonly (KeptMessage | null)[],
  deadlineMs: number,
): Promise<readonly RoundOutcome[]> {
  const { kafkaTopic, producer, scheduler } = place
  if (producer.partitionFor(kafkaTopic, null) < 0) {
    await withDeadline(scheduler, layoutMs, `the layout of ${kafkaTopic}`, producer.prepare(kafkaTopic))
  }
  return new Promise(resolve => {
    const round = new Round(messages.length, resolve)
    let hasRoom = true
    messages.forEach((message, index) => {
      if (message === null) return round.tell(index, { kind: 'damaged' })
      const partition = producer.partitionFor(kafkaTopic, message.key)
      hasRoom &&=
        partition >= 0 &&
        producer.append(new Sent(round, index, message, { kafkaTopic, partition, deadlineMs }))
      if (!hasRoom) round.tell(index, noRoom)
    })
  })
}

class Round {
  private readonly outcomes: RoundOutcome[]
  private left: number

  constructor(
    count: number,
    private readonly end: (outcomes: readonly RoundOutcome[]) => void,
  ) {
    this.left = count
    this.outcomes = Array.from({ length: count }, () => noRoom)
  }

  tell(index: number, outcome: RoundOutcome): void {
    this.outcomes[index] = outcome
    if (--this.left === 0) this.end(this.outcomes)
  }
}

interface Aim {
  readonly kafkaTopic: string
  readonly partition: number
  readonly deadlineMs: number
}

/** A message as the producer takes it. */
class Sent implements ProducerMessage {
  readonly topic: string
  readonly partition: number
  readonly deadlineMs: number
  readonly key: Buffer | null
  readonly value: readonly Buffer[]
  readonly headers: KeptMessage['headers']
  readonly timestampMs: number
  /** What was sent and not answered is repeated by the producer only: a second batch might be stored, too. */
  readonly isPatient = true

  constructor(
    private readonly round: Round,
    private readonly index: number,
    message: KeptMessage,
    aim: Aim,
  ) {
    this.topic = aim.kafkaTopic
    this.partition = aim.partition
    this.deadlineMs = aim.deadlineMs
    this.key = message.key
    this.value = message.value
    this.headers = message.headers
    this.timestampMs = message.timestampMs
  }

  done(outcome: AppendOutcome): void {
    this.round.tell(this.index, outcome)
  }
}
