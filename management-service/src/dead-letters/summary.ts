/**
 * How many dead letters there are, and why.
 * Takes names and a filter. Gives counts by class, by status and by reason. Bounds: `reasonsMax` reasons, the
 * time that one answer may look; what is cut says so and where to go on.
 */
import { z } from 'zod'
import { causeOfLetter, type FailureCause } from '@iris/common/domain/failure-cause'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { everyLetter, letterMatcher, type LetterFilter } from '@iris/common/dead-letters/letter-filter'
import type { Selection } from '@iris/common/dead-letters/selection'
import { classOfLetter, readDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import {
  openLetters,
  walkLetters,
  type DeadLetterParts,
  type LetterNames,
  type LetterPlace,
} from './open-letters.js'

const counts = z.record(z.string(), z.int())

/** Counts over the dead letters that were looked at. */
export const deadLetterSummary = z.object({
  total: z.int(),
  byClass: counts,
  byStatus: counts.describe('`none` where no answer came'),
  byCause: z
    .array(
      z.object({
        cause: z.string().describe('Why the last attempt failed: the parameter `cause` takes it'),
        count: z.int(),
        newest: z.int().describe('Time of death'),
      }),
    )
    .describe('The most frequent first'),
  byReason: z.array(z.object({ reason: z.string(), count: z.int() })).describe('The most frequent first'),
  otherReasons: z.int().describe('Those whose reason is not listed'),
  oldest: z.int().optional().describe('Time of death, milliseconds since the epoch'),
  newest: z.int().optional(),
  isComplete: z.boolean().describe('False when there are more below `next`'),
  next: z.string().optional(),
})
export type DeadLetterSummary = ValueOf<typeof deadLetterSummary>

export interface SummaryQuery extends LetterNames {
  readonly after: string | null
  readonly filter: LetterFilter
}

/** What is counted of one. */
interface Cause {
  readonly class: string
  readonly cause: FailureCause
  readonly status: string
  readonly reason: string
  readonly timeMs: number
}

const reasonsMax = 100
const windowFirst = 500

/** Counts those that fit a filter. */
export function summarizeDeadLetters(
  parts: DeadLetterParts,
  query: SummaryQuery,
): Promise<DeadLetterSummary> {
  const { after, filter } = query
  return countDeadLetters(parts, query, { after, fromMs: filter.fromMs, fits: letterMatcher(filter) })
}

/** Counts what a redrive or a purge of a selection would take. */
export function countSelected(
  parts: DeadLetterParts,
  names: LetterNames,
  selection: Selection,
  after: string | null,
): Promise<DeadLetterSummary> {
  const fromMs = selection.kind === 'filter' ? selection.filter.fromMs : null
  return countDeadLetters(parts, names, { after, fromMs, fits: fitsOf(selection) })
}

function fitsOf(selection: Selection): (entry: LogEntry) => boolean {
  if (selection.kind === 'ids') {
    const offsets = new Set(selection.offsets)
    return entry => offsets.has(entry.offset)
  }
  return letterMatcher(selection.kind === 'filter' ? selection.filter : everyLetter)
}

/** Counts dead letters by their causes. */
export async function countDeadLetters(
  parts: DeadLetterParts,
  names: LetterNames,
  wanted: LetterPlace & { fits(entry: LogEntry): boolean },
): Promise<DeadLetterSummary> {
  const opened = await openLetters(parts, names, wanted)
  const tally = createTally()
  if (opened === null) return tally.summary(null)
  const next = await walkLetters<Cause>(parts, opened, {
    windowFirst,
    pick: entry => (wanted.fits(entry) ? causeOf(entry) : null),
    bytesOf: () => 0,
    take(_offset, cause) {
      tally.add(cause)
      return true
    },
  })
  return tally.summary(next)
}

function causeOf(entry: LogEntry): Cause {
  const facts = readDeadLetterHeaders(name => entry.header(name))
  return {
    class: classOfLetter(facts),
    cause: causeOfLetter(facts),
    status: String(facts?.lastStatus ?? 'none'),
    reason: facts?.reason ?? '',
    timeMs: entry.timestampMs,
  }
}

function createTally(): { add(cause: Cause): void; summary(next: string | null): DeadLetterSummary } {
  const byClass = new Map<string, number>()
  const byStatus = new Map<string, number>()
  const byCause = new Map<FailureCause, { count: number; newest: number }>()
  const byReason = new Map<string, number>()
  let total = 0
  let otherReasons = 0
  let oldest = Infinity
  let newest = -Infinity
  const count = (counts: Map<string, number>, word: string): void =>
    void counts.set(word, (counts.get(word) ?? 0) + 1)

  return {
    add(cause) {
      total++
      count(byClass, cause.class)
      count(byStatus, cause.status)
      const known = byCause.get(cause.cause) ?? { count: 0, newest: cause.timeMs }
      const newestOfIt = Math.max(known.newest, cause.timeMs)
      byCause.set(cause.cause, { count: known.count + 1, newest: newestOfIt })
      if (byReason.size < reasonsMax || byReason.has(cause.reason)) count(byReason, cause.reason)
      else otherReasons++
      oldest = Math.min(oldest, cause.timeMs)
      newest = Math.max(newest, cause.timeMs)
    },
    summary: next => ({
      total,
      byClass: Object.fromEntries(byClass),
      byStatus: Object.fromEntries(byStatus),
      byCause: [...byCause]
        .map(([cause, counted]) => ({ cause, ...counted }))
        .sort((one, other) => other.count - one.count),
      byReason: [...byReason]
        .sort(([, one], [, other]) => other - one)
        .map(([reason, times]) => ({ reason, count: times })),
      otherReasons,
      ...(total === 0 ? {} : { oldest, newest }),
      isComplete: next === null,
      ...(next === null ? {} : { next }),
    }),
  }
}
