// pure
/**
 * Compact lists of all topics and all subscriptions, for pages that search and sort by themselves.
 * Takes what the services told lately. Gives what makes the row of a definition, about 250 bytes of JSON;
 * passwords of endpoints are masked.
 */
import { z } from 'zod'
import { maskEndpoint } from '@iris/common/domain/endpoint'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { subscriptionId } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'
import type { Topic } from '@iris/common/domain/topic'
import { circuits, type FiguresPage } from '@iris/common/metrics/figures'
import type { CatalogView } from '../catalog/catalog.js'
import type { SampledRates } from '../metrics/sampled-rates.js'
import { lagsOf, troublesOf } from './told.js'

const perS = z.number().nullable().describe('A second; null where nobody knows')

/** A topic. */
export const listedTopic = z.object({
  name: z.string(),
  owner: z.string().describe('Its id'),
  contentType: z.string(),
  subscriptions: z.int().describe('How many the caller may see'),
  publishRate: perS,
  deliveryRate: perS.describe('Of all its subscriptions together, a second'),
})

/** A subscription. */
export const listedSubscription = z.object({
  topicName: z.string(),
  name: z.string(),
  state: z.string(),
  owner: z.string().describe('Its id'),
  endpoint: z.string(),
  mode: z.string(),
  deliveryType: z.string(),
  deliveryRate: perS,
  failureRate: perS.describe('Attempts that failed, a second'),
  circuit: z.enum(circuits),
  lag: z.int().nullable().describe('Messages that wait, as far as consumers told'),
  trouble: z.string().nullable().describe('`cause` of `stuck` in the overview; null where it gets on'),
})

/** What the services told; null where nobody knows. */
export type ToldRound = { readonly rates: SampledRates; readonly pages: readonly FiguresPage[] } | null

/** The row of a topic of this view. */
export function topicRows(
  { subscriptions }: CatalogView,
  round: ToldRound,
): (topic: Topic) => ValueOf<typeof listedTopic> {
  const counts = new Map<string, number>()
  for (const { topicName } of subscriptions) counts.set(topicName, (counts.get(topicName) ?? 0) + 1)
  return ({ name, owner, contentType }) => ({
    ...{ name, owner: owner.id, contentType, subscriptions: counts.get(name) ?? 0 },
    publishRate: rateOf(round, name, 'published'),
    deliveryRate: rateOf(round, name, 'delivered'),
  })
}

/** The row of a subscription. */
export function subscriptionRows(
  round: ToldRound,
): (subscription: Subscription) => ValueOf<typeof listedSubscription> {
  const lags = lagsOf(round?.pages ?? [])
  const troubles = troublesOf(round?.pages ?? [])
  return each => {
    const { topicName, name, state, owner, endpoint, mode, deliveryType } = each
    const id = subscriptionId(topicName, name)
    const trouble = state === 'SUSPENDED' ? undefined : troubles.get(id)
    return {
      ...{ topicName, name, state, owner: owner.id, mode, deliveryType },
      endpoint: endpoint.includes('@') ? maskEndpoint(endpoint) : endpoint,
      deliveryRate: rateOf(round, id, 'delivered'),
      failureRate: rateOf(round, id, 'failures'),
      circuit: trouble?.circuit ?? 'closed',
      lag: round === null ? null : (lags.get(id) ?? 0),
      trouble: trouble?.cause ?? null,
    }
  }
}

function rateOf(round: ToldRound, id: string, figure: 'published' | 'delivered' | 'failures'): number | null {
  return round === null ? null : Math.round(round.rates.of(id, figure) * 1_000) / 1_000
}
