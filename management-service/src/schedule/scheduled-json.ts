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
import { scheduleId, type MarkKind } from '@iris/common/schedule/schedule-record'

const states = ['scheduled', 'delivering', 'delivered', 'cancelled', 'dropped'] as const

/**
 * `scheduled` until its time, `delivering` from then until its topic has it; then `delivered`. `cancelled`
 * when it was taken back in time, `dropped` when its topic was removed.
 */
export type ScheduledState = (typeof states)[number]

/** One line of a list. */
export const scheduledItem = z.object({
  id: z.string().describe('Place in the schedule topic: `partition-offset`'),
  messageId: z.string(),
  state: z.enum(states),
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

/** A line for the list. */
export function itemOf(entry: LogEntry, dueMs: number, state: ScheduledState): ScheduledItem {
  const { messageId, body } = openEntry(entry, ignored)
  return {
    id: scheduleId(entry.partition, entry.offset),
    messageId,
    state,
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
  state: ScheduledState,
): ScheduledDetail {
  const { body } = openEntry(entry, ignored)
  return { ...itemOf(entry, dueMs, state), topicName: topic, body: body.toString('base64') }
}

/** What a mark of the log makes of a message. What was taken cannot be taken back. */
export function afterMark(state: ScheduledState, mark: MarkKind): ScheduledState {
  switch (mark) {
    case 'taken':
      return state === 'scheduled' ? 'delivering' : state
    case 'cancelled':
      return state === 'scheduled' ? 'cancelled' : state
    default:
      return state === 'cancelled' ? state : mark
  }
}

function ignored(): void {
  // A header line that HTTP cannot carry is dropped at the delivery, and counted there.
}
