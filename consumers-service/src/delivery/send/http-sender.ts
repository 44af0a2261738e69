/**
 * Deliveries of one subscription over HTTP.
 * Takes a letter. Gives it to the client as a request; the letter is told the result.
 * Promises: a changed plan holds from the next attempt on; attempts under way end by the plan they began
 * with.
 */
import type { HttpClient, HttpTarget } from '@iris/common/http/client'
import type { Letter } from '../letter.js'
import type { DeliveryPlan } from '../plan.js'
import { prepareHeaders, type HeaderLines } from './headers.js'

export interface Sender {
  send(letter: Letter): void
  update(plan: DeliveryPlan): void
  /** Ends all connections at once. */
  stop(): void
}

interface Prepared {
  readonly target: HttpTarget
  readonly lines: HeaderLines
  readonly path: string
  readonly plan: DeliveryPlan
}

/** Makes the sender of one subscription. `dropped` counts header lines that HTTP cannot carry. */
export function createSender(client: HttpClient, plan: DeliveryPlan, dropped: () => void): Sender {
  let prepared = prepare(client, plan, dropped, null)
  return {
    send(letter) {
      const { target, lines, path, plan: present } = prepared
      letter.path = path
      letter.headers = lines.of(letter.content.messageId, letter.attempts, letter.content.propagated)
      letter.timeoutMs = present.policy.requestTimeoutMs
      letter.socketTimeoutMs = present.policy.socketTimeoutMs
      letter.sending = target.send(letter)
    },
    update(next) {
      prepared = prepare(client, next, dropped, prepared)
    },
    stop: () => prepared.target.close(),
  }
}

function prepare(
  client: HttpClient,
  plan: DeliveryPlan,
  dropped: () => void,
  former: Prepared | null,
): Prepared {
  const { endpoint, policy } = plan
  const isSame =
    former !== null &&
    former.plan.endpoint.origin === endpoint.origin &&
    former.plan.httpVersion === plan.httpVersion &&
    former.plan.policy.inflightMax === policy.inflightMax
  if (former !== null && !isSame) former.target.retire()
  return {
    target: isSame ? former.target : client.target(endpoint, policy.inflightMax, plan.httpVersion),
    lines: prepareHeaders(plan, dropped),
    path: `${endpoint.pathname}${endpoint.search}`,
    plan,
  }
}
