/**
 * The subscriptions that are not well, of all or of some.
 * Takes whose, of which topics, with which names. Gives those with problems by Hermes' rules, told from rates
 * and lags. Promises: answers or refuses within `unhealthyMs`; the lag is asked only where a topic's rate
 * leaves it in question. What is not known is no problem.
 */
import type { Subscription } from '@iris/common/domain/subscription'
import { subscriptionId } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { DeadlineExceeded, withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Catalog } from '../catalog/catalog.js'
import type { NamedSubscription, RateFigure, Rates, RateSource } from '../metrics/rates.js'
import { isOwnerSource } from '../owners/owner-sources.js'
import { forEachOf } from '../store/bounded-reads.js'
import { judge, type SubscriptionHealth } from './health.js'

export interface UnhealthyParts {
  readonly catalog: Catalog
  readonly rates: RateSource
  lag(subscription: NamedSubscription): Promise<number | null>
  readonly scheduler: Scheduler
}

/** Which subscriptions are looked at; null and empty mean all. */
export interface UnhealthyFilter {
  readonly ownerSource: string | null
  readonly ownerId: string | null
  /** Whether those that nobody wants to be woken for are left out. */
  readonly respectsSeverity: boolean
  readonly names: readonly string[]
  readonly topics: readonly string[]
}

/** One that is not well. */
export interface UnhealthySubscription {
  readonly name: string
  readonly topicName: string
  readonly severity: string
  readonly problems: SubscriptionHealth['problems']
}

/** Hermes' `subscription-health.timeoutMillis`. */
export const unhealthyMs = 8_000

const outcomeFigures: Readonly<Record<string, RateFigure>> = {
  '2xx': 'codes2xx',
  '3xx': 'codes3xx',
  '4xx': 'codes4xx',
  '5xx': 'codes5xx',
  timeout: 'timeouts',
  error: 'otherErrors',
}
const minuteS = 60

/** Looks at them. */
export async function listUnhealthy(
  parts: UnhealthyParts,
  filter: UnhealthyFilter,
): Promise<readonly UnhealthySubscription[]> {
  const { ownerSource, ownerId } = filter
  if (ownerSource !== null && ownerId !== null && !isOwnerSource(ownerSource))
    throw refusal('OWNER_NOT_FOUND', { id: ownerId, source: ownerSource })
  try {
    return await withDeadline(
      parts.scheduler,
      unhealthyMs,
      'the health of subscriptions',
      look(parts, filter),
    )
  } catch (error) {
    if (error instanceof DeadlineExceeded) throw new HermesError('OTHER', error.message, 500)
    throw error
  }
}

/** As lines of text. */
export function unhealthyText(all: readonly UnhealthySubscription[]): string {
  return all
    .map(({ name, problems }) => `${name} - ${problems.map(each => each.description).join('; ')}`)
    .join('\r\n')
}

async function look(parts: UnhealthyParts, filter: UnhealthyFilter): Promise<UnhealthySubscription[]> {
  const { subscriptions } = await parts.catalog.view()
  const meant = subscriptions.filter(each => isMeant(filter, each) && each.state !== 'SUSPENDED')
  const [topicRates, rates] = await Promise.all([parts.rates.topics(null), parts.rates.subscriptions(null)])
  const judged = await forEachOf(meant, async (subscription): Promise<UnhealthySubscription | null> => {
    const { name, topicName: topic, monitoringDetails } = subscription
    const publishedPerS = topicRates.of(topic, 'requests')
    const outcomes = outcomesOf(rates, subscriptionId(topic, name))
    if (publishedPerS === null || outcomes === null) return null
    const attempts = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
    const lag = publishedPerS === 0 ? null : await parts.lag({ topic, name })
    const { problems } = judge(subscription, { lag, publishedPerS, attempts, outcomes })
    return problems.length === 0
      ? null
      : { name, topicName: topic, severity: monitoringDetails.severity ?? 'NON_IMPORTANT', problems }
  })
  return judged.filter(each => each !== null)
}

function isMeant(
  filter: UnhealthyFilter,
  { name, topicName, owner, monitoringDetails }: Subscription,
): boolean {
  const { ownerSource, ownerId, respectsSeverity, names, topics } = filter
  if (ownerSource !== null && ownerId !== null && (owner.source !== ownerSource || owner.id !== ownerId))
    return false
  if (respectsSeverity && monitoringDetails.severity === 'NON_IMPORTANT') return false
  return (names.length === 0 || names.includes(name)) && (topics.length === 0 || topics.includes(topicName))
}

/** Attempts of the last minute by how they ended; null where the rates are not known. */
function outcomesOf(rates: Rates, id: string): ReadonlyMap<string, number> | null {
  const outcomes = new Map<string, number>()
  for (const [outcome, figure] of Object.entries(outcomeFigures)) {
    const rate = rates.of(id, figure)
    if (rate === null) return null
    outcomes.set(outcome, Math.round(rate * minuteS))
  }
  return outcomes
}
