import { describe, expect, it } from 'vitest'
import type { AppendOutcome, Producer, ProducerMessage } from '../kafka/producer.js'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import type { TraceEvent } from './event.js'
import { createTraceWriter, gatherMs, prepareAgainMs } from './writer.js'

const stored: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }

function setUp(bounds: { eventsMax?: number; bytesMax?: number } = {}) {
  const time = createVirtualTime()
  const kafka = { isUp: true, partition: 2, hasRoom: true, created: 0 }
  const appended: ProducerMessage[] = []
  const producer = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    prepare: () => Promise.resolve(),
    partitionFor: () => kafka.partition,
    append(message: ProducerMessage) {
      if (kafka.hasRoom) appended.push(message)
      return kafka.hasRoom
    },
  } as unknown as Producer
  const figures = { written: { value: 0 }, droppedForRoom: { value: 0 }, droppedByKafka: { value: 0 } }
  const writer = createTraceWriter(
    {
      ...{ producer, clock: time, scheduler: time, log: silentLog, figures },
      createTopic() {
        if (!kafka.isUp) return Promise.reject(new Error('Kafka is away'))
        kafka.created++
        return Promise.resolve('created')
      },
    },
    {
      topic: 'iris_traces',
      settings: { partitions: 4, replicationFactor: 1, configs: {} },
      ...{ eventsMax: 100, bytesMax: 1e6, ...bounds },
    },
  )
  return { time, kafka, appended, figures, writer }
}

const event = (messageId: string): TraceEvent => ({
  ...{ kind: 'published', messageId, timestamp: 5, topicName: 'g.t' },
  ...{ cluster: 'primary-dc', hostname: 'here', status: 'SUCCESS' },
})

describe('the writer of traces', () => {
  it('gathers events, makes the topic at the first of them, and hands them over by message id', async () => {
    const { time, kafka, appended, figures, writer } = setUp()
    writer.write(event('a'))
    writer.write(event('b'))
    expect([kafka.created, appended.length]).toEqual([0, 0])
    await time.advance(gatherMs)

    expect(kafka.created).toBe(1)
    expect(appended.map(({ key }) => key?.toString())).toEqual(['a', 'b'])
    expect(appended[0]).toMatchObject({ topic: 'iris_traces', partition: 2, timestampMs: 5 })
    appended[0]?.done(stored)
    expect([figures.written.value, writer.waitingCount()]).toEqual([1, 1])
    writer.write(event('c'))
    await time.advance(gatherMs)
    expect(kafka.created).toBe(1)
    expect(appended).toHaveLength(3)
  })

  it('takes as many events as it has room for and drops the next, counted', async () => {
    const { time, appended, figures, writer } = setUp({ eventsMax: 2 })
    for (const id of ['a', 'b', 'c']) writer.write(event(id))
    await time.advance(gatherMs)

    expect(appended).toHaveLength(2)
    expect(figures.droppedForRoom.value).toBe(1)
    // Room is what Kafka has taken, not what was handed over.
    writer.write(event('d'))
    expect(figures.droppedForRoom.value).toBe(2)
    appended[0]?.done(stored)
    writer.write(event('e'))
    expect(figures.droppedForRoom.value).toBe(2)
  })

  it('bounds bytes too', () => {
    const { figures, writer } = setUp({ bytesMax: 1_000 })
    for (let each = 0; each < 5; each++) writer.write(event('a'))

    expect(writer.waitingCount()).toBeLessThan(4)
    expect(figures.droppedForRoom.value).toBe(5 - writer.waitingCount())
  })

  it('keeps what is there while the topic cannot be made, and tries again after a while', async () => {
    const { time, kafka, appended, writer } = setUp()
    kafka.isUp = false
    writer.write(event('a'))
    await time.advance(gatherMs + prepareAgainMs / 2)
    expect([appended.length, writer.waitingCount()]).toEqual([0, 1])
    kafka.isUp = true
    await time.advance(prepareAgainMs)

    expect(appended).toHaveLength(1)
  })

  it.each<[string, AppendOutcome]>([
    ['late', { kind: 'notStored', cause: 'deadline', detail: '' }],
    ['unclear', { kind: 'unknown', detail: '' }],
  ])('drops what Kafka does not take (%s), counted, and goes on', async (_what, outcome) => {
    const { time, appended, figures, writer } = setUp()
    writer.write(event('a'))
    await time.advance(gatherMs)
    appended[0]?.done(outcome)

    expect([figures.droppedByKafka.value, writer.waitingCount()]).toEqual([1, 0])
    writer.write(event('b'))
    await time.advance(gatherMs)
    expect(appended).toHaveLength(2)
  })

  it('drops what its producer has no room for', async () => {
    const { time, kafka, figures, writer } = setUp()
    kafka.hasRoom = false
    writer.write(event('a'))
    await time.advance(gatherMs)

    expect([figures.droppedByKafka.value, writer.waitingCount()]).toEqual([1, 0])
  })

  it('makes a topic anew that was removed', async () => {
    const { time, kafka, appended, writer } = setUp()
    writer.write(event('a'))
    await time.advance(gatherMs)
    appended[0]?.done({ kind: 'notStored', cause: 'unknownTopic', detail: '' })
    writer.write(event('b'))
    await time.advance(gatherMs)

    expect(kafka.created).toBe(2)
    expect(appended).toHaveLength(2)
  })

  it('hands over a long queue in pieces', async () => {
    const { time, appended, writer } = setUp({ eventsMax: 10_000, bytesMax: 1e9 })
    for (let each = 0; each < 3_000; each++) writer.write(event('a'))
    await time.advance(gatherMs)
    expect(appended).toHaveLength(2_000)
    await time.advance(gatherMs)

    expect(appended).toHaveLength(3_000)
  })

  it('stops when all is stored, or at its deadline, and takes nothing after that', async () => {
    const { time, appended, figures, writer } = setUp()
    writer.write(event('a'))
    await time.advance(gatherMs)
    writer.write(event('b'))
    let isStopped = false
    void writer.stop(500).then(() => (isStopped = true))
    await time.advance(100)
    expect([isStopped, appended.length]).toEqual([false, 2])
    for (const each of appended) each.done(stored)
    await time.advance(0)

    expect(isStopped).toBe(true)
    writer.write(event('c'))
    expect(figures.droppedForRoom.value).toBe(1)
    const stuck = setUp()
    stuck.writer.write(event('a'))
    void stuck.writer.stop(500).then(() => (isStopped = false))
    await stuck.time.advance(500)
    expect(isStopped).toBe(false)
  })
})
