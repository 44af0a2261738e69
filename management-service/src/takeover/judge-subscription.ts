// pure
/**
 * What becomes of one subscription of Hermes.
 * Takes its node and its topic. Gives the subscription where it can be read; findings go to the tally.
 */
import { credentialsIn, fillTemplate, parseEndpoint } from '@iris/common/domain/endpoint'
import { subscriptionId, type SubscriptionName } from '@iris/common/domain/names'
import { isUnreadable, readSubscriptionNode } from '@iris/common/domain/node-json'
import { subscriptionJson } from '@iris/common/domain/subscription-json'
import type { Subscription } from '@iris/common/domain/subscription'
import { unsupportedInSubscription } from '@iris/common/domain/supported'
import { compileTargets } from '@iris/common/domain/targets'
import type { Topic } from '@iris/common/domain/topic'
import { unknownMembers } from '@iris/common/domain/unknown-members'
import { compileFilters } from '@iris/common/filter/filters'
import { checkEndpointHost, type AllowedNetworks } from '@iris/common/http/address-guard'
import { closedVault } from '@iris/common/secrets/vault'
import type { Tally } from './tally.js'
import { childrenOf, jsonOf, type TreeNode } from './tree.js'

/** Names of the providers that can be read. */
export type Providers = ReadonlySet<string>

interface Place {
  readonly topic: Topic
  readonly name: string
  readonly node: TreeNode
}

interface Around {
  readonly providers: Providers
  readonly allowed: AllowedNetworks
  readonly tally: Tally
}

const ofSubscription = new Set(['metrics', 'undelivered', 'kafka_topics'])
const notStarted = 'It is not started before it is changed.'

/** Judges a subscription; null where its node cannot be read. */
export function judgeSubscription({ topic, name, node }: Place, around: Around): Subscription | null {
  const { tally } = around
  const names = { topic: topic.name, name: name as SubscriptionName }
  const place = `subscription ${subscriptionId(topic.name, names.name)}`
  const subscription = readSubscriptionNode(names, node, closedVault)
  if (isUnreadable(subscription)) {
    tally.attention(
      'unreadable',
      place,
      subscription.problem,
      'It is not delivered before its node is mended.',
    )
    return null
  }
  const json = jsonOf(node)
  if (json !== null) tally.unknown('subscriptions', unknownMembers(json, subscriptionJson(subscription)))
  for (const problem of unsupportedInSubscription(subscription))
    tally.attention('unsupported', place, problem, notStarted)
  judgeFilters(subscription, topic, place, tally)
  judgeEndpoint(subscription, place, around)
  judgeOAuth(subscription, place, around)
  if (subscription.deliveryType === 'BATCH') tally.count('BATCH subscriptions')
  if (subscription.state === 'PENDING') tally.count('PENDING subscriptions')
  judgeChildren(node, place, tally)
  return subscription
}

function judgeFilters(subscription: Subscription, topic: Topic, place: string, tally: Tally): void {
  const filters = compileFilters(subscription.filters, topic.contentType)
  if (filters !== null && 'problem' in filters) tally.attention('filter', place, filters.problem, notStarted)
}

function judgeEndpoint(subscription: Subscription, place: string, { allowed, tally }: Around): void {
  const endpoint = parseEndpoint(subscription.endpoint)
  if (endpoint?.scheme !== 'http' && endpoint?.scheme !== 'https') return
  tally.secret('passwords in endpoints', credentialsIn(subscription.endpoint)?.password ?? '')
  const filled = fillTemplate(endpoint.address, 'template')
  if (!URL.canParse(filled))
    return tally.attention('endpoint', place, 'its endpoint is no address', notStarted)
  const targets = compileTargets(endpoint.address, subscription.endpointAddressResolverMetadata)
  if ('problem' in targets)
    return tally.attention('endpoint', place, `its endpoint is refused: ${targets.problem}`, notStarted)
  const problem = checkEndpointHost(filled, allowed)
  if (problem !== null)
    tally.attention(
      ...(['address', place, `${problem}, which Iris does not call unless it is told to`] as const),
      'Name its network in delivery.allowedNetworks of consumers and management.',
    )
}

function judgeOAuth({ oAuthPolicy }: Subscription, place: string, { providers, tally }: Around): void {
  if (oAuthPolicy === null) return
  tally.secret('passwords of OAuth policies', oAuthPolicy.password ?? '')
  if (!providers.has(oAuthPolicy.providerName))
    tally.attention(
      ...(['provider', place, `there is no OAuth provider ${oAuthPolicy.providerName}`] as const),
      'Its deliveries wait until there is one.',
    )
}

function judgeChildren(node: TreeNode, place: string, tally: Tally): void {
  for (const [child] of childrenOf(node))
    if (!ofSubscription.has(child))
      tally.ignored('unknown-node', `${place}/${child}`, 'a node that Hermes does not have')
  for (const [kafkaTopic] of childrenOf(node, 'kafka_topics'))
    for (const [cluster] of childrenOf(node, 'kafka_topics', kafkaTopic, 'offset'))
      if (childrenOf(node, 'kafka_topics', kafkaTopic, 'offset', cluster).length > 0)
        tally.attention(
          ...([
            'retransmission',
            place,
            'a retransmission is not finished: offsets wait for its consumers',
          ] as const),
          'Let Hermes finish it, or Iris begins at those offsets.',
        )
}
