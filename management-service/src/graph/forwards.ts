// pure
/**
 * The topics that messages go on to by themselves.
 * Takes subscriptions. Gives which of them forward to a topic, and the way from one topic to another.
 */
import { forwardOf } from '@iris/common/domain/forward'
import { subscriptionId, type SubscriptionId, type TopicName } from '@iris/common/domain/names'
import type { Subscription } from '@iris/common/domain/subscription'

/** One subscription that forwards. */
export interface Forward {
  readonly id: SubscriptionId
  readonly from: TopicName
  readonly to: TopicName
}

/** Those of the subscriptions that forward. */
export function forwardsOf(subscriptions: readonly Subscription[]): readonly Forward[] {
  return subscriptions.flatMap(({ topicName: from, name, endpoint }) => {
    const forward = forwardOf(endpoint)
    return forward === null || 'problem' in forward
      ? []
      : [{ id: subscriptionId(from, name), from, to: forward.topic }]
  })
}

/** The topics on a shortest way from one to the other, both included; null where no way leads there. */
export function wayBetween(
  forwards: readonly Forward[],
  from: TopicName,
  to: TopicName,
): readonly TopicName[] | null {
  const ways = new Map<TopicName, readonly TopicName[]>([[from, [from]]])
  // What is put into the map meanwhile is walked too.
  for (const [topic, way] of ways) {
    if (topic === to) return way
    for (const forward of forwards)
      if (forward.from === topic && !ways.has(forward.to)) ways.set(forward.to, [...way, forward.to])
  }
  return null
}
