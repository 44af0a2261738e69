/**
 * What the consumers keep in ZooKeeper about a subscription's retries.
 * Takes a subscription. Forgets it all, so that a later one of the same name inherits nothing.
 */
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { RetryState } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

/** Makes the port for one Kafka cluster. */
export function createRetryState(session: ZooSession, paths: ZooPaths, cluster: string): RetryState {
  return {
    async forgetRetryState(topic, name) {
      try {
        await orRefuse(session.remove(paths.iris.delay(cluster, topic, name)))
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error
      }
    },
  }
}
