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
  const targets = new Map<TopicName, TopicName[]>()
  for (const forward of forwards) {
    const known = targets.get(forward.from)
    if (known === undefined) targets.set(forward.from, [forward.to])
    else known.push(forward.to)
  }
  const cameFrom: CameFrom = new Map([[from, null]])
  // What is put into the map meanwhile is walked too.
  for (const topic of cameFrom.keys()) {
    if (topic === to) return wayTo(cameFrom, topic)
    for (const next of targets.get(topic) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, topic)
  }
  return null
}

/** From which topic each was reached first; null where a search began. */
export type CameFrom = Map<TopicName, TopicName | null>

/** The way from where the search began. */
export function wayTo(cameFrom: CameFrom, topic: TopicName): readonly TopicName[] {
  const way: TopicName[] = []
  for (let each: TopicName | null = topic; each !== null; each = cameFrom.get(each) ?? null) way.push(each)
  return way.reverse()
}
