/**
 * The messages of a topic that wait for their time, the next first; or those that Kafka has refused.
 * Takes a topic, a count and where to go on. Gives items and where to go on after them.
 * Bounds: `limitMax` items, `candidatesMax` messages kept while looking, `lookMs` for one answer; beyond them
 * `isComplete` is false, and messages may be missing.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import {
  readScheduleRecord,
  scheduleId,
  type ScheduleFacts,
  type ScheduleMark,
} from '@iris/common/schedule/schedule-record'
import type { Clock } from '@iris/common/time/clock'
import { existingTopic } from '../store/existing.js'
import type { TopicStore } from '../store/ports.js'
import type { KafkaSchedule, ScheduleStretch } from './schedule-ports.js'
import {
  afterMark,
  isOver,
  itemOf,
  scheduledItem,
  waiting,
  type Fate,
  type ScheduledItem,
} from './scheduled-json.js'

export interface ScheduleParts {
  readonly store: Pick<TopicStore, 'topic'>
  readonly schedule: KafkaSchedule
  readonly clock: Clock
}

export interface ScheduledQuery {
  readonly topic: TopicName
  readonly limit: string | null
  readonly after: string | null
  /** `refused`, or null for what is not over. */
  readonly state: string | null
}

export const scheduledPage = z.object({
  items: z.array(scheduledItem),
  isComplete: z.boolean().describe('Whether all that waits was looked at'),
  next: z.string().optional().describe('The `after` of the next page; absent on the last'),
})
export type ScheduledPage = ValueOf<typeof scheduledPage>

export const limitMax = 100
const candidatesMax = 100_000
const lookMs = 10_000

/** Tells the messages of a topic from others. */
export type IsMeant = (message: ScheduleFacts) => boolean

/** Refuses an unknown topic. One that was made again does not have the messages of the former one. */
export async function messagesOf({ store }: ScheduleParts, topic: TopicName): Promise<IsMeant> {
  const stored = await existingTopic(store, topic)
  const { createdAtMs } = stored.value
  return message =>
    message.topic === topic && (message.topicCreatedMs === 0 || message.topicCreatedMs === createdAtMs)
}

/** A message that waits, as far as a list needs it. */
interface Candidate {
  readonly partition: number
  readonly offset: number
  readonly dueMs: number
  fate: Fate
}

/** Lists them. */
export async function listScheduled(parts: ScheduleParts, query: ScheduledQuery): Promise<ScheduledPage> {
  const limit = limitOf(query.limit)
  const after = query.after === null ? null : candidateOf(query.after)
  const isListed = listedBy(query.state)
  const isMeant = await messagesOf(parts, query.topic)
  const untilMs = parts.clock.monotonic() + lookMs
  const found: Candidate[] = []
  let isComplete = true
  // What was refused is over, and may lie where nothing counts any more.
  const isOfAll = query.state !== null
  const stretches = await (isOfAll ? parts.schedule.wholes() : parts.schedule.stretches())
  for (const stretch of stretches) {
    const looked = await lookThrough(parts.schedule, stretch, { isMeant, isListed, untilMs })
    isComplete &&= looked.isWhole
    found.push(...[...looked.candidates].filter(each => isListed(each.fate)))
  }
  const following = found.sort(inOrder).filter(each => after === null || inOrder(each, after) > 0)
  const page = following.slice(0, limit)
  const items = await Promise.all(page.map(each => read(parts.schedule, each, untilMs)))
  const last = page.at(-1)
  return {
    items: items.filter(item => item !== null),
    isComplete,
    ...(last === undefined || following.length <= limit ? {} : { next: tokenOf(last) }),
  }
}

interface Look {
  readonly isMeant: IsMeant
  readonly isListed: (fate: Fate) => boolean
  readonly untilMs: number
}

async function lookThrough(
  schedule: KafkaSchedule,
  stretch: ScheduleStretch,
  { isMeant, isListed, untilMs }: Look,
): Promise<{ readonly candidates: Iterable<Candidate>; readonly isWhole: boolean }> {
  const candidates = new Map<number, Candidate>()
  let isFull = false
  const visit = (entry: LogEntry): boolean => {
    const record = readScheduleRecord(entry)
    if (record === null) return false
    if (record.mark !== null) apply(candidates, record.mark, isListed)
    else if (isMeant(record.message)) {
      isFull = candidates.size >= candidatesMax
      const { partition, offset } = entry
      if (!isFull) candidates.set(offset, { partition, offset, dueMs: record.message.dueMs, fate: waiting })
    }
    return false
  }
  const isRead = await schedule.scan(stretch, untilMs, visit)
  return { candidates: candidates.values(), isWhole: isRead && !isFull }
}

function apply(
  candidates: Map<number, Candidate>,
  mark: ScheduleMark,
  isListed: (fate: Fate) => boolean,
): void {
  const change = (candidate: Candidate | undefined): void => {
    if (candidate === undefined) return
    candidate.fate = afterMark(candidate.fate, mark)
    if (isOver(candidate.fate) && !isListed(candidate.fate)) candidates.delete(candidate.offset)
  }
  for (const { first, last } of mark.ranges) {
    if (last - first < candidates.size)
      for (let offset = first; offset <= last; offset++) change(candidates.get(offset))
    else
      for (const each of [...candidates.values()])
        if (each.offset >= first && each.offset <= last) change(each)
  }
}

async function read(
  schedule: KafkaSchedule,
  { partition, offset, dueMs, fate }: Candidate,
  untilMs: number,
): Promise<ScheduledItem | null> {
  let item: ScheduledItem | null = null
  await schedule.scan({ partition, first: offset, next: offset + 1 }, untilMs, entry => {
    item = itemOf(entry, dueMs, fate)
    return true
  })
  return item
}

type Place = Pick<Candidate, 'partition' | 'offset' | 'dueMs'>

function inOrder(one: Place, other: Place): number {
  return one.dueMs - other.dueMs || one.partition - other.partition || one.offset - other.offset
}

function tokenOf({ dueMs, partition, offset }: Place): string {
  return `${dueMs}-${scheduleId(partition, offset)}`
}

function candidateOf(token: string): Place {
  const match = /^(\d{1,15})-(\d{1,6})-(\d{1,15})$/.exec(token)
  if (match === null)
    throw refusal('VALIDATION_ERROR', { problem: 'after must be the next of an answer to the same list' })
  return { dueMs: Number(match[1]), partition: Number(match[2]), offset: Number(match[3]) }
}

function listedBy(state: string | null): (fate: Fate) => boolean {
  if (state === null) return fate => !isOver(fate)
  if (state === 'refused') return fate => fate.state === 'refused'
  throw refusal('VALIDATION_ERROR', { problem: 'state must be refused; leave it out for what waits' })
}

function limitOf(text: string | null): number {
  if (text === null) return limitMax
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= limitMax) return limit
  throw refusal('VALIDATION_ERROR', { problem: `limit must be a number from 1 to ${limitMax}` })
}
