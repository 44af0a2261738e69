/**
 * The changes that were made, newest first.
 * Takes filters, a count and where to go on. Gives records and where to go on after them; a page may be
 * shorter than asked for, even empty, while there is more. Bounds: `limitMax` records, `answerBytesMax` bytes
 * of them (one is always given), `walkMs` of looking.
 */
import { z } from 'zod'
import { closedSpanMax, createClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import { walkBack } from '@iris/common/dead-letters/walk'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { timeOf } from '@iris/common/domain/time-text'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { limitOf } from '../dead-letters/list.js'
import type { AuditLog } from './audit-log.js'
import {
  auditActions,
  auditRecord,
  readAuditRecord,
  resourceKinds,
  type AuditRecord,
} from './audit-record.js'

export interface ListAuditParts {
  readonly clock: Clock
  readonly audit: Pick<AuditLog, 'open'>
}

/** Parameters of the query; null where one is not given. */
export interface AuditQuery {
  readonly user: string | null
  readonly kind: string | null
  readonly action: string | null
  /** A group, or a thing; what lies in a group or belongs to a topic is meant too. */
  readonly name: string | null
  readonly from: string | null
  readonly to: string | null
  readonly limit: string | null
  readonly after: string | null
}

export const auditPage = z.object({
  items: z.array(auditRecord.extend({ id: z.string().describe('Its offset') })),
  next: z.string().optional().describe('The `after` of the next page; absent on the last'),
})
export type AuditPage = ValueOf<typeof auditPage>

const walkMs = 5_000
const answerBytesMax = 8 * 1024 * 1024

/** Lists records. */
export async function listAudit({ clock, audit }: ListAuditParts, query: AuditQuery): Promise<AuditPage> {
  const limit = limitOf(query.limit)
  const fits = matcherOf(query)
  const fromMs = query.from === null ? null : timeOf('from', query.from)
  const stored = await audit.open(fromMs)
  if (stored === null) return { items: [] }
  const { first, log } = stored
  const before = Math.max(first, Math.min(stored.next, placeOf(query.after) ?? stored.next))
  const floor = Math.max(first, before - closedSpanMax)
  const untilMs = clock.monotonic() + walkMs
  const items: (AuditRecord & { id: string })[] = []
  let bytes = 0
  const position = await walkBack<{ readonly record: AuditRecord; readonly bytes: number }>(log, {
    closed: createClosedOffsets(floor, before),
    before,
    windowFirst: limit,
    pick(entry) {
      const record = entry.problem === null ? readAuditRecord(entry.value) : null
      if (record === null || !fits(record)) return null
      return { record, bytes: entry.value?.length ?? 0 }
    },
    bytesOf: item => item.bytes,
    take(offset, item) {
      items.push({ id: String(offset), ...item.record })
      bytes += item.bytes
      return items.length < limit && bytes < answerBytesMax
    },
    mayGoOn: () => clock.monotonic() < untilMs,
  })
  return position <= first ? { items } : { items, next: String(position) }
}

function matcherOf(query: AuditQuery): (record: AuditRecord) => boolean {
  const kind = wordOf('kind', query.kind, resourceKinds)
  const action = wordOf('action', query.action, auditActions)
  const toMs = query.to === null ? null : timeOf('to', query.to)
  const { user, name } = query
  return record =>
    (kind === null || record.kind === kind) &&
    (action === null || record.action === action) &&
    (user === null || record.user === user) &&
    (toMs === null || record.time < toMs) &&
    (name === null || isWithin(record.name, name))
}

/** The thing itself, what lies in a group, and what belongs to a topic. */
function isWithin(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}.`) || name.startsWith(`${wanted}$`)
}

function wordOf(name: string, word: string | null, words: readonly string[]): string | null {
  if (word === null || words.includes(word)) return word
  throw invalid(`${name} must be one of ${words.join(', ')}`)
}

function placeOf(after: string | null): number | null {
  if (after === null) return null
  if (/^\d{1,15}$/.test(after)) return Number(after)
  throw invalid('after must be the next of an answer, or the id of a record')
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
