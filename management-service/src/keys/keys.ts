/**
 * API keys: make, list, rotate, revoke.
 * Takes bodies and names of the API. Gives what is answered. Promises: a secret is in the answer that made it
 * and nowhere else, only its hash is kept; a key is never made for more than its body says.
 * Bound: `keysMax` keys.
 */
import { hashOf, labelOf, newApiKey } from '@iris/common/access/api-key'
import { bootstrapName } from '@iris/common/access/bootstrap'
import { endOfSecret, rotated, type StoredKey } from '@iris/common/access/stored-key'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { entityOf, patchOf } from '../requests.js'
import type { ChangeGuard, KeyStore, Stored } from '../store/ports.js'
import { keptMsOf, keyFormOf } from './key-form.js'

export interface KeyParts {
  readonly clock: Clock
  readonly store: KeyStore & ChangeGuard
}

export const keysMax = 2_000

/** The names of all keys, with what they may do. */
export async function listKeys({ store, clock }: KeyParts): Promise<readonly JsonObject[]> {
  const names = [...(await store.keys())].sort()
  const found = await Promise.all(names.map(name => store.key(name)))
  return found.flatMap(stored => (stored === null ? [] : [keyJson(stored.value, clock.now())]))
}

/** One key. */
export async function readKey({ store, clock }: KeyParts, name: string): Promise<JsonObject> {
  return keyJson((await existing(store, name)).value, clock.now())
}

/** Makes a key, and gives it with its secret. */
export async function createKey({ store, clock }: KeyParts, body: unknown): Promise<JsonObject> {
  const nowMs = clock.now()
  const form = keyFormOf(patchOf(entityOf(body)), nowMs)
  if (form.name === bootstrapName)
    throw refusal('VALIDATION_ERROR', {
      problem: `The name ${bootstrapName} is that of the key in the configuration`,
    })
  const secret = newApiKey()
  const secrets = [{ hash: hashOf(secret), createdAtMs: nowMs, endsAtMs: null }]
  const key: StoredKey = { ...form, createdAtMs: nowMs, secrets }
  // One creation at a time, so that the bound holds.
  await store.exclusively('api-keys', async () => {
    if ((await store.keys()).length >= keysMax)
      throw refusal('VALIDATION_ERROR', { problem: `There are ${keysMax} keys already; revoke some first` })
    if ((await store.createKey(key)) !== 'created')
      throw refusal('API_KEY_ALREADY_EXISTS', { key: form.name })
  })
  return { ...keyJson(key, nowMs), key: secret }
}

/** Gives a key another secret; the old one goes on for as long as the body says. */
export async function rotateKey(
  { store, clock }: KeyParts,
  name: string,
  body: unknown,
): Promise<JsonObject> {
  const keptMs = keptMsOf(patchOf(body ?? {}))
  const { value, version } = await existing(store, name)
  const secret = newApiKey()
  const nowMs = clock.now()
  const key = rotated(value, hashOf(secret), nowMs, keptMs)
  await store.updateKey(key, version)
  return { ...keyJson(key, nowMs), key: secret }
}

/** Ends a key with all its secrets. */
export async function revokeKey({ store }: KeyParts, name: string): Promise<void> {
  const isGone = isNamePart(name) && (await store.removeKey(name)) === 'removed'
  if (!isGone) throw refusal('API_KEY_NOT_EXISTS', { key: name })
}

async function existing(store: KeyStore, name: string): Promise<Stored<StoredKey>> {
  const stored = isNamePart(name) ? await store.key(name) : null
  if (stored === null) throw refusal('API_KEY_NOT_EXISTS', { key: name })
  return stored
}

function keyJson(key: StoredKey, nowMs: number): JsonObject {
  return {
    name: key.name,
    roles: key.roles,
    teams: key.teams,
    createdAt: timeText(key.createdAtMs),
    ...(key.expiresAtMs === null ? {} : { expiresAt: timeText(key.expiresAtMs) }),
    secrets: key.secrets.flatMap(secret => {
      const endMs = endOfSecret(key, secret)
      if (endMs !== null && endMs <= nowMs) return []
      const end = endMs === null ? {} : { validUntil: timeText(endMs) }
      return [{ label: labelOf(secret.hash), createdAt: timeText(secret.createdAtMs), ...end }]
    }),
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
