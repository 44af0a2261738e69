/**
 * API keys in ZooKeeper, a node a key, with hashes of secrets in it.
 * Takes keys. Gives what is stored, and changes it; tells the ring of this process at once what it wrote, so
 * that a key just made is taken and one just revoked is not.
 */
import type { WatchedKeyRing } from '@iris/common/access/key-ring'
import { readStoredKey, storedKeyData } from '@iris/common/access/stored-key'
import { refusal } from '@iris/common/errors/hermes-error'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { KeyStore } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

/** Makes the port. */
export function createKeyStore(
  session: ZooSession,
  paths: ZooPaths,
  ring: Pick<WatchedKeyRing, 'learn'>,
): KeyStore {
  const { apiKeys, apiKey } = paths.iris
  return {
    keys: async () => (await orRefuse(session.children(apiKeys))) ?? [],
    async key(name) {
      const node = await orRefuse(session.read(apiKey(name)))
      if (node === null) return null
      const value = readStoredKey(name, node.data)
      if (value === null)
        throw refusal('INTERNAL_ERROR', { problem: `The node of API key ${name} cannot be read` })
      return { value, version: node.stat.version }
    },
    async createKey(key) {
      await orRefuse(session.ensure(apiKeys))
      try {
        await orRefuse(session.create(apiKey(key.name), storedKeyData(key)))
      } catch (error) {
        if (error instanceof NodeExistsError) return 'exists'
        throw error
      }
      ring.learn(key.name, key)
      return 'created'
    },
    async updateKey(key, version) {
      try {
        await orRefuse(session.write(apiKey(key.name), storedKeyData(key), version))
      } catch (error) {
        if (error instanceof NoNodeError) throw refusal('API_KEY_NOT_EXISTS', { key: key.name })
        throw error
      }
      ring.learn(key.name, key)
    },
    async removeKey(name) {
      try {
        await orRefuse(session.remove(apiKey(name)))
      } catch (error) {
        if (error instanceof NoNodeError) return 'missing'
        throw error
      }
      ring.learn(name, null)
      return 'removed'
    },
  }
}
