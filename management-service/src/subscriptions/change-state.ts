/**
 * The state of a subscription by itself.
 * Takes the JSON text of a state. Gives nothing; SUSPENDED is answered when nobody sends any more. Keeps what
 * Hermes' clients may rely on: PENDING is ignored, an empty body falls back to PENDING, a bare number is an
 * index.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import { subscriptionStates, type SubscriptionState } from '@iris/common/domain/subscription-form'
import { refusal } from '@iris/common/errors/hermes-error'
import { existingSubscription } from '../store/existing.js'
import type { SubscriptionStore } from '../store/ports.js'
import type { SubscriptionParts } from './create-subscription.js'
import { changeSubscription } from './update-subscription.js'

/** The state as stored. */
export async function readState(
  store: SubscriptionStore,
  topic: TopicName,
  name: SubscriptionName,
): Promise<SubscriptionState> {
  return (await existingSubscription(store, { topic, name })).value.state
}

/** Sets the state. */
export async function changeState(
  parts: Pick<SubscriptionParts, 'store' | 'pause'>,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  body: unknown,
  ifMatch: string | null = null,
): Promise<void> {
  const wanted = body === null ? null : stateOf(body)
  if (wanted === 'PENDING') return
  const state = wanted ?? 'PENDING'
  const change = (stored: Subscription): Promise<Subscription> => Promise.resolve({ ...stored, state })
  await changeSubscription(parts, names, { ifMatch, patch: { state }, change })
}

function stateOf(body: unknown): SubscriptionState {
  const found =
    typeof body === 'number' ? subscriptionStates[body] : subscriptionStates.find(each => each === body)
  if (found !== undefined) return found
  const given =
    typeof body === 'string' ? `String "${body.slice(0, 100)}"` : JSON.stringify(body).slice(0, 100)
  const accepted = 'not one of the values accepted for Enum class: [SUSPENDED, ACTIVE, PENDING]'
  throw refusal('FORMAT_ERROR', {
    problem: `Cannot deserialize value of type \`State\` from ${given}: ${accepted}`,
  })
}
