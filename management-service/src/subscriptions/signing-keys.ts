/**
 * Keys that sign a subscription's deliveries: made here, and taken away.
 * Takes names. Gives a new key, once; from then on answers show its mask. Promises: a new key signs beside
 * those before it, so that nothing that a receiver still verifies by an old key is refused; what others write
 * meanwhile, such as a consumer that activates the subscription, is no hindrance.
 * Bound: `signingKeysMax` keys; the oldest goes.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import { maskSigningKey, signingKeysMax, signingKeyText } from '@iris/common/domain/signing'
import { refusal } from '@iris/common/errors/hermes-error'
import { writeChanged } from '../changes/write-changed.js'
import type { SubscriptionStore } from '../store/ports.js'
import { subscriptionDefinition } from './update-subscription.js'

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
  const key = signingKeyText(parts.newKey())
  const { signing } = await changeKeys(parts, names, keys => [key, ...keys].slice(0, signingKeysMax))
  return { key, keys: (signing?.keys ?? []).map(maskSigningKey) }
}

/** Takes one away by its mask, or by the letters at the mask's end. The last one ends the signatures. */
export async function removeSigningKey(
  parts: Pick<SigningKeyParts, 'store'>,
  names: Names,
  mask: string,
): Promise<void> {
  await changeKeys(parts, names, keys => {
    const kept = keys.filter(key => !maskSigningKey(key).endsWith(mask))
    if (mask.length < maskLettersMin || kept.length === keys.length)
      throw refusal('SIGNING_KEY_NOT_EXISTS', { key: mask, subscription: names.name, topic: names.topic })
    return kept
  })
}

/** Adds to what is there or takes from it: made anew over what others wrote, it undoes nothing of theirs. */
function changeKeys(
  parts: Pick<SigningKeyParts, 'store'>,
  names: Names,
  change: (keys: readonly string[]) => readonly string[],
): Promise<Subscription> {
  return writeChanged(subscriptionDefinition(parts, names), {
    ...{ ifMatch: null, patch: {} },
    change(stored) {
      const keys = change(stored.signing?.keys ?? [])
      return Promise.resolve({ ...stored, signing: keys.length === 0 ? null : { keys } })
    },
  })
}
