/**
 * The port of API keys in memory, for tests. Tells a ring what it holds, as ZooKeeper would.
 */
import { createKeyTable, type KeyRing } from '@iris/common/access/key-ring'
import type { StoredKey } from '@iris/common/access/stored-key'
import { refusal } from '@iris/common/errors/hermes-error'
import type { ChangeGuard, KeyStore, Stored } from './ports.js'

export interface MemoryKeys extends KeyStore, ChangeGuard {
  readonly held: Map<string, Stored<StoredKey>>
  readonly ring: KeyRing
}

/** Makes an empty one. */
export function createMemoryKeys(): MemoryKeys {
  const held = new Map<string, Stored<StoredKey>>()
  const ring = createKeyTable()
  const put = (value: StoredKey, version: number): void => {
    held.set(value.name, { value, version })
    ring.put(value.name, value)
  }
  return {
    ...{ held, ring },
    exclusively: (_thing, change) => change(),
    keys: () => Promise.resolve([...held.keys()]),
    key: name => Promise.resolve(held.get(name) ?? null),
    async createKey(key) {
      await Promise.resolve()
      if (held.has(key.name)) return 'exists'
      put(key, 0)
      return 'created'
    },
    async updateKey(key, version) {
      await Promise.resolve()
      if (held.get(key.name)?.version !== version)
        throw refusal('CONFLICT', { problem: 'somebody changed it' })
      put(key, version + 1)
    },
    async removeKey(name) {
      await Promise.resolve()
      ring.put(name, null)
      return held.delete(name) ? 'removed' : 'missing'
    },
  }
}
