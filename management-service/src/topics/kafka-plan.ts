// pure
/**
 * The Kafka topic that belongs to a topic.
 * Takes a topic and the installation's settings. Gives name, partitions and configs. Refuses what Kafka could
 * not hold: a name too long, a name it cannot tell from another, a message too large.
 */
import { kafkaNameLengthMax } from '@iris/common/domain/names'
import { retentionMs, type Topic } from '@iris/common/domain/topic'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { collidesInKafka, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaTopicPlan } from '../store/kafka-ports.js'

/** How Kafka topics are made. */
export interface KafkaTopicSettings extends KafkaNamespace {
  readonly partitions: number
  readonly replicationFactor: number
  /** `max.message.bytes` of a new Kafka topic. */
  readonly messageBytesMax: number
  readonly isUncleanElectionAllowed: boolean
}

/**
 * What a record holds beside the body: the envelope and the headers that travel, once in the envelope and
 * once as Kafka headers. A frontend takes at most 16 KiB of headers.
 */
export const envelopeBytesMax = 40_960
const sizeConfig = 'max.message.bytes'
const retentionConfig = 'retention.ms'

/** The Kafka topic to make for a topic. */
export function planKafkaTopic(settings: KafkaTopicSettings, topic: Topic): KafkaTopicPlan {
  return {
    name: kafkaTopicName(settings, topic.name),
    partitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    configs: {
      [retentionConfig]: String(retentionMs(topic.retentionTime)),
      'unclean.leader.election.enable': String(settings.isUncleanElectionAllowed),
      [sizeConfig]: String(settings.messageBytesMax),
      // Not `compact,delete`: the newest of a key must not go because nobody has changed it for long.
      ...(topic.compaction === 'KEY' ? { 'cleanup.policy': 'compact' } : {}),
    },
  }
}

/** The configs that a change of the topic changes; an operator's own settings are left alone. */
export function changedConfigs(before: Topic, after: Topic): Readonly<Record<string, string>> {
  const [old, now] = [retentionMs(before.retentionTime), retentionMs(after.retentionTime)]
  return old === now ? {} : { [retentionConfig]: String(now) }
}

/** The size limit that a Kafka topic has by its configs. */
export function messageBytesMaxOf(configs: Readonly<Record<string, string>>, otherwise: number): number {
  const set = Number(configs[sizeConfig])
  return Number.isSafeInteger(set) && set > 0 ? set : otherwise
}

/** Refuses a name that Kafka cannot hold beside the names it has. */
export function checkKafkaName(name: string, others: readonly string[]): void {
  if (name.length > kafkaNameLengthMax) {
    throw invalid(`The name is too long for Kafka: ${name.length} letters, at most ${kafkaNameLengthMax}`)
  }
  const other = others.find(each => collidesInKafka(name, each))
  if (other !== undefined) {
    throw invalid(`The name ${name} collides with ${other}: Kafka does not keep "." and "_" apart`)
  }
}

/** Refuses a topic whose largest message Kafka would refuse. */
export function checkMessageFits(topic: Topic, messageBytesMax: number): void {
  const room = messageBytesMax - envelopeBytesMax
  if (topic.maxMessageSize <= room) return
  throw invalid(
    `Topic.maxMessageSize must be less than or equal to ${room}: Kafka takes ${messageBytesMax} bytes ` +
      `a message and the envelope may need ${envelopeBytesMax} of them`,
  )
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
