// pure
/**
 * Names for who types a part of one: groups, topics and subscriptions.
 * Takes all definitions and words. Gives the best names that hold every word, whatever its case: what begins
 * with the first word first, then the shorter one; a subscription is also found by its topic.
 * Bound: one look at each name, `limit` names kept.
 */
import { z } from 'zod'
import type { CatalogView } from '../catalog/catalog.js'

/** The most names of an answer. */
export const namesMax = 100
export const namesDefault = 12
/** Further words are not looked at. */
const wordsMax = 8

export const foundName = z.object({
  kind: z.enum(['GROUP', 'TOPIC', 'SUBSCRIPTION']),
  name: z.string(),
  topicName: z.string().nullable().describe("A subscription's topic"),
})
export const foundNames = z.object({
  totalCount: z.int().describe('All that hold the words'),
  results: z.array(foundName),
})
export type FoundNames = z.infer<typeof foundNames>
type FoundName = z.infer<typeof foundName>

/** The names; no words find nothing. */
export function namesThatHold(view: CatalogView, text: string, limit: number): FoundNames {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
    .slice(0, wordsMax)
  const best = createBest<FoundName>(limit)
  const look = (found: FoundName, searched: string): void => {
    const lower = searched.toLowerCase()
    if (words.every(word => lower.includes(word)))
      best.add(found, [lower.startsWith(words[0] ?? '') ? 0 : 1, lower.length])
  }
  if (words.length > 0) {
    for (const name of view.groups) look({ kind: 'GROUP', name, topicName: null }, name)
    for (const { name } of view.topics) look({ kind: 'TOPIC', name, topicName: null }, name)
    for (const { name, topicName } of view.subscriptions)
      look({ kind: 'SUBSCRIPTION', name, topicName }, `${name} of ${topicName}`)
  }
  return { totalCount: best.count(), results: best.items() }
}

type Rank = readonly [tier: number, length: number]

interface Best<Item> {
  add(item: Item, rank: Rank): void
  /** All that were added. */
  count(): number
  items(): Item[]
}

/** Keeps the `max` items of the lowest rank; of equal ones what came first. */
function createBest<Item>(max: number): Best<Item> {
  const kept: { readonly item: Item; readonly rank: Rank }[] = []
  let count = 0
  return {
    add(item, rank) {
      count++
      const place = kept.findIndex(each => isBefore(rank, each.rank))
      if (place >= 0) kept.splice(place, 0, { item, rank })
      else if (kept.length < max) kept.push({ item, rank })
      if (kept.length > max) kept.pop()
    },
    count: () => count,
    items: () => kept.map(({ item }) => item),
  }
}

function isBefore(one: Rank, other: Rank): boolean {
  return one[0] === other[0] ? one[1] < other[1] : one[0] < other[0]
}
