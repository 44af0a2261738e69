/**
 * What the consumers keep in ZooKeeper about a subscription's retries: that it has a delay topic, and parked
 * keys. Takes a subscription. Gives its parked keys, clears some, or forgets it all, so that a later one of
 * the same name inherits nothing. Promises: a key that is parked meanwhile is not cleared with the others.
 */
import { decodeParkedKeys, encodeParkedKeys } from '@iris/common/domain/parked-keys'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { refusal } from '@iris/common/errors/hermes-error'
import type { RetryState } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const triesMax = 5

/** Makes the port for one Kafka cluster. */
export function createRetryState(session: ZooSession, paths: ZooPaths, cluster: string): RetryState {
  const { delay, parkedKeys } = paths.iris
  const forget = async (path: string): Promise<void> => {
    try {
      await orRefuse(session.remove(path))
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error
    }
  }
  return {
    async forgetRetryState(topic, name) {
      await forget(delay(cluster, topic, name))
      await forget(parkedKeys(cluster, topic, name))
    },
    async parkedKeys(topic, name) {
      const node = await orRefuse(session.read(parkedKeys(cluster, topic, name)))
      return node === null ? [] : decodeParkedKeys(node.data)
    },
    async clearParkedKeys(topic, name, isMeant) {
      const path = parkedKeys(cluster, topic, name)
      for (let tries = 0; tries < triesMax; tries++) {
        const node = await orRefuse(session.read(path))
        const keys = node === null ? [] : decodeParkedKeys(node.data)
        const left = keys.filter(key => !isMeant(key))
        if (node === null || left.length === keys.length) return 0
        try {
          await session.write(path, encodeParkedKeys(left), node.stat.version)
          return keys.length - left.length
        } catch (error) {
          if (!(error instanceof BadVersionError)) return orRefuse(Promise.reject(error as Error))
        }
      }
      throw refusal('CONFLICT', { problem: 'The parked keys keep changing; none was cleared, try again' })
    },
  }
}
