/**
 * Deliveries to one fixed endpoint over HTTP: the usual case, and the fastest.
 * Takes a letter. Gives it to the client as a request; the letter is told the result.
 * Promises: a changed plan holds from the next attempt on; attempts under way end by the plan they began
 * with.
 */
import type { SerialPlan } from '../plan.js'
import { destinationOf, type Destination } from './destination.js'
import { prepareHeaders, type HeaderLines } from './headers.js'
import type { SenderParts, SendingWay } from './sender.js'

interface Prepared {
  readonly destination: Destination
  readonly lines: HeaderLines
  readonly plan: SerialPlan
}

/** Makes the sender of one subscription. */
export function createPlainSender(parts: SenderParts, plan: SerialPlan): SendingWay {
  const prepare = (next: SerialPlan, former: Destination | null): Prepared => ({
    destination: destinationOf(parts.client, { ...next, connectionsMax: next.policy.inflightMax }, former),
    lines: prepareHeaders(next, parts),
    plan: next,
  })
  let prepared = prepare(plan, null)
  return {
    send(letter) {
      const { destination, lines, plan: present } = prepared
      letter.path = destination.path
      const { messageId, propagated, avro } = letter.content
      letter.headers = lines.of(messageId, letter.attempts, propagated, avro)
      letter.timeoutMs = present.policy.requestTimeoutMs
      letter.socketTimeoutMs = present.policy.socketTimeoutMs
      letter.sending = destination.target.send(letter)
    },
    update(next) {
      prepared = prepare(next, prepared.destination)
    },
    retire: () => prepared.destination.target.retire(),
    stop: () => prepared.destination.target.close(),
  }
}
