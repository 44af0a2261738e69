// pure
/**
 * A scheduled message as the API shows it.
 * Takes a record of the schedule topic and what became of it. Gives JSON; members without a value are left
 * out.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openEntry } from '@iris/common/kafka/open-entry'
import { scheduleId, type ScheduleMark } from '@iris/common/schedule/schedule-record'

const states = ['scheduled', 'delivering', 'delivered', 'cancelled', 'dropped', 'refused'] as const

/**
 * `scheduled` until its time, `delivering` from then until its topic has it; then `delivered`. `cancelled`
 * when it was taken back in time, `dropped` when its topic was removed, `refused` when Kafka will never take
 * it.
 */
export type ScheduledState = (typeof states)[number]

/** One line of a list. */
export const scheduledItem = z.object({
  id: z.string().describe('Place in the schedule topic: `partition-offset`'),
  messageId: z.string(),
  state: z.enum(states),
  reason: z.string().optional().describe('Why Kafka has refused it'),
  deliverAt: z.iso.datetime(),
  publishedAt: z.iso.datetime(),
  key: z.string().optional().describe('Base64'),
  bodyBytes: z.int(),
})

/** One message with its content. */
export const scheduledDetail = z.object({
  ...scheduledItem.shape,
  topicName: z.string(),
  body: z.string().describe('Base64'),
})

export type ScheduledItem = ValueOf<typeof scheduledItem>
export type ScheduledDetail = ValueOf<typeof scheduledDetail>

/** What became of one. `reason` is empty where there is nothing to say. */
export interface Fate {
  readonly state: ScheduledState
  readonly reason: string
}

export const waiting: Fate = { state: 'scheduled', reason: '' }

/** A line for the list. */
export function itemOf(entry: LogEntry, dueMs: number, { state, reason }: Fate): ScheduledItem {
  const { messageId, body } = openEntry(entry, ignored)
  return {
    id: scheduleId(entry.partition, entry.offset),
    messageId,
    state,
    ...(reason === '' ? {} : { reason }),
    deliverAt: new Date(dueMs).toISOString(),
    publishedAt: new Date(entry.timestampMs).toISOString(),
    ...(entry.key === null ? {} : { key: entry.key.toString('base64') }),
    bodyBytes: body.length,
  }
}

/** One with its content. */
export function detailOf(
  entry: LogEntry,
  { topic, dueMs }: { readonly topic: string; readonly dueMs: number },
  fate: Fate,
): ScheduledDetail {
  const { body } = openEntry(entry, ignored)
  return { ...itemOf(entry, dueMs, fate), topicName: topic, body: body.toString('base64') }
}

/** What a mark of the log makes of a message. What was taken cannot be taken back. */
export function afterMark(fate: Fate, { kind, reason }: Pick<ScheduleMark, 'kind' | 'reason'>): Fate {
  switch (kind) {
    case 'taken':
      return fate.state === 'scheduled' ? { state: 'delivering', reason } : fate
    case 'cancelled':
      return fate.state === 'scheduled' ? { state: 'cancelled', reason } : fate
    default:
      return fate.state === 'cancelled' ? fate : { state: kind, reason }
  }
}

/** Whether nothing more can become of it. */
export function isOver({ state }: Fate): boolean {
  return state !== 'scheduled' && state !== 'delivering'
}

function ignored(): void {
  // A header line that HTTP cannot carry is dropped at the delivery, and counted there.
}
