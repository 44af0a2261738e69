/**
 * Keys that sign a subscription's deliveries: made here, and taken away.
 * Takes names. Gives a new key, once; from then on answers show its mask. Promises: a new key signs beside
 * those before it, so that nothing that a receiver still verifies by an old key is refused.
 * Bound: `signingKeysMax` keys; the oldest goes.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { maskSigningKey, signingKeysMax, signingKeyText } from '@iris/common/domain/signing'
import { refusal } from '@iris/common/errors/hermes-error'
import { existingSubscription } from '../store/existing.js'
import type { SubscriptionStore } from '../store/ports.js'

export interface SigningKeyParts {
  readonly store: SubscriptionStore
  /** Random bytes of a new key. */
  newKey(): Buffer
}

interface Names {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

export const newSigningKey = z.object({
  key: z.string().describe('The new key; it is shown here and never again'),
  keys: z.array(z.string()).describe('All keys from now on, masked, the newest first'),
})
export type NewSigningKey = ValueOf<typeof newSigningKey>

/** The letters that tell masks apart. */
const maskLettersMin = 8

/** Puts a new key in front of the others. */
export async function addSigningKey(parts: SigningKeyParts, names: Names): Promise<NewSigningKey> {
  const stored = await existingSubscription(parts.store, names)
  const key = signingKeyText(parts.newKey())
  const keys = [key, ...(stored.value.signing?.keys ?? [])].slice(0, signingKeysMax)
  await parts.store.updateSubscription({ ...stored.value, signing: { keys } }, stored.version)
  return { key, keys: keys.map(maskSigningKey) }
}

/** Takes one away by its mask, or by the letters at the mask's end. The last one ends the signatures. */
export async function removeSigningKey(
  { store }: Pick<SigningKeyParts, 'store'>,
  names: Names,
  mask: string,
): Promise<void> {
  const stored = await existingSubscription(store, names)
  const keys = stored.value.signing?.keys ?? []
  const kept = keys.filter(key => !maskSigningKey(key).endsWith(mask))
  if (mask.length < maskLettersMin || kept.length === keys.length)
    throw refusal('SIGNING_KEY_NOT_EXISTS', { key: mask, subscription: names.name, topic: names.topic })
  const signing = kept.length === 0 ? null : { keys: kept }
  await store.updateSubscription({ ...stored.value, signing }, stored.version)
}
