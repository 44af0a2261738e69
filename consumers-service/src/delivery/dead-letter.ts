/**
 * The way of a message into its subscription's dead-letter topic.
 * Takes the message, the facts of its death. Calls back once Kafka has acknowledged it with acks=all, and not
 * before. Promises: the topic is made at the first dead letter; what fails is tried again until it is stored
 * or withdrawn, so a message is never settled on the way to the floor.
 */
import { eventHeadersOf } from '@iris/common/cloudevents/kafka-headers'
import {
  messageIdHeader,
  writeDeadLetterHeaders,
  type DeadLetterFacts,
} from '@iris/common/kafka/dead-letter-headers'
import { schemaLine, schemaVersionHeader } from '@iris/common/kafka/open-avro'
import { createSafeKeeping, messageBytesFor, type Kept, type SafeKeepingParts } from './safe-keeping.js'

export interface DeadMessage extends Kept {
  /** The topic it was read from: it tells how large a message can be. */
  readonly sourceTopic: string
  readonly key: Buffer | null
  readonly body: Buffer
  /** The publisher's lines, flat, or null. */
  readonly propagated: readonly string[] | null
  /** Version of the schema that the body is a record of; null where it is none. */
  readonly schemaVersion: number | null
  /** Its attributes as a CloudEvent, flat, or null. */
  readonly event: readonly string[] | null
  readonly facts: DeadLetterFacts
}

export interface DeadLetters {
  bury(message: DeadMessage): void
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

/** Makes the undertaker of a process. */
export function createDeadLetters(parts: SafeKeepingParts, options: DeadLetterOptions): DeadLetters {
  const prepare = async ({ kafkaTopic, sourceTopic }: DeadMessage): Promise<void> => {
    const messageBytes = await messageBytesFor(parts.admin, sourceTopic)
    const outcome = await parts.admin.createTopic(kafkaTopic, {
      partitions: 1,
      replicationFactor: options.replicationFactor,
      configs: { 'retention.ms': String(options.retentionMs), 'max.message.bytes': messageBytes },
    })
    if (outcome === 'created') parts.log.info('deadLetter.topicCreated', { topic: kafkaTopic })
  }
  const bury = createSafeKeeping<DeadMessage>(parts, {
    ...options,
    event: 'deadLetter.notStored',
    prepare,
    readyFor: message => message.kafkaTopic,
    recordOf: message => ({
      partition: 0,
      key: message.key,
      value: message.body,
      headers: headersOf(message),
    }),
  })
  return { bury }
}

function headersOf({
  messageId,
  propagated,
  schemaVersion,
  event,
  facts,
}: DeadMessage): readonly (readonly [string, Buffer])[] {
  const lines = propagated ?? []
  const publishers = lines.flatMap((name, index): (readonly [string, Buffer])[] =>
    index % 2 === 0 ? [[`h-${name}`, Buffer.from(lines[index + 1] ?? '')]] : [],
  )
  const id: (readonly [string, Buffer])[] =
    messageId === '' ? [] : [[messageIdHeader, Buffer.from(messageId)]]
  const version = schemaVersion === null ? [] : [schemaLine(schemaVersionHeader, schemaVersion)]
  return [...id, ...version, ...publishers, ...eventHeadersOf(event ?? []), ...writeDeadLetterHeaders(facts)]
}
