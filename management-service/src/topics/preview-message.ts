/**
 * One message as it lies in Kafka.
 * Takes cluster, topic, partition, offset. Gives the stored text: for a JSON topic the whole envelope, for an
 * AVRO topic the record as JSON, metadata included.
 * Refuses an unknown cluster or topic, and a place where there is no message, with Hermes' texts.
 */
import type { TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import { schemaVersionOf } from '@iris/common/kafka/open-avro'
import { AvroProblem } from '@iris/common/schema/avro/input'
import { avroJson } from '@iris/common/schema/avro/read'
import type { OpenRegistry } from '@iris/common/schema/open'
import { existingTopic } from '../store/existing.js'
import type { KafkaRecord, KafkaRecords } from '../store/kafka-ports.js'
import type { TopicStore } from '../store/ports.js'

export interface PreviewParts {
  readonly store: TopicStore
  readonly kafka: KafkaRecords
  readonly namespace: KafkaNamespace
  readonly clusterName: string
  /** Null where no schema registry is configured. */
  readonly registry: OpenRegistry | null
}

/** The place of a message as the path says it. */
export interface MessagePlace {
  readonly cluster: string
  readonly topic: TopicName
  readonly partition: string
  readonly offset: string
}

const messageBytesMax = 16_777_216

/** Reads one message. */
export async function previewMessage(parts: PreviewParts, place: MessagePlace): Promise<string> {
  const { cluster, topic } = place
  const [partition, offset] = [numberOf(place.partition), numberOf(place.offset)]
  if (cluster !== parts.clusterName) throw refusal('BROKERS_CLUSTER_NOT_FOUND_EXCEPTION', { cluster })
  await existingTopic(parts.store, topic)
  const record = await readOne(parts, kafkaTopicName(parts.namespace, topic), partition, offset)
  if (record?.value) return textOf(parts, topic, record.value, schemaVersionOf(record))
  const where = `brokers cluster ${cluster}, topic ${topic}, partition ${partition} and offset ${offset}`
  throw new HermesError('OTHER', `Message not found for ${where}`, 404)
}

async function readOne(
  { kafka }: PreviewParts,
  kafkaTopic: string,
  partition: number,
  offset: number,
): Promise<KafkaRecord | null> {
  const range = await kafka.range(kafkaTopic, partition)
  if (range === null || offset < range.first || offset >= range.next) return null
  const bounds = { entriesMax: 1, bytesMax: messageBytesMax }
  const [record] = await kafka.read(kafkaTopic, partition, offset, bounds)
  return record?.offset === offset ? record : null
}

/** A record of an AVRO topic by the schema that it was written with; Hermes takes the latest. */
async function textOf(
  { registry }: PreviewParts,
  topic: TopicName,
  value: Buffer,
  version: number | null,
): Promise<string> {
  if (version === null || registry === null) return value.toString('utf8')
  const answer = await registry.schemas.load(registry.subjectOf(topic), version)
  if ('absence' in answer) throw refusal('SCHEMA_COULD_NOT_BE_LOADED', {})
  try {
    return avroJson(answer.schema, value)
  } catch (error) {
    if (!(error instanceof AvroProblem)) throw error
    const problem = `The record is none of version ${version} of its schema: ${error.message}`
    throw refusal('SINGLE_MESSAGE_READER_EXCEPTION', { problem })
  }
}

/** A part of the path that is no number is a path that does not exist, as in Hermes. */
function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw frameworkError(404)
  return Number(text)
}
