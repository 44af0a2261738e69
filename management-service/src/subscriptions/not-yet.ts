// pure
/**
 * The refusal of what this version of Iris cannot do yet. The list is `common/src/domain/supported.ts`.
 * Takes what is to be stored and what is stored now. Refuses a feature that is new in it.
 * What came with a tree that Hermes wrote stays, so that such a thing can still be changed otherwise.
 */
import type { Subscription } from '@iris/common/domain/subscription'
import { unsupportedInSubscription } from '@iris/common/domain/supported'
import { refusal } from '@iris/common/errors/hermes-error'

/** Refuses a subscription that could not be delivered. */
export function refuseUnsupportedSubscription(wanted: Subscription, stored: Subscription | null): void {
  refuseNew(unsupportedInSubscription(wanted), stored === null ? [] : unsupportedInSubscription(stored))
}

function refuseNew(wanted: readonly string[], stored: readonly string[]): void {
  const added = wanted.filter(sentence => !stored.includes(sentence))
  if (added.length > 0) throw refusal('VALIDATION_ERROR', { problem: added.join('; ') })
}
