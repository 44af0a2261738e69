/**
 * The first key of a guarded installation, which its configuration names.
 * Takes its hash, or a file with the key. Gives a ring that knows it beside those of another ring.
 * Refuses, before anything starts, a file that cannot be read and a key that could be guessed.
 */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.js'
import { hashOf, looksLikeApiKey } from './api-key.js'
import type { KeyRing } from './key-ring.js'
import { principalOf } from './principal.js'

/** What the holder of the configured key is called. */
export const bootstrapName = 'bootstrap-admin'

export interface BootstrapConfig {
  readonly adminKeyHash: string
  readonly adminKeyFile: string
}

/** The hashes of the configured key; none where there is none. */
export function bootstrapHashes({ adminKeyHash, adminKeyFile }: BootstrapConfig): readonly string[] {
  const hashes = adminKeyHash === '' ? [] : [adminKeyHash]
  return adminKeyFile === '' ? hashes : [...hashes, hashOf(keyIn(adminKeyFile))]
}

/** A ring with the configured key in it. */
export function withBootstrapKey(ring: KeyRing, hashes: readonly string[]): KeyRing {
  if (hashes.length === 0) return ring
  const principal = principalOf(bootstrapName, [{ role: 'admin', group: '*' }])
  return { find: (hash, nowMs) => (hashes.includes(hash) ? principal : ring.find(hash, nowMs)) }
}

function keyIn(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new ConfigError([`management.auth.adminKeyFile: ${(error as Error).message}`])
  }
  if (looksLikeApiKey(text)) return text
  throw new ConfigError([
    `management.auth.adminKeyFile: ${path} holds no API key; make one: ` +
      `printf 'iris_%s' "$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')"`,
  ])
}
