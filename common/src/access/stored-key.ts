// pure
/**
 * What ZooKeeper keeps of an API key: its name, what it may do, and the hashes of its secrets.
 * Takes a node's bytes, or a key that changes. Gives it read, and back; null where it cannot be read.
 * Bound: `secretsMax` secrets a key, so that a rotation ends another.
 */
import { z } from 'zod'
import { parseGrant, principalOf, type Principal } from './principal.js'

/** One secret of a key. While it is rotated, a key has several. */
export interface KeySecret {
  /** SHA-256 in hex. */
  readonly hash: string
  readonly createdAtMs: number
  /** From then on it is not taken any more; null for never. */
  readonly endsAtMs: number | null
}

export interface StoredKey {
  readonly name: string
  /** As `role:group`. */
  readonly roles: readonly string[]
  /** Ids of owners that the key is, beside its name. */
  readonly teams: readonly string[]
  readonly createdAtMs: number
  /** When no secret of it is taken any more; null for never. */
  readonly expiresAtMs: number | null
  /** The newest first. */
  readonly secrets: readonly KeySecret[]
}

/** The newest, and those that a rotation has left for a while. */
export const secretsMax = 4

const time = z.number().nullable()
const shape = z.object({
  name: z.string(),
  roles: z.array(z.string()),
  teams: z.array(z.string()),
  createdAtMs: z.number(),
  expiresAtMs: time,
  secrets: z.array(
    z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), createdAtMs: z.number(), endsAtMs: time }),
  ),
})

/** Reads a node. Its place names it, whatever its text says. */
export function readStoredKey(name: string, data: Buffer): StoredKey | null {
  try {
    const read = shape.safeParse(JSON.parse(data.toString()))
    return read.success ? { ...read.data, name } : null
  } catch {
    return null // no JSON: the caller says what that means
  }
}

/** The node's bytes. */
export function storedKeyData(key: StoredKey): Buffer {
  return Buffer.from(JSON.stringify(key))
}

/** Who shows the key is. A role that is none gives nothing. */
export function principalOfKey({ name, roles, teams }: StoredKey): Principal {
  return principalOf(
    name,
    roles.flatMap(text => parseGrant(text) ?? []),
    teams,
  )
}

/** When this secret of the key is not taken any more; null for never. */
export function endOfSecret(key: StoredKey, secret: KeySecret): number | null {
  if (key.expiresAtMs === null) return secret.endsAtMs
  return secret.endsAtMs === null ? key.expiresAtMs : Math.min(key.expiresAtMs, secret.endsAtMs)
}

/** Puts another secret first; those before it end `keepMs` from now, or earlier where they did so already. */
export function rotated(key: StoredKey, hash: string, nowMs: number, keepMs: number): StoredKey {
  const endMs = nowMs + keepMs
  const left = key.secrets
    .map(secret => ({ ...secret, endsAtMs: Math.min(secret.endsAtMs ?? endMs, endMs) }))
    .filter(({ endsAtMs }) => endsAtMs > nowMs)
  const secrets = [{ hash, createdAtMs: nowMs, endsAtMs: null }, ...left].slice(0, secretsMax)
  return { ...key, secrets }
}
