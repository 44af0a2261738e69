/**
 * The parked keys of a subscription: listed, and cleared.
 * Takes names, and a key or its hash. Gives the keys; clearing lets the messages of a key be tried again from
 * then on. Refuses to clear what is not parked.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { parkedKeyShape, parkedKeysMax, type ParkedKey } from '@iris/common/domain/parked-keys'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { existingSubscription } from '../store/existing.js'
import type { RetryState, SubscriptionStore } from '../store/ports.js'

type Store = SubscriptionStore & RetryState

interface Names {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

export const parkedKeysAnswer = z.object({
  items: z.array(parkedKeyShape).describe('The oldest first'),
  max: z.int().describe('How many keys can be parked'),
})
export type ParkedKeysAnswer = ValueOf<typeof parkedKeysAnswer>

/** All parked keys, the oldest first. */
export async function listParkedKeys(store: Store, names: Names): Promise<ParkedKeysAnswer> {
  await existingSubscription(store, names)
  return { items: await store.parkedKeys(names.topic, names.name), max: parkedKeysMax }
}

/** Clears one key by its text or hash, or all of them where none is named. */
export async function clearParkedKeys(store: Store, names: Names, key: string | null): Promise<void> {
  await existingSubscription(store, names)
  const isMeant = (each: ParkedKey): boolean => key === null || each.hash === key || each.key === key
  const count = await store.clearParkedKeys(names.topic, names.name, isMeant)
  if (count === 0 && key !== null) throw refusal('PARKED_KEY_NOT_EXISTS', { key })
}
