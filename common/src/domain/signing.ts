// pure
/**
 * The member `signing` of a subscription, an addition of Iris: keys with which its deliveries are signed, as
 * Standard Webhooks 1.0 has it (`whsec_` and 24 to 64 bytes as base64).
 * Takes the member of a body or node. Gives its keys, and their masks for answers; a mask tells by the first
 * letters of a hash which key it stands for. Refuses what is no key.
 */
import { createHash } from 'node:crypto'
import { plainList, plainObject, plainText, type JsonObject } from './json-shapes.js'
import { sealingKeyOf } from '../secrets/vault.js'
import type { Violations } from './violations.js'
import type { z } from 'zod'

/** The first signs for receivers of today, the others for those that have not changed yet. */
export interface Signing {
  /** In clear text: never to be logged or answered as they are. */
  readonly keys: readonly string[]
}

/** The shape of `signing` in a body or a node. */
export const signingShape = plainObject({ keys: plainList(plainText) })
export type SigningForm = z.infer<typeof signingShape>

/** A new key, the present one, and one for who is late. */
export const signingKeysMax = 3
export const signingKeyBytes = { min: 24, max: 64, usual: 32 } as const
const prefix = 'whsec_'
const maskStart = `${prefix}******`
const fingerprintLetters = 8

/** The member as it is kept; null where there is none, or no key. */
export function signingOf(form: SigningForm): Signing | null {
  const keys = (form?.keys ?? []).filter(key => key !== null)
  return keys.length === 0 ? null : { keys }
}

/** Adds what the rules say against it. */
export function checkSigning(violations: Violations, form: SigningForm): void {
  if (form === null) return
  const keys = form.keys ?? []
  if (keys.length > signingKeysMax)
    violations.add(`Subscription.signing.keys size must be between 0 and ${signingKeysMax}`)
  const { min, max } = signingKeyBytes
  keys.forEach((key, index) => {
    const problem = `must be ${prefix} and ${min} to ${max} random bytes as base64`
    // A sealed one was left so because it cannot be opened; bodies that have one are refused before.
    if (key === null || (signingKeyOf(key) === null && sealingKeyOf(key) === null))
      violations.add(`Subscription.signing.keys[${index}] ${problem}`)
  })
}

/** The bytes of a key, or null for what is none. */
export function signingKeyOf(text: string): Buffer | null {
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return null
  const key = Buffer.from(encoded, 'base64')
  return key.length >= signingKeyBytes.min && key.length <= signingKeyBytes.max ? key : null
}

/** The text of a key. */
export function signingKeyText(key: Buffer): string {
  return prefix + key.toString('base64')
}

/** What stands for a key in answers. */
export function maskSigningKey(text: string): string {
  return maskStart + createHash('sha256').update(text, 'utf8').digest('hex').slice(0, fingerprintLetters)
}

/** Whether a text stands for a key, and is none. */
export function isMaskedSigningKey(text: string): boolean {
  return text.startsWith(maskStart)
}

/** The member as answers show it. */
export function maskSigning(signing: Signing): Signing {
  return { keys: signing.keys.map(maskSigningKey) }
}

/**
 * A patch of the member with the stored keys in the places of their masks. A mask that stands for none of
 * them stays: it is no key, and refused as such.
 */
export function unmaskSigning(patch: JsonObject, stored: Signing | null): JsonObject {
  const { keys } = patch
  if (!Array.isArray(keys)) return patch
  const byMask = new Map(stored?.keys.map(key => [maskSigningKey(key), key]))
  return { ...patch, keys: keys.map((key: unknown) => byMask.get(String(key)) ?? key) }
}
