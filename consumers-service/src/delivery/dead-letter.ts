/**
 * The way of a message into its subscription's dead-letter topic.
 * Takes the message, the facts of its death. Calls back once Kafka has acknowledged it with acks=all, and not
 * before. Promises: the topic is made at the first dead letter; what fails is tried again until it is stored
 * or withdrawn, so a message is never settled on the way to the floor.
 */
import {
  messageIdHeader,
  writeDeadLetterHeaders,
  type DeadLetterFacts,
} from '@iris/common/kafka/dead-letter-headers'
import type { KafkaAdmin } from '@iris/common/kafka/admin'
import type { AppendOutcome, Producer } from '@iris/common/kafka/producer'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'

export interface DeadMessage {
  /** The dead-letter topic. */
  readonly kafkaTopic: string
  /** The topic it was read from: it tells how large a message can be. */
  readonly sourceTopic: string
  readonly messageId: string
  readonly key: Buffer | null
  readonly body: Buffer
  /** The publisher's lines, flat, or null. */
  readonly propagated: readonly string[] | null
  readonly facts: DeadLetterFacts
  /** Whether nobody waits for it any more: its partition was given away. */
  isWithdrawn(): boolean
  /** Kafka holds it, at this offset; -1 where Kafka does not say. */
  stored(offset: number): void
}

export interface DeadLetters {
  bury(message: DeadMessage): void
}

export interface DeadLetterParts {
  readonly producer: Producer
  readonly admin: KafkaAdmin
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

export interface DeadLetterOptions {
  readonly retentionMs: number
  /** -1 takes the broker's default. */
  readonly replicationFactor: number
  /** For one try to store a message. */
  readonly storeMs: number
  /** Between tries. */
  readonly retryMs: number
}

/** Room for our header lines above the largest message of the source topic. */
const headerBytes = 64 * 1024
/** Kafka's default for `max.message.bytes`. */
const messageBytesDefault = 1_048_588

/** Makes the undertaker of a process. */
export function createDeadLetters(parts: DeadLetterParts, options: DeadLetterOptions): DeadLetters {
  const ready = new Map<string, Promise<void>>()

  const prepare = async (kafkaTopic: string, sourceTopic: string): Promise<void> => {
    const source = await parts.admin.describeTopic(sourceTopic)
    const sourceBytes = Number(source?.configs['max.message.bytes'] ?? messageBytesDefault)
    const outcome = await parts.admin.createTopic(kafkaTopic, {
      partitions: 1,
      replicationFactor: options.replicationFactor,
      configs: {
        'retention.ms': String(options.retentionMs),
        'max.message.bytes': String(Math.max(sourceBytes, messageBytesDefault) + headerBytes),
      },
    })
    if (outcome === 'created') parts.log.info('deadLetter.topicCreated', { topic: kafkaTopic })
    await parts.producer.prepare(kafkaTopic)
  }
  const whenReady = (message: DeadMessage): Promise<void> => {
    const { kafkaTopic, sourceTopic } = message
    let preparing = ready.get(kafkaTopic)
    if (preparing === undefined) {
      preparing = prepare(kafkaTopic, sourceTopic)
      ready.set(kafkaTopic, preparing)
      preparing.catch(() => ready.delete(kafkaTopic))
    }
    return preparing
  }
  const again = (message: DeadMessage, detail: unknown): void => {
    parts.log.warn('deadLetter.notStored', {
      topic: message.kafkaTopic,
      messageId: message.messageId,
      detail,
    })
    parts.scheduler.after(options.retryMs, () => bury(message))
  }
  const ended = (message: DeadMessage, outcome: AppendOutcome): void => {
    if (outcome.kind === 'stored') return message.stored(outcome.offset)
    // The topic may have been removed: looked at anew, and made anew, by the next try.
    if (outcome.kind === 'notStored' && outcome.cause !== 'deadline') ready.delete(message.kafkaTopic)
    again(message, outcome.detail)
  }
  const store = (message: DeadMessage): void => {
    if (message.isWithdrawn()) return
    const isTaken = parts.producer.append({
      topic: message.kafkaTopic,
      partition: 0,
      key: message.key,
      value: [message.body],
      headers: headersOf(message),
      timestampMs: parts.clock.now(),
      deadlineMs: parts.clock.monotonic() + options.storeMs,
      done: outcome => ended(message, outcome),
    })
    if (!isTaken) again(message, 'no room for more messages on their way to Kafka')
  }
  const bury = (message: DeadMessage): void => {
    if (message.isWithdrawn()) return
    whenReady(message).then(
      () => store(message),
      (error: unknown) => again(message, error),
    )
  }
  return { bury }
}

function headersOf({ messageId, propagated, facts }: DeadMessage): readonly (readonly [string, Buffer])[] {
  const lines = propagated ?? []
  const publishers = lines.flatMap((name, index): (readonly [string, Buffer])[] =>
    index % 2 === 0 ? [[`h-${name}`, Buffer.from(lines[index + 1] ?? '')]] : [],
  )
  const id: (readonly [string, Buffer])[] =
    messageId === '' ? [] : [[messageIdHeader, Buffer.from(messageId)]]
  return [...id, ...publishers, ...writeDeadLetterHeaders(facts)]
}
