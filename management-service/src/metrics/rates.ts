// pure
/**
 * How fast things happen now, whoever measured it.
 * Gives rates a second by figure and name; none of a figure is 0, not known is null. As text they are
 * decimals, as Hermes' clients read them.
 */
import type { SubscriptionFigure, TopicFigure } from '@iris/common/metrics/figures'
import type { TopicName, SubscriptionName } from '@iris/common/domain/names'

/** Of topics also what their subscriptions got together. */
export type RateFigure = TopicFigure | SubscriptionFigure

/** Rates a second. */
export interface Rates {
  /** By `group.topic`, or `group.topic$subscription`. */
  of(id: string, figure: RateFigure): number | null
}

/** Who measures. Never rejects: a source that does not answer gives null for everything. */
export interface RateSource {
  /** Rates of topics; only those of one where one is named. */
  topics(only: TopicName | null): Promise<Rates>
  subscriptions(only: NamedSubscription | null): Promise<Rates>
}

export interface NamedSubscription {
  readonly topic: TopicName
  readonly name: SubscriptionName
}

/** Where nobody knows anything. */
export const noRates: Rates = { of: () => null }

/** The text of a rate. */
export function rateText(rate: number | null): string {
  if (rate === null) return 'unavailable'
  const rounded = Math.round(rate * 1000) / 1000
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded)
}
