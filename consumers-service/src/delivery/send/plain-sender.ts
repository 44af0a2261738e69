/**
 * Deliveries to one fixed endpoint over HTTP: the usual case, and the fastest.
 * Takes a letter. Gives it to the client as a request; the letter is told the result.
 * Promises: a changed plan holds from the next attempt on; attempts under way end by the plan they began
 * with.
 */
import type { SerialPlan } from '../plan.js'
import { destinationOf, type Destination } from './destination.js'
import { createDress, type Dress } from './dress.js'
import type { SenderParts, SendingWay } from './sender.js'

interface Prepared {
  readonly destination: Destination
  readonly dress: Dress
}

/** Makes the sender of one subscription. */
export function createPlainSender(parts: SenderParts, plan: SerialPlan): SendingWay {
  const prepare = (next: SerialPlan, former: Destination | null): Prepared => ({
    destination: destinationOf(parts.client, { ...next, connectionsMax: next.policy.inflightMax }, former),
    dress: createDress(next, parts),
  })
  let prepared = prepare(plan, null)
  return {
    send(letter) {
      const { destination, dress } = prepared
      letter.path = destination.path
      dress(letter)
      letter.sending = destination.target.send(letter)
    },
    update(next) {
      prepared = prepare(next, prepared.destination)
    },
    retire: () => prepared.destination.target.retire(),
    stop: () => prepared.destination.target.close(),
  }
}
