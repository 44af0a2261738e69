/**
 * The API keys of an installation, as ZooKeeper has them, by the hashes of their secrets.
 * Takes the tree below `iris/api-keys` as it changes. Gives who a secret stands for, without waiting.
 * Promises: a key that is revoked is gone as soon as ZooKeeper tells it; with ZooKeeper away the last known
 * keys stay; a node that cannot be read opens nothing and is logged, without what is in it.
 */
import type { Log } from '../lifecycle/log.js'
import type { Cancel } from '../time/scheduler.js'
import { growBranch, type BranchPlan } from '../zookeeper/branch.js'
import { createFirstLoad } from '../zookeeper/first-load.js'
import type { IrisPaths } from '../zookeeper/paths.js'
import type { ZooSession } from '../zookeeper/session.js'
import type { Principal } from './principal.js'
import { endOfSecret, principalOfKey, readStoredKey, type StoredKey } from './stored-key.js'

/** Where keys are looked up. */
export interface KeyRing {
  /** Null for a secret that is not known, or not taken any more. */
  find(hash: string, nowMs: number): Principal | null
}

/** One that follows ZooKeeper. */
export interface WatchedKeyRing extends KeyRing {
  /** Resolves when what ZooKeeper has is known. */
  start(): Promise<void>
  stop(): void
  /** Takes in at once what this process has just written; null for a key that is gone. */
  learn(name: string, key: StoredKey | null): void
}

interface Entry {
  readonly principal: Principal
  readonly endsAtMs: number | null
}

/** The keys by hash, whoever brings them. */
export function createKeyTable(): KeyRing & { put(name: string, key: StoredKey | null): void } {
  const entries = new Map<string, Entry>()
  const hashes = new Map<string, readonly string[]>()
  return {
    find(hash, nowMs) {
      const entry = entries.get(hash)
      if (entry === undefined) return null
      return entry.endsAtMs === null || nowMs < entry.endsAtMs ? entry.principal : null
    },
    put(name, key) {
      for (const hash of hashes.get(name) ?? []) entries.delete(hash)
      hashes.delete(name)
      if (key === null) return
      const principal = principalOfKey(key)
      for (const secret of key.secrets)
        entries.set(secret.hash, { principal, endsAtMs: endOfSecret(key, secret) })
      hashes.set(
        name,
        key.secrets.map(({ hash }) => hash),
      )
    },
  }
}

/** Makes an empty ring. */
export function createKeyRing(
  { session, log }: { readonly session: ZooSession; readonly log: Log },
  paths: IrisPaths,
): WatchedKeyRing {
  const table = createKeyTable()
  let cancel: Cancel = () => undefined
  const keyPlan = (name: string): BranchPlan => ({
    ...{ path: paths.apiKey(name), childrenPath: null },
    child: () => null,
    changed(node) {
      const key = node === null ? null : readStoredKey(name, node.data)
      if (node !== null && key === null) log.error('keys.unreadable', { key: name })
      table.put(name, key)
    },
  })
  return {
    find: (hash, nowMs) => table.find(hash, nowMs),
    learn: (name, key) => table.put(name, key),
    async start() {
      const load = createFirstLoad()
      cancel = growBranch(session, load, {
        ...{ path: null, childrenPath: paths.apiKeys },
        child: keyPlan,
        changed: () => undefined,
      })
      await load.whenDone()
    },
    stop: () => cancel(),
  }
}
