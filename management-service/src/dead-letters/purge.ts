/**
 * Dead letters that nobody wants any more.
 * Takes a selection. All of them are removed from Kafka; some of them are closed by markers. Gives how many,
 * and where to go on when a filter had more to look at than one answer may. Promises: what died after the
 * question is untouched.
 */
import { letterMatcher, type LetterFilter } from '@iris/common/dead-letters/letter-filter'
import { rangesOf } from '@iris/common/dead-letters/marker'
import { selectionOf } from '@iris/common/dead-letters/selection'
import { patchOf } from '../requests.js'
import {
  kafkaTopicOf,
  openLetters,
  walkLetters,
  type DeadLetterParts,
  type LetterNames,
} from './open-letters.js'

/** What a purge did. */
export interface Purged {
  /** How many were closed; left out where all were removed, which nobody counts. */
  readonly purged?: number
  /** False when the same call with `after` set to `next` has more to do. */
  readonly isComplete: boolean
  readonly next?: string
}

const windowFirst = 500

/** Purges what the body selects. */
export async function purgeDeadLetters(
  parts: DeadLetterParts,
  names: LetterNames,
  request: { readonly body: unknown; readonly after: string | null },
): Promise<Purged> {
  const selection = selectionOf(patchOf(request.body))
  if (selection.kind === 'filter') return purgeFitting(parts, names, selection.filter, request.after)
  const kafkaTopic = await kafkaTopicOf(parts, names)
  const stored = await parts.letters.open(kafkaTopic, null)
  if (selection.kind === 'all') {
    if (stored !== null && stored.next > stored.first) await parts.letters.remove(kafkaTopic, stored.next)
    return { isComplete: true }
  }
  const offsets = selection.offsets.filter(
    offset => stored !== null && offset >= stored.first && offset < stored.next,
  )
  await parts.letters.close(kafkaTopic, rangesOf(offsets), 'purged')
  return { purged: offsets.length, isComplete: true }
}

async function purgeFitting(
  parts: DeadLetterParts,
  names: LetterNames,
  filter: LetterFilter,
  after: string | null,
): Promise<Purged> {
  const opened = await openLetters(parts, names, { after, fromMs: filter.fromMs })
  if (opened === null) return { purged: 0, isComplete: true }
  const fits = letterMatcher(filter)
  const offsets: number[] = []
  const next = await walkLetters<true>(parts, opened, {
    windowFirst,
    pick: entry => (fits(entry) ? true : null),
    bytesOf: () => 0,
    take: offset => offsets.push(offset) < offsetsMax,
  })
  await parts.letters.close(opened.kafkaTopic, rangesOf(offsets.reverse()), 'purged')
  return { purged: offsets.length, isComplete: next === null, ...(next === null ? {} : { next }) }
}

/** Letters that one call closes. */
const offsetsMax = 100_000
