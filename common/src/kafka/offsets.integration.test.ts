import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createKafkaAdmin } from './admin.js'
import { createCluster } from './cluster.js'
import { decodeCommitNote, encodeCommitNote } from './commit-metadata.js'
import { createOffsets, ForeignMemberError } from './offsets.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const cluster = createCluster(parts, {
  brokers: [inject('kafka')],
  clientId: 'offsets-test',
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  metadataMaxAgeMs: 300_000,
})
const offsets = createOffsets({ ...parts, cluster }, { requestTimeoutMs: 10_000, connectionsPerBroker: 3 })
const admin = createKafkaAdmin({ ...parts, cluster }, { requestTimeoutMs: 15_000 })
const kafkajs = new Kafka({ brokers: [inject('kafka')], clientId: 'a-foreigner', logLevel: logLevel.NOTHING })
const topic = `offsets-${Date.now()}`
const freshGroup = (): string => `group-${Math.random().toString(36).slice(2)}`

beforeAll(async () => {
  await cluster.start()
  await admin.createTopic(topic, { partitions: 3, replicationFactor: 1, configs: {} })
})
afterAll(() => cluster.stop())

describe('committed offsets', () => {
  it('are -1 for a group that nobody knows, which is Dead and without members', async () => {
    const group = freshGroup()

    expect(await offsets.fetch(group, topic, [0, 2])).toEqual([
      { partition: 0, offset: -1, metadata: '' },
      { partition: 2, offset: -1, metadata: '' },
    ])
    expect(await offsets.describeGroup(group)).toEqual({ state: 'Dead', members: [] })
  })

  it('read back with their metadata, and leave other partitions alone', async () => {
    const group = freshGroup()
    await offsets.commit(group, topic, [{ partition: 0, offset: 7, metadata: 'seven' }])

    await offsets.commit(group, topic, [{ partition: 1, offset: 2 ** 40, metadata: '' }])

    expect(await offsets.fetch(group, topic, [0, 1, 2])).toEqual([
      { partition: 0, offset: 7, metadata: 'seven' },
      { partition: 1, offset: 2 ** 40, metadata: '' },
      { partition: 2, offset: -1, metadata: '' },
    ])
    expect((await offsets.describeGroup(group)).state).toBe('Empty')
  })

  it('are seen by Kafka’s own tools with their metadata', async () => {
    const group = freshGroup()
    const foreignAdmin = kafkajs.admin()
    await foreignAdmin.connect()

    await offsets.commit(group, topic, [{ partition: 2, offset: 5, metadata: 'note' }])

    const [seen] = await foreignAdmin.fetchOffsets({ groupId: group, topics: [topic] })
    await foreignAdmin.disconnect()
    expect(seen!.partitions.find(({ partition }) => partition === 2)).toMatchObject({
      offset: '5',
      metadata: 'note',
    })
  })

  it('take 4,096 bytes of metadata and refuse one more', async () => {
    const group = freshGroup()
    const commit = (metadata: string): Promise<void> =>
      offsets.commit(group, topic, [{ partition: 0, offset: 1, metadata }])

    await commit('m'.repeat(4_096))

    expect((await offsets.fetch(group, topic, [0]))[0]!.metadata).toHaveLength(4_096)
    await expect(commit('m'.repeat(4_097))).rejects.toMatchObject({ codeName: 'OFFSET_METADATA_TOO_LARGE' })
    expect((await offsets.fetch(group, topic, [0]))[0]!.metadata).toHaveLength(4_096)
  })

  it('carry the largest commit note there is', async () => {
    const group = freshGroup()
    const settled = Array.from({ length: 1_500 }, (_, index) => [11 + index * 2, 11 + index * 2] as const)
    const note = {
      lock: 9,
      settled,
      waiting: [{ offset: 12, firstAttemptMs: 1_700_000_000_000, attempts: 3 }],
    }
    const metadata = encodeCommitNote(10, note)!

    await offsets.commit(group, topic, [{ partition: 0, offset: 10, metadata }])

    const [read] = await offsets.fetch(group, topic, [0])
    expect(decodeCommitNote(read!.offset, read!.metadata)).toEqual(note)
  })

  it('refuse a topic that does not exist', async () => {
    const commit = offsets.commit(freshGroup(), 'no-such-topic', [{ partition: 0, offset: 1, metadata: '' }])

    await expect(commit).rejects.toMatchObject({ codeName: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('are refused by name while somebody else is a member, and taken again when he left', async () => {
    const group = freshGroup()
    const consumer = kafkajs.consumer({ groupId: group })
    await consumer.connect()
    await consumer.subscribe({ topic })
    const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve))
    await consumer.run({ eachMessage: () => Promise.resolve() })
    await joined
    const commit = (): Promise<void> =>
      offsets.commit(group, topic, [{ partition: 0, offset: 1, metadata: '' }])

    const refusal = await commit().catch((error: unknown) => error)
    const description = await offsets.describeGroup(group)
    await consumer.disconnect()

    expect(refusal).toBeInstanceOf(ForeignMemberError)
    expect(refusal).toMatchObject({ groupId: group, codeName: 'UNKNOWN_MEMBER_ID' })
    expect(description.members).toEqual([
      {
        memberId: expect.stringContaining('a-foreigner'),
        clientId: 'a-foreigner',
        host: expect.stringContaining('127.0.0.1'),
      },
    ])
    expect(description.state).not.toBe('Empty')
    await expect(commit()).resolves.toBeUndefined()
  })

  it('go with their group, which may be deleted twice', async () => {
    const group = freshGroup()
    await offsets.commit(group, topic, [{ partition: 0, offset: 1, metadata: '' }])

    await offsets.deleteGroup(group)
    await offsets.deleteGroup(group)

    expect((await offsets.fetch(group, topic, [0]))[0]!.offset).toBe(-1)
  })

  it('of 300 groups are written in a round of seconds at most', async () => {
    const groups = Array.from({ length: 300 }, freshGroup)

    const rounds = groups.map(group =>
      offsets.commit(group, topic, [{ partition: 0, offset: 3, metadata: 'x' }]),
    )
    await Promise.all(rounds)

    const read = await Promise.all(groups.map(group => offsets.fetch(group, topic, [0])))
    expect(read.every(([row]) => row!.offset === 3)).toBe(true)
  })
})

describe('the ends of partitions', () => {
  it('are found, and so is the first offset at a time', async () => {
    const producer = kafkajs.producer()
    await producer.connect()
    const messages = [1_000, 2_000, 3_000].map(ms => ({ partition: 1, value: 'v', timestamp: String(ms) }))
    for (const message of messages) await producer.send({ topic, messages: [message] })
    await producer.disconnect()

    expect(await offsets.earliest(topic, [0, 1])).toEqual([
      { partition: 0, offset: 0 },
      { partition: 1, offset: 0 },
    ])
    expect(await offsets.latest(topic, [1])).toEqual([{ partition: 1, offset: 3 }])
    expect(await offsets.atTime(topic, [1], 1_500)).toEqual([{ partition: 1, offset: 1 }])
    expect(await offsets.atTime(topic, [0, 1], 9_000)).toEqual([
      { partition: 0, offset: 0 },
      { partition: 1, offset: 3 },
    ])
  })

  it('of an unknown topic are refused within the limit', async () => {
    const impatient = createOffsets({ ...parts, cluster }, { requestTimeoutMs: 500, connectionsPerBroker: 1 })

    await expect(impatient.latest('no-such-topic', [0])).rejects.toMatchObject({
      codeName: 'LEADER_NOT_AVAILABLE',
    })
  })
})
