/**
 * Whether topics can be written to as their acknowledgement asks.
 * Takes topic names. Gives the first that cannot: it is unknown, a partition has no leader, or fewer replicas
 * are in sync than its `min.insync.replicas`.
 * Bound: `topicsPerCall` topics a question, one question at a time.
 */
import type { Cluster } from './cluster.js'
import { metadataCall, type TopicMetadata } from './protocol/metadata.js'
import { topicConfigCall } from './protocol/topic-config.js'

/** A topic that cannot be written to, and why. */
export interface UnavailableTopic {
  readonly topic: string
  readonly reason: string
}

const topicsPerCall = 200
const purpose = 'availability'
const replicasConfig = 'min.insync.replicas'

/** Asks Kafka; null when all topics are available. Rejects when Kafka does not answer. */
export async function findUnavailableTopic(
  cluster: Pick<Cluster, 'anyConnection'>,
  topics: readonly string[],
  timeoutMs: number,
): Promise<UnavailableTopic | null> {
  for (let from = 0; from < topics.length; from += topicsPerCall) {
    const some = topics.slice(from, from + topicsPerCall)
    const connection = await cluster.anyConnection(purpose)
    const metadata = await connection.request(metadataCall(some, timeoutMs))
    const minima = await connection.request(topicConfigCall(some, replicasConfig, timeoutMs))
    for (const topic of metadata.topics) {
      const reason = problemOf(topic, Number(minima.get(topic.topic) ?? 1))
      if (reason !== null) return { topic: topic.topic, reason }
    }
  }
  return null
}

function problemOf({ partitions, code }: TopicMetadata, inSyncMin: number): string | null {
  if (partitions.length === 0) return `Kafka does not show it (error code ${code})`
  for (const { partition, leader, inSyncCount } of partitions) {
    if (leader < 0) return `partition ${partition} has no leader`
    if (inSyncCount < inSyncMin)
      return `partition ${partition} has ${inSyncCount} of ${inSyncMin} replicas in sync`
  }
  return null
}
