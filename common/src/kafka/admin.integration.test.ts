import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createKafkaAdmin } from './admin.js'
import { createCluster } from './cluster.js'
import { createOffsets } from './offsets.js'
import { createProducer } from './producer.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const cluster = createCluster(parts, {
  brokers: [inject('kafka')],
  clientId: 'admin-test',
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  metadataMaxAgeMs: 300_000,
})
const admin = createKafkaAdmin({ ...parts, cluster }, { requestTimeoutMs: 15_000 })
const offsets = createOffsets({ ...parts, cluster }, { requestTimeoutMs: 15_000, connectionsPerBroker: 1 })
const freshTopic = (): string => `admin.${Math.random().toString(36).slice(2)}`
const settings = { partitions: 2, replicationFactor: 1, configs: { 'retention.ms': '86400000' } }

async function append(topic: string, partition: number, count: number): Promise<void> {
  const producer = createProducer(
    { ...parts, cluster },
    {
      ...{ bufferBytesMax: 1_000_000, batchBytesMax: 1_000_000, acks: -1, isIdempotent: true },
      ...{ requestTimeoutMs: 10_000, deliveryTimeoutMs: 30_000 },
    },
  )
  await producer.prepare(topic)
  const one = (): Promise<unknown> =>
    new Promise(done => {
      const record = { key: null, value: [Buffer.from('x')], headers: [], timestampMs: systemClock.now() }
      producer.append({ topic, partition, deadlineMs: systemClock.monotonic() + 10_000, ...record, done })
    })
  await Promise.all(Array.from({ length: count }, one))
  await producer.stop(0)
}

beforeAll(() => cluster.start())
afterAll(() => cluster.stop())

describe('the Kafka admin', () => {
  it('makes a topic whose leaders are known when it says so', async () => {
    const topic = freshTopic()

    expect(await admin.createTopic(topic, settings)).toBe('created')

    expect(cluster.layout(topic)!.map(({ leader }) => leader >= 0)).toEqual([true, true])
    expect(await admin.describeTopic(topic)).toEqual({ partitions: 2, configs: settings.configs })
    expect(await admin.listTopics()).toContain(topic)
  })

  it('leaves a topic that exists as it is', async () => {
    const topic = freshTopic()
    await admin.createTopic(topic, settings)

    expect(await admin.createTopic(topic, { partitions: 9, replicationFactor: 1, configs: {} })).toBe(
      'existed',
    )

    expect(await admin.describeTopic(topic)).toEqual({ partitions: 2, configs: settings.configs })
  })

  it('changes only the configs it was given, and sends nothing when nothing changes', async () => {
    const topic = freshTopic()
    await admin.createTopic(topic, {
      ...settings,
      configs: { ...settings.configs, 'max.message.bytes': '2000000' },
    })

    expect(await admin.alterConfigs(topic, { 'retention.ms': '3600000' })).toBe('changed')
    expect(await admin.alterConfigs(topic, { 'retention.ms': '3600000' })).toBe('unchanged')
    for (const ms of ['1', '3600000'])
      expect(await admin.alterConfigs(topic, { 'retention.ms': ms }), ms).toBe('changed')

    const { configs } = (await admin.describeTopic(topic))!
    expect(configs).toEqual({ 'retention.ms': '3600000', 'max.message.bytes': '2000000' })
  })

  it('removes a topic for good, and twice', async () => {
    const topic = freshTopic()
    await admin.createTopic(topic, settings)

    await admin.deleteTopic(topic)
    await admin.deleteTopic(topic)

    expect(await admin.describeTopic(topic)).toBeNull()
    expect(await admin.createTopic(topic, settings)).toBe('created')
  })

  it('removes the beginning of a partition, once and again', async () => {
    const topic = freshTopic()
    await admin.createTopic(topic, settings)
    await append(topic, 1, 5)

    await admin.deleteRecords({ topic, partition: 1, before: 3 })
    await admin.deleteRecords({ topic, partition: 1, before: 2 })

    expect(await offsets.earliest(topic, [0, 1])).toEqual([
      { partition: 0, offset: 0 },
      { partition: 1, offset: 3 },
    ])
    await expect(admin.deleteRecords({ topic, partition: 1, before: 6 })).rejects.toThrow(/OUT_OF_RANGE/)
    await expect(admin.deleteRecords({ topic, partition: 2, before: 1 })).rejects.toThrow(/UNKNOWN_TOPIC/)
  })

  it.each([
    ['a name Kafka cannot hold', 'no/slash', settings, 'INVALID_TOPIC_EXCEPTION'],
    ['no partitions', freshTopic(), { ...settings, partitions: 0 }, 'INVALID_PARTITIONS'],
    [
      'more replicas than brokers',
      freshTopic(),
      { ...settings, replicationFactor: 3 },
      'INVALID_REPLICATION_FACTOR',
    ],
    ['an unknown config', freshTopic(), { ...settings, configs: { 'no.such': '1' } }, 'INVALID_CONFIG'],
  ])('refuses %s in Kafka’s own words', async (_name, topic, given, codeName) => {
    const refusal = await admin.createTopic(topic, given).catch((error: unknown) => error)

    expect(refusal).toMatchObject({ codeName })
    expect((refusal as Error).message.length).toBeGreaterThan(`Kafka answered ${codeName} (99): `.length)
  })

  it('refuses configs of a topic that does not exist, and bad values', async () => {
    const topic = freshTopic()
    await expect(admin.alterConfigs(topic, { 'retention.ms': '1' })).rejects.toThrow(/UNKNOWN_TOPIC/)
    await admin.createTopic(topic, settings)

    await expect(admin.alterConfigs(topic, { 'retention.ms': 'soon' })).rejects.toThrow(/INVALID_CONFIG/)
  })
})
