import { describe, expect, it } from 'vitest'
import type { KafkaAdmin, TopicSettings } from '@iris/common/kafka/admin'
import { readDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import type { AppendOutcome, Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createDeadLetters, type DeadMessage } from './dead-letter.js'

function setUp() {
  const time = createVirtualTime()
  const created: [string, TopicSettings][] = []
  const appended: ProducerMessage[] = []
  const kafka = { isUp: true, hasRoom: true, configs: {} as Record<string, string> }
  const admin = {
    describeTopic: () => Promise.resolve({ partitions: 10, configs: kafka.configs }),
    createTopic(name: string, settings: TopicSettings) {
      if (!kafka.isUp) return Promise.reject(new Error('Kafka is away'))
      created.push([name, settings])
      return Promise.resolve('created' as const)
    },
  } as unknown as KafkaAdmin
  const producer = {
    prepare: () => Promise.resolve(),
    append(message: ProducerMessage) {
      if (kafka.hasRoom) appended.push(message)
      return kafka.hasRoom
    },
  } as unknown as Producer
  const letters = createDeadLetters(
    { producer, admin, clock: time, scheduler: time, log: silentLog },
    { retentionMs: 1000, replicationFactor: -1, storeMs: 5000, retryMs: 1000 },
  )
  const stored: string[] = []
  const state = { isWithdrawn: false }
  const message = (messageId: string): DeadMessage => ({
    kafkaTopic: 'g.t.s_dlq',
    sourceTopic: 'g.t',
    messageId,
    key: Buffer.from('key'),
    body: Buffer.from('{"a":1}'),
    propagated: ['Trace-Id', 'abc'],
    schemaVersion: null,
    event: ['specversion', '1.0', 'id', 'e', 'datacontenttype', 'application/json'],
    facts: {
      reason: 'because',
      class: 'expired',
      attempts: 2,
      cause: '500',
      lastStatus: 500,
      topic: 'g.t',
      subscription: 's',
      partition: 1,
      offset: 7,
      publishedMs: 5,
    },
    isWithdrawn: () => state.isWithdrawn,
    stored: () => void stored.push(messageId),
  })
  const settle = async (outcome: AppendOutcome): Promise<void> => {
    appended.shift()?.done(outcome)
    await time.advance(0)
  }
  return { time, created, appended, kafka, letters, stored, state, message, settle }
}

const done: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }

describe('dead letters', () => {
  it('are done only when Kafka has acknowledged them', async () => {
    const { time, letters, message, appended, stored, settle } = setUp()
    letters.bury(message('a'))
    await time.advance(0)
    expect(stored).toEqual([])

    const [record] = appended
    const header = (name: string): Buffer | null =>
      record?.headers.find(([each]) => each === name)?.[1] ?? null
    expect([header('ce_id')?.toString(), header('content-type')?.toString()]).toEqual([
      'e',
      'application/json',
    ])
    expect(record).toMatchObject({ topic: 'g.t.s_dlq', partition: 0, key: Buffer.from('key') })
    expect(Buffer.concat([...record!.value]).toString()).toBe('{"a":1}')
    expect(readDeadLetterHeaders(header)).toMatchObject({ reason: 'because', offset: 7 })
    expect([String(header('id')), String(header('h-Trace-Id'))]).toEqual(['a', 'abc'])
    await settle(done)
    expect(stored).toEqual(['a'])
  })

  it('make their topic once, with room for the largest message of the source', async () => {
    const { time, letters, message, created, kafka } = setUp()
    kafka.configs = { 'max.message.bytes': '5000000' }
    letters.bury(message('a'))
    letters.bury(message('b'))
    await time.advance(0)

    expect(created).toEqual([
      [
        'g.t.s_dlq',
        {
          partitions: 1,
          replicationFactor: -1,
          configs: { 'retention.ms': '1000', 'max.message.bytes': String(5_000_000 + 65_536) },
        },
      ],
    ])
  })

  it.each<AppendOutcome>([
    { kind: 'unknown', detail: 'no answer' },
    { kind: 'notStored', cause: 'deadline', detail: 'late' },
    { kind: 'notStored', cause: 'unknownTopic', detail: 'gone' },
  ])('are tried again after %j', async outcome => {
    const { time, letters, message, appended, stored, settle } = setUp()
    letters.bury(message('a'))
    await time.advance(0)
    await settle(outcome)
    expect(stored).toEqual([])

    await time.advance(1000)
    expect(appended).toHaveLength(1)
    await settle(done)
    expect(stored).toEqual(['a'])
  })

  it('wait for Kafka and for room, and make the topic anew when it went away', async () => {
    const { time, letters, message, appended, kafka, created, settle } = setUp()
    kafka.isUp = false
    letters.bury(message('a'))
    await time.advance(3000)
    expect(appended).toEqual([])
    kafka.isUp = true
    kafka.hasRoom = false
    await time.advance(2000)
    kafka.hasRoom = true
    await time.advance(1000)
    expect(appended).toHaveLength(1)

    await settle({ kind: 'notStored', cause: 'unknownTopic', detail: 'gone' })
    await time.advance(1000)
    expect(created).toHaveLength(2)
  })

  it('are not stored any more once they are withdrawn', async () => {
    const { time, letters, message, appended, kafka, state } = setUp()
    kafka.hasRoom = false
    letters.bury(message('a'))
    await time.advance(500)
    state.isWithdrawn = true
    kafka.hasRoom = true
    await time.advance(5000)

    expect(appended).toEqual([])
    expect(time.pending()).toBe(0)
  })
})
