/**
 * A Kafka cluster as one of its brokers sees it now: brokers, and of every topic leaders and replicas.
 * Takes the cluster. Promises: asks one broker, and ends within the limit of each call.
 * Bound: `topicsPerCall` topics a question for a setting.
 */
import type { Cluster } from './cluster.js'
import { metadataCall, type ClusterMetadata } from './protocol/metadata.js'
import { topicConfigCall } from './protocol/topic-config.js'

export type { ClusterMetadata, TopicMetadata } from './protocol/metadata.js'

const topicsPerCall = 200
const purpose = 'admin'

/** All of it. */
export async function describeCluster(
  cluster: Pick<Cluster, 'anyConnection'>,
  limitMs: number,
): Promise<ClusterMetadata> {
  return (await cluster.anyConnection(purpose)).request(metadataCall(null, limitMs))
}

/** The values of a setting that hold for topics, set on them or inherited. */
export async function topicSetting(
  cluster: Pick<Cluster, 'anyConnection'>,
  topics: readonly string[],
  setting: string,
  limitMs: number,
): Promise<ReadonlyMap<string, string>> {
  const connection = await cluster.anyConnection(purpose)
  const found = new Map<string, string>()
  for (let from = 0; from < topics.length; from += topicsPerCall) {
    const some = topics.slice(from, from + topicsPerCall)
    for (const [topic, value] of await connection.request(topicConfigCall(some, setting, limitMs)))
      found.set(topic, value)
  }
  return found
}
