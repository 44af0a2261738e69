/**
 * The dead letters of a subscription, newest first.
 * Takes names, a filter, a count and where to go on. Gives items and where to go on after them; a page may
 * be shorter than asked for, even empty, while there is more. Bounds: `limitMax` items, `answerBytesMax`
 * bytes of bodies (one item is always given), the time that one answer may look.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { letterMatcher, type LetterFilter } from '@iris/common/dead-letters/letter-filter'
import { refusal } from '@iris/common/errors/hermes-error'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { deadLetterItem, itemOf, type DeadLetterItem } from './letter-json.js'
import { openLetters, walkLetters, type DeadLetterParts, type LetterNames } from './open-letters.js'

/** What to list. */
export interface DeadLetterQuery extends LetterNames {
  readonly limit: string | null
  readonly after: string | null
  readonly filter: LetterFilter
}

export const deadLetterPage = z.object({
  items: z.array(deadLetterItem),
  next: z.string().optional().describe('The `after` of the next page; absent on the last'),
})
export type DeadLetterPage = ValueOf<typeof deadLetterPage>

export const limitMax = 100
const answerBytesMax = 8 * 1024 * 1024

/** Lists dead letters. */
export async function listDeadLetters(
  parts: DeadLetterParts,
  query: DeadLetterQuery,
): Promise<DeadLetterPage> {
  const limit = limitOf(query.limit)
  const opened = await openLetters(parts, query, { after: query.after, fromMs: query.filter.fromMs })
  if (opened === null) return { items: [] }
  const fits = letterMatcher(query.filter)
  const items: DeadLetterItem[] = []
  let bytes = 0
  const next = await walkLetters<LogEntry>(parts, opened, {
    windowFirst: limit,
    pick: entry => (fits(entry) ? entry.detach() : null),
    bytesOf: entry => entry.value?.length ?? 0,
    take(_offset, entry) {
      const item = itemOf(entry)
      items.push(item)
      bytes += item.body.length
      return items.length < limit && bytes < answerBytesMax
    },
  })
  return next === null ? { items } : { items, next }
}

/** Items of a page; as many as one may have where nothing is said. */
export function limitOf(text: string | null): number {
  if (text === null) return limitMax
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= limitMax) return limit
  throw refusal('VALIDATION_ERROR', { problem: `limit must be a number from 1 to ${limitMax}` })
}
