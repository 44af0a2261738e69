/**
 * The dead letters that a redrive is to send.
 * Takes the task and a stretch of the dead-letter topic. Gives which records of it to deliver, and how many
 * they are. Promises: what a marker closes, in the stretch or above it, is passed over; what stays is told
 * to the ledger. Bound: one bit an offset of the stretch.
 */
import { createClosedOffsets, type ClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import { everyLetter, letterMatcher } from '@iris/common/dead-letters/letter-filter'
import { readMarker } from '@iris/common/dead-letters/marker'
import { selectionOf } from '@iris/common/dead-letters/selection'
import { gatherMarkers, walkBack, type LetterLog } from '@iris/common/dead-letters/walk'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { RedriveTask } from '@iris/common/tasks/task'
import type { Ledger } from './ledger.js'
import { redriveEntry } from './redrive-entry.js'

const windowFirst = 1_000

/** Offsets: `to` is not part of it. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Whether a record is a letter that the task means, closed or not. */
export function lettersMeant({ spec }: RedriveTask): (entry: LogEntry) => boolean {
  const selection = selectionOf(spec.selection)
  if (selection.kind === 'ids') {
    const offsets = new Set(selection.offsets)
    return entry => offsets.has(entry.offset)
  }
  return letterMatcher(selection.kind === 'filter' ? selection.filter : everyLetter)
}

/** Reads what is closed in a stretch, and counts what is to be sent where `counts`. */
export async function examine(
  log: LetterLog,
  { from, to }: Stretch,
  isMeant: (entry: LogEntry) => boolean,
  counts: boolean,
): Promise<{ readonly closed: ClosedOffsets; readonly count: number }> {
  const closed = createClosedOffsets(from, to)
  let count = 0
  if (!counts) {
    await gatherMarkers(log, from, closed)
    return { closed, count }
  }
  await gatherMarkers(log, to, closed)
  await walkBack<true>(log, {
    ...{ closed, before: to, windowFirst },
    pick: entry => (entry.problem === null && isMeant(entry) ? true : null),
    bytesOf: () => 0,
    take: () => ++count > 0,
    mayGoOn: () => true,
  })
  return { closed, count }
}

/** Turns records into what is delivered of them; null for those to pass over. */
export function letterShaper(
  closed: ClosedOffsets,
  isMeant: (entry: LogEntry) => boolean,
  ledger: Pick<Ledger, 'kept'>,
): (entry: LogEntry) => LogEntry | null {
  return entry => {
    if (entry.problem === null && readMarker(entry) !== null) return null
    if (closed.has(entry.offset)) return null
    if (entry.problem === null && isMeant(entry)) return redriveEntry(entry)
    ledger.kept(entry.offset)
    return null
  }
}
