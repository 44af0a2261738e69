/**
 * One scheduled message: shown, or taken back.
 * Takes a topic and an id. Gives the message with its state, or the word that it was cancelled.
 * Promises: the answer of a cancel is true: the log orders its mark against the one that takes the message
 * for delivery, whoever writes that and whenever. Refuses what is not there with
 * `SCHEDULED_MESSAGE_NOT_EXISTS`, and what was taken before with `SCHEDULED_MESSAGE_DELIVERED`.
 */
import type { TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { placeOfScheduleId, readScheduleRecord } from '@iris/common/schedule/schedule-record'
import { messagesOf, type ScheduleParts } from './list-scheduled.js'
import type { ScheduleStretch } from './schedule-ports.js'
import { afterMark, detailOf, isOver, waiting, type Fate, type ScheduledDetail } from './scheduled-json.js'

/** Which message. */
export interface ScheduledName {
  readonly topic: TopicName
  readonly id: string
}

interface Found {
  readonly entry: LogEntry
  readonly topic: string
  readonly dueMs: number
  /** The partition it lies in, as far as it was written. */
  readonly stretch: ScheduleStretch
}

const lookMs = 10_000
/** The clock of who takes messages may be set back between the decision and the mark. */
const clockSlackMs = 60_000

/** Shows one. */
export async function showScheduled(parts: ScheduleParts, name: ScheduledName): Promise<ScheduledDetail> {
  const found = await find(parts, name)
  const { entry, stretch } = found
  return detailOf(entry, found, await fateWithin(parts, entry, { ...stretch, first: entry.offset + 1 }))
}

/** Takes one back. Doing so twice does it once. */
export async function cancelScheduled(
  parts: ScheduleParts,
  name: ScheduledName,
): Promise<{ readonly id: string; readonly state: 'cancelled' }> {
  const { entry, dueMs } = await find(parts, name)
  const { partition, offset } = entry
  const next = await parts.schedule.cancel(partition, offset)
  // It is taken at its time and not before, so that only the log since then needs to be looked through.
  const since = await parts.schedule.offsetAt(partition, dueMs - clockSlackMs)
  const late = { partition, first: Math.max(offset + 1, since), next }
  const isTaken = isHandedOver(await fateWithin(parts, entry, late))
  // Unless it was cancelled before that already: then whoever took it has found out, and it was not sent.
  if (isTaken && isHandedOver(await fateWithin(parts, entry, { ...late, first: offset + 1 })))
    throw refusal('SCHEDULED_MESSAGE_DELIVERED', { id: name.id, topic: name.topic })
  return { id: name.id, state: 'cancelled' }
}

function isHandedOver({ state }: Fate): boolean {
  return state !== 'scheduled' && state !== 'cancelled'
}

async function find(parts: ScheduleParts, { topic, id }: ScheduledName): Promise<Found> {
  const { schedule, clock } = parts
  const isMeant = await messagesOf(parts, topic)
  const missing = refusal('SCHEDULED_MESSAGE_NOT_EXISTS', { id, topic })
  const place = placeOfScheduleId(id)
  const stretch = place === null ? null : await schedule.whole(place.partition)
  if (place === null || stretch === null) throw missing
  const { partition, offset } = place
  if (offset < stretch.first || offset >= stretch.next) throw missing
  const entries: LogEntry[] = []
  await schedule.scan({ partition, first: offset, next: offset + 1 }, clock.monotonic() + lookMs, entry =>
    Boolean(entries.push(entry.detach())),
  )
  const [entry] = entries
  const message = entry === undefined ? null : (readScheduleRecord(entry)?.message ?? null)
  if (entry === undefined || message === null || !isMeant(message)) throw missing
  return { entry, topic, dueMs: message.dueMs, stretch }
}

/** What the marks in a stretch make of the message. */
async function fateWithin(
  { schedule, clock }: ScheduleParts,
  { partition, offset }: LogEntry,
  stretch: ScheduleStretch,
): Promise<Fate> {
  let fate = waiting
  const isRead = await schedule.scan(stretch, clock.monotonic() + lookMs, entry => {
    const mark = readScheduleRecord(entry)?.mark
    const isMeant = mark?.ranges.some(({ first, last }) => offset >= first && offset <= last) === true
    if (isMeant) fate = afterMark(fate, mark)
    return isOver(fate)
  })
  if (!isRead) throw tooMuch(partition)
  return fate
}

function tooMuch(partition: number): HermesError {
  const problem =
    `Partition ${partition} of the schedule topic is so long that looking through it took more than ` +
    `${lookMs} ms; what became of the message is not known`
  return new HermesError('BROKERS_CLUSTER_COMMUNICATION_EXCEPTION', problem)
}
