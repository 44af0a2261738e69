import { describe, expect, it } from 'vitest'
import { indexOfKey } from '@iris/common/kafka/partitioner'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { encodeTraceEvent, keyHash, type TraceEvent } from '@iris/common/trace/event'
import type { KafkaRecord, KafkaSearch, OffsetRange } from '../store/kafka-ports.js'
import {
  createTraceLog,
  searchesMax,
  searchMs,
  stepEvents,
  type TraceLog,
  type TraceQuery,
} from './trace-log.js'

const partitionCount = 3
const homeOf = (messageId: string): number => indexOfKey(Buffer.from(messageId), partitionCount)

const event = (messageId: string, timestamp: number, more: Partial<TraceEvent> = {}): TraceEvent =>
  ({
    ...{ kind: 'published', messageId, timestamp, topicName: 'g.t', status: 'SUCCESS' },
    ...{ cluster: 'primary-dc', hostname: 'here', ...more },
  }) as TraceEvent

/** A trace topic whose partitions hold these events at these offsets; all other offsets are noise. */
function setUp(at: readonly { offset: number; event: TraceEvent }[], next = 100) {
  const time = createVirtualTime()
  const looked: [number, OffsetRange][] = []
  const kafka: KafkaSearch & { exists: boolean; stepMs: number; first: number } = {
    exists: true,
    stepMs: 0,
    first: 0,
    partitions: () => Promise.resolve(kafka.exists ? [0, 1, 2] : null),
    ranges: (_topic, partitions) => Promise.resolve(partitions.map(() => ({ first: kafka.first, next }))),
    async find(_topic, partition, range, wants) {
      looked.push([partition, range])
      await time.advance(kafka.stepMs)
      return at
        .filter(each => homeOf(each.event.messageId) === partition)
        .filter(({ offset }) => offset >= range.first && offset < range.next)
        .map(({ offset, event: value }) => recordOf(partition, offset, value))
        .filter(wants)
    },
  }
  const log = createTraceLog({ clock: time, kafka, kafkaTopic: 'iris_traces' })
  return { kafka, looked, log }
}

function recordOf(partition: number, offset: number, value: TraceEvent): KafkaRecord {
  const key = Buffer.from(value.messageId)
  return {
    ...{ partition, offset, timestampMs: 0, key, value: encodeTraceEvent(value) },
    header: () => null,
  }
}

const query = (subject: TraceQuery['subject'], more: Partial<TraceQuery> = {}): TraceQuery => ({
  ...{ topic: 'g.t', subject, fromMs: null, toMs: null, after: null },
  ...more,
})
const timesOf = async (log: TraceLog, asked: TraceQuery): Promise<number[]> =>
  (await log.search(asked)).events.map(({ timestamp }) => timestamp)

describe('the trace log', () => {
  it('looks for an id in its home partition only, and gives its events in order of time', async () => {
    const { log, looked } = setUp([
      { offset: 9, event: event('a', 30) },
      { offset: 4, event: event('a', 10) },
      { offset: 5, event: event('b', 20) },
    ])

    expect(await timesOf(log, query({ messageId: 'a' }))).toEqual([10, 30])
    expect(new Set(looked.map(([partition]) => partition))).toEqual(new Set([homeOf('a')]))
    expect(await timesOf(log, query({ messageId: 'unknown' }))).toEqual([])
  })

  it('looks for a key in all partitions, however its publisher encoded it', async () => {
    const [utf8, latin1] = [keyHash(Buffer.from('ü')), keyHash(Buffer.from('ü', 'latin1'))]
    const { log } = setUp([
      { offset: 1, event: event('a', 10, { keyHash: utf8 }) },
      { offset: 1, event: event('b', 20, { keyHash: latin1 }) },
      { offset: 1, event: event('c', 30, { keyHash: keyHash(Buffer.from('u')) }) },
    ])

    expect(await timesOf(log, query({ key: 'ü' }))).toEqual([10, 20])
  })

  it('tells message by message, publishing before delivery whatever the clocks say', async () => {
    const hash = { keyHash: keyHash(Buffer.from('k')) }
    const delivery = {
      ...{ kind: 'sent', status: 'INFLIGHT', subscription: 's', batchId: '', publishTimestamp: 1 },
      ...{ partition: 0, offset: 0, ...hash },
    } as Partial<TraceEvent>
    const { log } = setUp([
      { offset: 1, event: event('b', 9, delivery) },
      { offset: 2, event: event('b', 12, hash) },
      { offset: 3, event: event('a', 10, hash) },
      { offset: 4, event: event('a', 15, delivery) },
    ])
    const { events } = await log.search(query({ key: 'k' }))

    expect(events.map(({ messageId, timestamp }) => [messageId, timestamp])).toEqual([
      ['b', 12],
      ['b', 9],
      ['a', 10],
      ['a', 15],
    ])
  })

  it('gives what is of the topic and in the time window only', async () => {
    const { log } = setUp([
      { offset: 1, event: event('a', 10) },
      { offset: 2, event: event('a', 20) },
      { offset: 3, event: event('a', 30) },
      { offset: 4, event: event('a', 25, { topicName: 'g.other' }) },
    ])

    expect(await timesOf(log, query({ messageId: 'a' }, { fromMs: 20, toMs: 30 }))).toEqual([20])
  })

  it('says where to go on when time is up, and finds the rest from there', async () => {
    const length = 3 * stepEvents
    const events = [
      { offset: 7, event: event('a', 10) },
      { offset: length - 7, event: event('a', 20) },
    ]
    const { log, kafka } = setUp(events, length)
    kafka.stepMs = searchMs
    const pages: number[][] = []
    let after: string | null = null
    do {
      const page: Awaited<ReturnType<TraceLog['search']>> = await log.search(
        query({ messageId: 'a' }, { after }),
      )
      pages.push(page.events.map(({ timestamp }) => timestamp))
      expect(page.complete).toBe(page.next === undefined)
      after = page.next ?? null
    } while (after !== null)

    expect(pages).toEqual([[20], [], [10]])
  })

  it('ends at the first offset that Kafka still has, wherever an earlier answer ended', async () => {
    const { log, kafka } = setUp([], 100)
    kafka.first = 90

    expect(await log.search(query({ messageId: 'a' }, { after: `${homeOf('a')}-50` }))).toEqual({
      events: [],
      complete: true,
    })
  })

  it('cuts an answer of very many events', async () => {
    const many = Array.from({ length: 12_000 }, (_each, offset) => ({ offset, event: event('a', offset) }))
    const { log } = setUp(many, 12_000)
    const page = await log.search(query({ messageId: 'a' }))

    expect(page.events).toHaveLength(stepEvents)
    expect(page).toMatchObject({ complete: false, next: `${homeOf('a')}-7000` })
  })

  it('is empty while there is no trace topic', async () => {
    const { log, kafka } = setUp([])
    kafka.exists = false

    expect(await log.search(query({ messageId: 'a' }))).toEqual({ events: [], complete: true })
  })

  it('refuses one search more than its bound, and takes it once one has ended', async () => {
    const { log } = setUp([{ offset: 1, event: event('a', 10) }])
    const running = Array.from({ length: searchesMax }, () => log.search(query({ messageId: 'a' })))

    await expect(log.search(query({ messageId: 'a' }))).rejects.toMatchObject({ code: 'OVERLOADED' })
    await Promise.all(running)
    expect(await timesOf(log, query({ messageId: 'a' }))).toEqual([10])
  })

  it.each(['x', '0', '0-', '-1-2', '0-1;1-2', ''])('refuses %j as a place to go on', async after => {
    const { log } = setUp([])

    await expect(log.search(query({ messageId: 'a' }, { after }))).rejects.toMatchObject({ status: 400 })
  })
})
