/**
 * The Kafka topic where scheduled messages wait, made at first need.
 * Takes how long a message may wait. Gives a topic that keeps its records longer than that, and tells the
 * owners of its partitions. Promises: nothing lies in it before they are told; its records are never kept
 * for a shorter time than some frontend asked for.
 */
import type { KafkaAdmin } from '../kafka/admin.js'
import { markTopic } from '../zookeeper/topic-mark.js'
import type { ZooSession } from '../zookeeper/session.js'
import { termsMs } from './schedule-partition.js'

export interface ScheduleTopicParts {
  readonly admin: KafkaAdmin
  readonly session: Pick<ZooSession, 'ensure' | 'create'>
  /** The node that says it is there. */
  readonly markPath: string
}

export interface ScheduleTopicOptions {
  readonly kafkaTopic: string
  readonly partitionsEach: number
  readonly replicationFactor: number
  readonly delayMsMax: number
  /** Kept beyond the longest wait, for times when nobody reads it. */
  readonly retentionMarginMs: number
}

/** The largest message that Hermes allows, with its envelope and our headers. */
const messageBytesMax = 12 * 1024 * 1024

/** Makes it, or lengthens the retention of one that is there. */
export async function ensureScheduleTopic(
  { admin, session, markPath }: ScheduleTopicParts,
  options: ScheduleTopicOptions,
): Promise<void> {
  const { kafkaTopic, replicationFactor } = options
  const retentionMs = options.delayMsMax + options.retentionMarginMs
  const configs = {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'CreateTime',
    'retention.ms': String(retentionMs),
    'max.message.bytes': String(messageBytesMax),
  }
  const partitions = termsMs.length * options.partitionsEach
  await admin.createTopic(kafkaTopic, { partitions, replicationFactor, configs })
  const present = await admin.describeTopic(kafkaTopic)
  if (present === null) throw new Error(`Kafka does not show the topic ${kafkaTopic} yet`)
  const presentMs = Number(present.configs['retention.ms'] ?? -1)
  if (presentMs >= 0 && presentMs < retentionMs)
    await admin.alterConfigs(kafkaTopic, { 'retention.ms': configs['retention.ms'] })
  await markTopic(session, markPath, present.partitions)
}
