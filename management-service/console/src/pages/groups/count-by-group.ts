// pure
/**
 * How many topics each group has.
 * Takes names of groups and of topics. Gives a row a group; a topic belongs to what stands before its
 * last dot.
 */

/** A group as its table shows it. */
export interface GroupRow {
  readonly name: string
  readonly topicCount: number
}

/** The rows, in the order of the groups. */
export function countByGroup(groups: readonly string[], topics: readonly string[]): readonly GroupRow[] {
  const counts = new Map<string, number>()
  for (const topic of topics) {
    const group = groupOf(topic)
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return groups.map(name => ({ name, topicCount: counts.get(name) ?? 0 }))
}

/** The group of a topic: `shop.eu` of `shop.eu.orders`. */
export function groupOf(topic: string): string {
  return topic.slice(0, Math.max(0, topic.lastIndexOf('.')))
}
