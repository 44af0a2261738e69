/**
 * One message as it lies in Kafka.
 * Takes cluster, topic, partition, offset. Gives the stored text: for a JSON topic the whole envelope.
 * Refuses an unknown cluster or topic, and a place where there is no message, with Hermes' texts.
 */
import type { TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaRecords } from '../store/kafka-ports.js'
import type { TopicStore } from '../store/ports.js'

export interface PreviewParts {
  readonly store: TopicStore
  readonly kafka: KafkaRecords
  readonly namespace: KafkaNamespace
  readonly clusterName: string
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
  if ((await parts.store.topic(topic)) === null) throw refusal('TOPIC_NOT_EXISTS', { topic })
  const text = await readOne(parts, kafkaTopicName(parts.namespace, topic), partition, offset)
  if (text !== null) return text
  const where = `brokers cluster ${cluster}, topic ${topic}, partition ${partition} and offset ${offset}`
  throw new HermesError('OTHER', `Message not found for ${where}`, 404)
}

async function readOne(
  { kafka }: PreviewParts,
  kafkaTopic: string,
  partition: number,
  offset: number,
): Promise<string | null> {
  const range = await kafka.range(kafkaTopic, partition)
  if (range === null || offset < range.first || offset >= range.next) return null
  const bounds = { entriesMax: 1, bytesMax: messageBytesMax }
  const [record] = await kafka.read(kafkaTopic, partition, offset, bounds)
  return record?.offset === offset ? (record.value?.toString('utf8') ?? null) : null
}

/** A part of the path that is no number is a path that does not exist, as in Hermes. */
function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw frameworkError(404)
  return Number(text)
}
