/**
 * Secrets at rest: sealed where they are kept, opened where they are used.
 * Takes keys of 32 bytes, the first for sealing, all for opening. Gives texts that may stand in a URL or in
 * JSON: `sealed.v1.<key>.<nonce, ciphertext and tag>`, AES-256-GCM (NIST SP 800-38D) with a random nonce.
 * Promises: a sealed text opens only at the place it was sealed for, so that copying one from another
 * subscription's node gives nothing; what was never sealed is read as it is.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** What keeps secrets. */
export interface Vault {
  /** The text to keep, for a place such as `subscription group.topic$name endpoint`. */
  seal(secret: string, place: string): string
  /** The secret; null for a sealed text that no key here opens at this place. */
  open(kept: string, place: string): string | null
  /** Whether a text is kept as `seal` would keep it today. */
  isCurrent(kept: string): boolean
}

const prefix = 'sealed.v1.'
const form = /^sealed\.v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/
const nonceBytes = 12
const tagBytes = 16

/** Keeps secrets as they are, as Hermes does; opens nothing that was sealed. */
export const plainVault: Vault = {
  seal: secret => secret,
  open: kept => (form.test(kept) ? null : kept),
  isCurrent: kept => !form.test(kept),
}

/** For those who read definitions and use no secret: everything stays as it is kept. */
export const closedVault: Pick<Vault, 'open'> = { open: kept => kept }

/**
 * A vault for who has to show, change and remove also what cannot be opened, as management has: a sealed text
 * that no key here opens is read as it is, and a sealed text is kept as it is instead of being sealed over.
 * Whoever takes secrets from callers refuses sealed ones first.
 */
export function tolerantVault(vault: Vault): Vault {
  return {
    ...vault,
    seal: (secret, place) => (sealingKeyOf(secret) === null ? vault.seal(secret, place) : secret),
    open: (kept, place) => vault.open(kept, place) ?? kept,
  }
}

/** The key's name in a sealed text, or null for a text that is not sealed. */
export function sealingKeyOf(kept: string): string | null {
  return form.exec(kept)?.[1] ?? null
}

/**
 * A vault with keys.
 * @param keys - 32 bytes each; at least one.
 * @param isSealing - While false, what is sealed is opened and new secrets are kept in clear text.
 */
export function createVault(keys: readonly Buffer[], isSealing: () => boolean = () => true): Vault {
  const [first] = keys
  if (first === undefined) return plainVault
  const byName = new Map(keys.map(key => [nameOf(key), key]))
  const present = nameOf(first)
  return {
    seal: (secret, place) => (isSealing() ? sealWith(first, secret, place) : secret),
    open(kept, place) {
      const [, name, content] = form.exec(kept) ?? []
      if (name === undefined || content === undefined) return kept
      const key = byName.get(name)
      return key === undefined ? null : openWith(key, Buffer.from(content, 'base64url'), place)
    },
    isCurrent: kept => sealingKeyOf(kept) === (isSealing() ? present : null),
  }
}

/**
 * A key from its text: 32 bytes as hex or base64. Null for anything else: a password is no key, since whoever
 * has the tree could try all that people choose.
 */
export function readSecretKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null
}

function nameOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

function sealWith(key: Buffer, secret: string, place: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place, 'utf8'))
  const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${prefix}${nameOf(key)}.${sealed.toString('base64url')}`
}

function openWith(key: Buffer, content: Buffer, place: string): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, content.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(place, 'utf8')).setAuthTag(content.subarray(-tagBytes))
  try {
    return (
      decipher.update(content.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
    )
  } catch {
    return null // changed, or sealed for another place: the caller says what cannot be opened
  }
}
