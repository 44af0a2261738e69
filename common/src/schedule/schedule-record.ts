// pure
/**
 * The records of the schedule topic: messages that wait for their time, and marks that say what became of
 * them. A message keeps value, key and headers as they will be appended to its topic; ours come on top, and
 * its record's time is that of the publishing.
 * Takes facts and offsets. Gives header lines and values, and back; null for what nobody of ours wrote.
 */
import { rangesIn, rangesOf, writeMarkers, type OffsetRange } from '../dead-letters/marker.js'
import { readFacts, writeFacts } from '../kafka/fact-headers.js'

/** What a record says beside the message it holds. Times are wall time in milliseconds. */
export interface ScheduleFacts {
  /** Where it goes, as Iris names it. */
  readonly topic: string
  /** When that topic was made: another of the same name is not meant. */
  readonly topicCreatedMs: number
  readonly dueMs: number
  /** Whether what becomes of it is written down. */
  readonly isTraced: boolean
}

/**
 * - `taken`: its time has come, and it can no longer be cancelled.
 * - `delivered`: it was appended to its topic.
 * - `cancelled`: somebody took it back; counts only where it stands before `taken`.
 * - `dropped`: its topic was removed.
 * - `refused`: Kafka will never take it, such as for its size; the mark says why.
 */
export const markKinds = ['taken', 'delivered', 'cancelled', 'dropped', 'refused'] as const
export type MarkKind = (typeof markKinds)[number]

/** Offsets of the same partition, all below the mark itself. */
export interface ScheduleMark {
  readonly kind: MarkKind
  /** In a sentence; empty where there is nothing to say. */
  readonly reason: string
  readonly ranges: readonly OffsetRange[]
}

/** A mark to be written. */
export interface NewMark {
  readonly kind: MarkKind
  readonly reason?: string
  readonly offsets: readonly number[]
}

export type ScheduleRecord =
  | { readonly message: ScheduleFacts; readonly mark: null }
  | { readonly message: null; readonly mark: ScheduleMark }

/** All headers of ours begin so; no publisher can set one, its own become `h-…`. */
export const scheduleHeaderPrefix = 'Schedule-'

const factHeaders = {
  topic: 'Schedule-Topic',
  topicCreatedMs: 'Schedule-Topic-Created',
  dueMs: 'Schedule-Due',
  isTraced: 'Schedule-Traced',
} as const satisfies Readonly<Record<keyof ScheduleFacts, string>>
const markHeader = 'Schedule-Mark'
const reasonHeader = 'Schedule-Reason'
const reasonLengthMax = 500

/** What of a record is looked at. */
export interface RecordLike {
  readonly offset: number
  readonly value: Buffer | null
  header(name: string): Buffer | null
}

/** The header lines of a message that waits. */
export function writeScheduleHeaders(facts: ScheduleFacts): readonly (readonly [string, Buffer])[] {
  return writeFacts(factHeaders, { ...facts, isTraced: facts.isTraced ? 1 : 0 })
}

/** The records of a mark; more than one where the offsets lie far apart. A long reason is cut. */
export function writeMarks({ kind, reason = '', offsets }: NewMark): readonly {
  readonly value: Buffer
  readonly headers: readonly (readonly [string, Buffer])[]
}[] {
  const ascending = [...offsets].sort((one, other) => one - other)
  const headers: (readonly [string, Buffer])[] = [[markHeader, Buffer.from(kind)]]
  if (reason !== '') headers.push([reasonHeader, Buffer.from(reason.slice(0, reasonLengthMax))])
  return writeMarkers(rangesOf(ascending)).map(value => ({ value, headers }))
}

/** Reads a record by its last header of each name. */
export function readScheduleRecord(record: RecordLike): ScheduleRecord | null {
  const markText = record.header(markHeader)?.toString('utf8')
  if (markText !== undefined) {
    const kind = markKinds.find(each => each === markText)
    if (kind === undefined) return null
    const reason = record.header(reasonHeader)?.toString('utf8') ?? ''
    return { message: null, mark: { kind, reason, ranges: rangesIn(record) } }
  }
  const { text, number } = readFacts(factHeaders, name => record.header(name))
  const [topic, dueMs, topicCreatedMs] = [text('topic'), number('dueMs'), number('topicCreatedMs')]
  const isOurs = topic !== '' && dueMs >= 0 && topicCreatedMs >= 0 && record.value !== null
  if (!isOurs) return null
  return { message: { topic, topicCreatedMs, dueMs, isTraced: number('isTraced') === 1 }, mark: null }
}

/** The id of a scheduled message: its place. */
export function scheduleId(partition: number, offset: number): string {
  return `${partition}-${offset}`
}

/** The place of an id; null for a text that cannot be one. */
export function placeOfScheduleId(
  id: string,
): { readonly partition: number; readonly offset: number } | null {
  const match = /^(\d{1,6})-(\d{1,15})$/.exec(id)
  return match === null ? null : { partition: Number(match[1]), offset: Number(match[2]) }
}
