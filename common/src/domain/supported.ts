// pure
/**
 * What Iris understands and stores, and does not do yet.
 * Takes a subscription. Gives a sentence for each feature it uses that is not built.
 * Management refuses such a thing at creation; consumers do not start one that they find in a taken-over
 * tree.
 */
import { hasTemplate, parseEndpoint } from './endpoint.js'
import { isForward } from './forward.js'
import type { Subscription } from './subscription.js'
import { readTargetForm } from './targets.js'

interface Missing {
  readonly feature: string
  isUsed(by: Subscription): boolean
}

const later = 'is not supported by this version of Iris yet'

const missingForSubscriptions: readonly Missing[] = [
  {
    feature: 'A template in the endpoint of BATCH delivery',
    isUsed: each => each.deliveryType === 'BATCH' && hasTemplate(each.endpoint),
  },
  {
    feature: 'BATCH delivery to several targets',
    isUsed: ({ deliveryType, endpointAddressResolverMetadata: metadata }) => {
      const form = readTargetForm(metadata)
      return deliveryType === 'BATCH' && 'kind' in form && form.kind !== 'endpoint'
    },
  },
  {
    feature: 'Delivery by other protocols than http and https',
    isUsed: ({ endpoint }) => !isHttp(endpoint) && !isForward(endpoint),
  },
  {
    feature: 'BATCH delivery to another topic',
    isUsed: each => each.deliveryType === 'BATCH' && isForward(each.endpoint),
  },
]

/** Why consumers cannot deliver this subscription; empty when they can. */
export function unsupportedInSubscription(subscription: Subscription): readonly string[] {
  const missing = missingForSubscriptions.filter(each => each.isUsed(subscription))
  return missing.map(each => `${each.feature} ${later}`)
}

function isHttp(endpoint: string): boolean {
  const scheme = parseEndpoint(endpoint)?.scheme
  return scheme === 'http' || scheme === 'https'
}
