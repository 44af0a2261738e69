/**
 * Deliveries of one subscription over HTTP, in the way that its targets call for.
 * Takes a letter. Gives it to the client as one request or several; the letter is told what came of it.
 * Promises: a changed plan holds from the next attempt on, whatever it changes; attempts under way end by the
 * plan they began with.
 */
import type { SerialPlan } from '../plan.js'
import { createPlainSender } from './plain-sender.js'
import type { Sender, SenderParts, SendingWay } from './sender.js'
import { createTargetedSender } from './targeted-sender.js'

/** Makes the sender of a subscription. */
export function createSender(parts: SenderParts, firstPlan: SerialPlan): Sender {
  let plan = firstPlan
  let way = wayFor(parts, plan)
  return {
    send: letter => way.send(letter),
    update(next) {
      if (kindOf(next) === kindOf(plan)) way.update(next)
      else {
        way.retire()
        way = wayFor(parts, next)
      }
      plan = next
    },
    stop: () => way.stop(),
  }
}

function wayFor(parts: SenderParts, plan: SerialPlan): SendingWay {
  switch (kindOf(plan)) {
    case 'plain':
      return createPlainSender(parts, plan)
    case 'targeted':
      return createTargetedSender(parts, plan)
    case 'forwarding':
      return createTargetedSender({ ...parts, client: parts.frontendClient }, plan)
  }
}

function kindOf({ targets, forwardsTo }: SerialPlan): 'plain' | 'targeted' | 'forwarding' {
  if (forwardsTo !== null) return 'forwarding'
  return targets.kind === 'fixed' ? 'plain' : 'targeted'
}
