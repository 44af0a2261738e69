/**
 * The trace topic, searched backwards from the newest event.
 * Takes what is looked for, a time window and where an earlier answer ended. Gives events, message by
 * message, and where to go on when a bound cut the search. Promises: says honestly whether all was looked at.
 * Bounds: `searchesMax` at a time, `searchMs`, `lookedAtMax` events looked at and `foundMax` found.
 */
import { indexOfKey } from '@iris/common/kafka/partitioner'
import type { Clock } from '@iris/common/time/clock'
import { decodeTraceEvent, keyHash, type TraceEvent } from '@iris/common/trace/event'
import { createGate } from '../gate.js'
import type { KafkaRecord, KafkaSearch, OffsetRange } from '../store/kafka-ports.js'
import { readPlace, writePlace, type SearchPlace } from './search-place.js'

/** What is looked for. */
export type TraceSubject = { readonly messageId: string } | { readonly key: string }

export interface TraceQuery {
  readonly topic: string
  readonly subject: TraceSubject
  /** Milliseconds since the epoch; null for no bound. */
  readonly fromMs: number | null
  readonly toMs: number | null
  /** The `next` of an earlier answer, or null. */
  readonly after: string | null
}

export interface TracePage {
  readonly events: readonly TraceEvent[]
  /** Whether all that Kafka keeps was looked at, by this answer and those before it. */
  readonly complete: boolean
  /** Where to go on; absent when complete. */
  readonly next?: string
}

export interface TraceLog {
  search(query: TraceQuery): Promise<TracePage>
}

export interface TraceLogParts {
  readonly clock: Clock
  readonly kafka: KafkaSearch
  /** The trace topic. */
  readonly kafkaTopic: string
}

export const searchesMax = 4
export const searchMs = 4_000
const lookedAtMax = 1_000_000
const foundMax = 1_000
/** Events of one step backwards; memory and the time between looks at the clock follow from it. */
export const stepEvents = 5_000

/** Makes the reader of traces. */
export function createTraceLog(parts: TraceLogParts): TraceLog {
  const { clock, kafka, kafkaTopic } = parts
  const gate = createGate(searchesMax, 'searches of traces')

  const search = async (query: TraceQuery): Promise<TracePage> => {
    const all = await kafka.partitions(kafkaTopic)
    if (all === null) return { events: [], complete: true }
    const partitions = partitionsOf(query.subject, all)
    const place = query.after === null ? null : readPlace(query.after)
    const open = place === null ? partitions : partitions.filter(each => place.has(each))
    const ranges = await kafka.ranges(kafkaTopic, open, query)
    const deadlineMs = clock.monotonic() + searchMs
    const wants = wanted(query.subject)
    const searched = await Promise.all(
      open.map((partition, index) => {
        const { first, next } = ranges[index] ?? { first: 0, next: 0 }
        const range = { first, next: Math.min(next, place?.get(partition) ?? next) }
        return backwards(partition, range, { wants, deadlineMs, share: open.length })
      }),
    )
    const events = inOrder(
      searched.flatMap(({ records }) => records.flatMap(record => eventOf(record, query))),
    )
    const left: SearchPlace = new Map(
      searched.flatMap(({ partition, before }) => (before === null ? [] : [[partition, before]])),
    )
    return left.size === 0 ? { events, complete: true } : { events, complete: false, next: writePlace(left) }
  }

  /** Gives the found records, and the offset before which nothing was looked at, or null. */
  const backwards = async (
    partition: number,
    range: OffsetRange,
    bounds: { wants: (record: KafkaRecord) => boolean; deadlineMs: number; share: number },
  ): Promise<{ partition: number; records: readonly KafkaRecord[]; before: number | null }> => {
    const steps: (readonly KafkaRecord[])[] = []
    let foundCount = 0
    let before = range.next
    const isOver = (): boolean =>
      clock.monotonic() >= bounds.deadlineMs ||
      range.next - before >= lookedAtMax / bounds.share ||
      foundCount >= foundMax / bounds.share
    // At least one step: who goes on where an answer ended must come to an end.
    do {
      const step = { first: Math.max(range.first, before - stepEvents), next: before }
      if (step.first >= step.next) return { partition, records: steps.reverse().flat(), before: null }
      const found = await kafka.find(kafkaTopic, partition, step, bounds.wants)
      steps.push(found)
      foundCount += found.length
      before = step.first
    } while (!isOver())
    return { partition, records: steps.reverse().flat(), before: before > range.first ? before : null }
  }

  return { search: query => gate(() => search(query)) }
}

/** All events of a message lie in one partition; those of a key lie everywhere. */
function partitionsOf(subject: TraceSubject, all: readonly number[]): readonly number[] {
  if ('key' in subject) return all
  const home = all[indexOfKey(Buffer.from(subject.messageId), all.length)]
  return home === undefined ? [] : [home]
}

/** Whether a record may be meant, told from its bytes: most are not, and none is parsed for nothing. */
function wanted(subject: TraceSubject): (record: KafkaRecord) => boolean {
  if ('messageId' in subject) {
    const id = Buffer.from(subject.messageId)
    return ({ key }) => key?.equals(id) === true
  }
  const marks = hashesOf(subject.key).map(hash => Buffer.from(`"keyHash":"${hash}"`))
  return ({ value }) => value !== null && marks.some(mark => value.includes(mark))
}

/** Publishers write a key into their header in UTF-8 or, as browsers do, in Latin-1. */
function hashesOf(key: string): readonly string[] {
  return [keyHash(Buffer.from(key, 'utf8')), keyHash(Buffer.from(key, 'latin1'))]
}

function eventOf({ value }: KafkaRecord, { topic, fromMs, toMs }: TraceQuery): TraceEvent[] {
  const event = value === null ? null : decodeTraceEvent(value)
  if (event === null || event.topicName !== topic) return []
  const isInTime = event.timestamp >= (fromMs ?? -Infinity) && event.timestamp < (toMs ?? Infinity)
  return isInTime ? [event] : []
}

/**
 * Message by message in order of their first events; of each, publishing before delivery, since a consumer
 * may read a message before its frontend has heard that Kafka has it, and clocks differ.
 */
function inOrder(events: readonly TraceEvent[]): TraceEvent[] {
  const firstMs = new Map<string, number>()
  for (const { messageId, timestamp } of events)
    firstMs.set(messageId, Math.min(timestamp, firstMs.get(messageId) ?? Infinity))
  const startOf = ({ messageId }: TraceEvent): number => firstMs.get(messageId) ?? 0
  return [...events].sort(
    (one, other) =>
      startOf(one) - startOf(other) ||
      (one.messageId < other.messageId ? -1 : Number(one.messageId > other.messageId)) ||
      Number(one.kind === 'sent') - Number(other.kind === 'sent') ||
      one.timestamp - other.timestamp,
  )
}
