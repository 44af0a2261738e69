/**
 * The way of messages that are to be delivered later.
 * Takes publications whose origin says when. Gives them a place in the schedule topic instead of their own;
 * the topic is made at first need. Promises: acks=all whatever the topic says; a time in the past, or of
 * now, is no schedule at all; other messages cost two look-ups of a header.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import { schedulePartition } from '@iris/common/schedule/schedule-partition'
import { scheduleId, writeScheduleHeaders } from '@iris/common/schedule/schedule-record'
import type { KafkaRoute } from '../publish/kafka-route.js'
import type { SentHeaders } from '../publish/origin.js'
import type { Publication } from '../publish/publication.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { readDeliverHeaders } from './deliver-headers.js'
import type { ScheduledAnswer } from './scheduled-answer.js'

export interface Schedule {
  readonly route: KafkaRoute
  readonly kafkaTopic: string
  /** The time a message is scheduled for, 0 for at once, or why it is refused. */
  timeOf(sent: SentHeaders, topic: RoutedTopic, nowMs: number): number | HermesError
  /** Makes the record of a stamped publication one of the schedule topic. */
  redirect(publication: Publication, topic: RoutedTopic): void
  /** The partition, or -1 while the topic is not known. */
  partitionFor(publication: Publication): number
  /** Makes the topic, or finds it. */
  prepare(): Promise<void>
}

export interface ScheduleParts {
  readonly kafkaTopic: string
  readonly route: KafkaRoute
  /** Partitions of the topic, 0 while they are not known. */
  partitionCount(): number
  /** Makes the topic where it is not there, and tells the owners of its partitions. */
  ensureTopic(): Promise<void>
}

/** Makes the way. */
export function createSchedule(parts: ScheduleParts): Schedule {
  const { kafkaTopic, route } = parts
  let turn = 0
  return {
    ...{ route, kafkaTopic },
    timeOf({ headers }, topic, nowMs) {
      const at = headers['deliver-at']
      const after = headers['deliver-after']
      if (at === undefined && after === undefined) return 0
      const given = { at: textOf(at), after: textOf(after) }
      const atMs = readDeliverHeaders(given, nowMs, topic.delayLimit)
      return typeof atMs === 'number' && atMs <= nowMs ? 0 : atMs
    },
    redirect(publication, topic) {
      // A key's earlier try may have been for later than now.
      if (publication.scheduledMs === 0) publication.scheduledMs = publication.timestampMs
      const facts = {
        topic: topic.name,
        topicCreatedMs: topic.createdMs,
        dueMs: publication.scheduledMs,
        isTraced: topic.isTracked,
      }
      publication.topic = kafkaTopic
      publication.headers = [...publication.headers, ...writeScheduleHeaders(facts)]
    },
    partitionFor({ key, scheduledMs, timestampMs }) {
      const total = parts.partitionCount()
      if (total === 0) return -1
      if (key === null) turn = (turn + 1) % Number.MAX_SAFE_INTEGER
      return schedulePartition(total, { waitMs: scheduledMs - timestampMs, key, turn })
    },
    async prepare() {
      await parts.ensureTopic()
      await route.producer.prepare(kafkaTopic)
    },
  }
}

/** What a publisher hears of its place; null for a message that goes its way at once. */
export function scheduledAnswer(
  { scheduledMs }: Publication,
  { partition, offset }: { readonly partition: number; readonly offset: number },
): ScheduledAnswer | null {
  if (scheduledMs === 0) return null
  return { id: offset < 0 ? null : scheduleId(partition, offset), dueMs: scheduledMs }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
