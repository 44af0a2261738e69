import { describe, expect, it } from 'vitest'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { silentLog } from '@iris/common/lifecycle/log'
import { writeScheduleHeaders } from '@iris/common/schedule/schedule-record'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createDispatch, type Destination } from './dispatch.js'

const facts = { topic: 'g.t', topicCreatedMs: 5, dueMs: 1_000, isTraced: false }

function entryOf(offset: number, topic = 'g.t', topicCreatedMs = 5): LogEntry {
  const headers: (readonly [string, Buffer])[] = [
    ['id', Buffer.from(`m${offset}`)],
    ...writeScheduleHeaders({ ...facts, topic, topicCreatedMs }),
  ]
  const entry = {
    ...{ topic: 'iris_scheduled', partition: 0, offset, key: Buffer.from('k'), value: Buffer.from('v') },
    header: (name: string) => headers.find(([each]) => each === name)?.[1] ?? null,
    headers: () => headers,
  }
  return entry as unknown as LogEntry
}

function setUp() {
  const time = createVirtualTime()
  const appended: ProducerMessage[] = []
  const world = {
    ...{ time, appended, held: null as string | null, isLaid: true, hasRoom: true, stored: [] as unknown[] },
    refused: [] as unknown[],
    topics: new Map<string, Destination>([['g.t', { kafkaTopic: 'ns_g.t', createdMs: 5 }]]),
    entries: new Map([1, 2].map(offset => [offset, entryOf(offset)])),
    outcomes: [] as unknown[],
  }
  const producer = {
    partitionFor: () => (world.isLaid ? 3 : -1),
    prepare: () => Promise.reject(new Error('Kafka does not know it')),
    append: (message: ProducerMessage) => world.hasRoom && appended.push(message) > 0,
  } as unknown as Producer
  const send = createDispatch(
    {
      ...{ clock: time, log: silentLog, producer, heldBack: () => world.held },
      load: () => Promise.resolve(world.entries),
      destination: topic => Promise.resolve(world.topics.get(topic) ?? null),
      stored: (message, { partition, offset }) => void world.stored.push([message.offset, partition, offset]),
      refused: (message, reason) => void world.refused.push([message.offset, reason]),
    },
    { storeMs: 10_000, retryMs: 1_000 },
  )
  const run = async (offsets: readonly number[]): Promise<void> => {
    const messages = offsets.map(offset => ({ offset, dueMs: 1_000 }))
    send(0, messages, (message, outcome) => void world.outcomes.push([message.offset, outcome]))
    await time.advance(0)
  }
  return Object.assign(world, { run, again: { againAtMs: time.now() + 1_000 } })
}

describe('the way of a message whose time has come', () => {
  it('ends in its topic, with its own key, bytes and headers and the time of now', async () => {
    const world = setUp()
    await world.run([1, 2])
    const [first, second] = world.appended

    expect(first).toMatchObject({ topic: 'ns_g.t', partition: 3, key: Buffer.from('k') })
    expect([first?.value, first?.headers]).toEqual([[Buffer.from('v')], [['id', Buffer.from('m1')]]])
    expect(first?.timestampMs).toBe(world.time.now())
    expect(world.outcomes).toEqual([])

    second?.done({ kind: 'stored', partition: 3, offset: 8 })
    first?.done({ kind: 'unknown', detail: 'no word' })
    expect(world.outcomes).toEqual([
      [2, 'delivered'],
      [1, { ...world.again, waits: 'no_word' }],
    ])
    expect(world.stored).toEqual([[2, 3, 8]])
  })

  it('ends with a reason where it is too large for its topic', async () => {
    const world = setUp()
    await world.run([1])
    world.appended[0]?.done({ kind: 'notStored', cause: 'tooLarge', detail: 'why' })

    expect(world.outcomes).toEqual([[1, { refused: 'why' }]])
    expect(world.refused).toEqual([[1, 'why']])
  })

  it.each([
    // Such as for a clock that jumped, or a topic that was made compacted and takes no message without a key.
    ['refused', 'refused'],
    ['barred', 'barred'],
    ['unknownTopic', 'no_topic'],
    ['deadline', 'no_word'],
    ['stopped', 'not_sent'],
  ] as const)('waits and says why where the cause is not its own (%s)', async (cause, waits) => {
    const world = setUp()
    await world.run([1])
    world.appended[0]?.done({ kind: 'notStored', cause, detail: 'why' })

    expect(world.outcomes).toEqual([[1, { ...world.again, waits }]])
    expect(world.refused).toEqual([])
  })

  it('ends where its topic is gone, or is another one of the same name', async () => {
    const world = setUp()
    world.entries
      .set(2, entryOf(2, 'g.t', 4))
      .set(3, entryOf(3, 'g.gone'))
      .set(4, entryOf(4, 'g.t', 0))
    await world.run([1, 2, 3, 4])

    expect(new Set(world.outcomes)).toEqual(
      new Set([
        [2, 'dropped'],
        [3, 'dropped'],
      ]),
    )
    expect(world.appended).toHaveLength(2)
  })

  it.each([
    ['the owner may be none any more', { held: 'ZooKeeper is silent' }, 'not_sent'],
    ['Kafka does not show the topic', { isLaid: false }, 'no_topic'],
    ['there is no room', { hasRoom: false }, 'not_sent'],
  ])('is tried again where %s', async (_why, state, waits) => {
    const world = Object.assign(setUp(), state)
    await world.run([1, 2])

    expect(world.outcomes).toEqual([
      [1, { ...world.again, waits }],
      [2, { ...world.again, waits }],
    ])
    expect(world.appended).toEqual([])
  })
})
