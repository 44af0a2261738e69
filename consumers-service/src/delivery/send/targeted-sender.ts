/**
 * Deliveries to addresses that are found message by message.
 * Takes a letter. Gives a request to an address that the resolver names, and the letter the result.
 * Promises: an attempt without an address fails like one that could not connect.
 */
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { prepareHeaders, type HeaderLines } from './headers.js'
import { createResolver, type AddressResolver } from './resolver.js'
import type { SenderParts, SendingWay } from './sender.js'
import { TargetAttempt } from './target-attempt.js'
import { createTargetPool, type TargetPool } from './target-pool.js'

interface Prepared {
  readonly plan: SerialPlan
  readonly lines: HeaderLines
  readonly pool: TargetPool
  readonly resolver: AddressResolver
}

/** Makes the sender of a subscription whose targets are not one fixed endpoint. */
export function createTargetedSender(parts: SenderParts, firstPlan: SerialPlan): SendingWay {
  let prepared = prepare(parts, firstPlan, null)
  return {
    send: letter => send(prepared, letter),
    update(next) {
      prepared = prepare(parts, next, prepared)
    },
    retire() {
      prepared.pool.retire()
      prepared.resolver.stop()
    },
    stop() {
      prepared.pool.close()
      prepared.resolver.stop()
    },
  }
}

function send({ plan, lines, pool, resolver }: Prepared, letter: Letter): void {
  const { messageId, propagated, body } = letter.content
  letter.headers = lines.of(messageId, letter.attempts, propagated)
  letter.timeoutMs = plan.policy.requestTimeoutMs
  letter.socketTimeoutMs = plan.policy.socketTimeoutMs
  const attempt = new TargetAttempt(letter, result => letter.done(result))
  letter.sending = attempt
  resolver.resolve({ messageId, body }, resolution => {
    if ('problem' in resolution) return attempt.fail(resolution.problem, resolution.isOurFault)
    const [address] = resolution
    if (address === undefined) return attempt.fail('There is no target', false)
    letter.remoteHosts = new URL(address.origin).hostname
    attempt.send(address, pool.get(address.origin))
  })
}

function prepare(parts: SenderParts, plan: SerialPlan, former: Prepared | null): Prepared {
  const { targets, httpVersion, policy } = plan
  if (targets.kind === 'fixed') throw new Error('A fixed endpoint needs no resolver')
  const isSamePool =
    former !== null &&
    former.plan.httpVersion === httpVersion &&
    former.plan.policy.inflightMax === policy.inflightMax
  if (former !== null && !isSamePool) former.pool.retire()
  former?.resolver.stop()
  return {
    plan,
    lines: prepareHeaders(plan, parts),
    pool: isSamePool ? former.pool : createTargetPool(parts.client, policy.inflightMax, httpVersion),
    resolver: createResolver(targets, plan.endpointText),
  }
}
