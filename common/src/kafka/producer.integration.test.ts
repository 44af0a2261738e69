import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../../../tests/support/eventually.js'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { createCluster, type Cluster } from './cluster.js'
import { askForProducerId, createNumberedAppend, type AppendNumbered } from './numbered-append.js'
import type { AppendOutcome, ProducerMessage } from './producer-message.js'
import { createProducer, type Producer, type ProducerOptions } from './producer.js'
import { kafkaCode } from './protocol/kafka-error.js'
import { initProducerIdCall, produceCall, type PartitionAnswer } from './protocol/produce.js'
import { encodeRecordBatch } from './record-batch.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const options: ProducerOptions = {
  bufferBytesMax: 64 * 1024 * 1024,
  batchBytesMax: 900_000,
  requestTimeoutMs: 10_000,
  deliveryTimeoutMs: 120_000,
  acks: -1,
  isIdempotent: true,
}
const limits = { acks: -1, replicasTimeoutMs: 20_000, timeoutMs: 30_000 } as const

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function clusterAt(brokers: string): Promise<Cluster> {
  const cluster = createCluster(parts, {
    brokers: [brokers],
    clientId: 'producer-test',
    connectTimeoutMs: 30_000,
    requestTimeoutMs: 10_000,
    metadataMaxAgeMs: 60_000,
  })
  await cluster.start()
  stops.push(() => cluster.stop())
  return cluster
}

async function producerAt(brokers: string, changes: Partial<ProducerOptions> = {}): Promise<Producer> {
  const producer = createProducer({ ...parts, cluster: await clusterAt(brokers) }, { ...options, ...changes })
  await producer.start()
  stops.push(() => producer.stop(500))
  return producer
}

async function makeTopic(brokers: string, partitions: number): Promise<string> {
  const topic = `producer-${Math.random().toString(36).slice(2)}`
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false })
  await admin.disconnect()
  return topic
}

interface Found {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly timestampMs: number
}

/** Everything in a topic, read by kafkajs, each partition in its order. */
async function readBack(brokers: string, topic: string): Promise<Found[]> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const expected = ends.reduce((sum, { offset }) => sum + Number(offset), 0)
  const found: Found[] = []
  if (expected === 0) return found
  const consumer = kafka.consumer({ groupId: `witness-${topic}-${Math.random()}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
        found.push({
          partition,
          offset: Number(message.offset),
          key: message.key?.toString() ?? null,
          value: message.value!.toString(),
          headers: Object.fromEntries(headers) as Record<string, unknown>,
          timestampMs: Number(message.timestamp),
        })
        if (found.length >= expected) resolve()
        return Promise.resolve()
      },
    })
  })
  await consumer.disconnect()
  return found
}

function message(
  topic: string,
  partition: number,
  value: string,
  lifeMs = 120_000,
): Omit<ProducerMessage, 'done'> {
  const deadlineMs = systemClock.monotonic() + lifeMs
  return {
    topic,
    partition,
    key: null,
    value: [Buffer.from(value)],
    headers: [],
    timestampMs: Date.now(),
    deadlineMs,
  }
}

function append(producer: Producer, sent: Omit<ProducerMessage, 'done'>): Promise<AppendOutcome> {
  return new Promise((resolve, reject) => {
    if (!producer.append({ ...sent, done: resolve })) reject(new Error('no room'))
  })
}

describe('a producer', () => {
  const brokers = inject('kafka')

  it.each([
    ['acks=all, idempotent', {}],
    ['acks=1, plain', { acks: 1, isIdempotent: false }],
  ] as const)(
    'stores every message with key, headers, time and bytes, in order (%s)',
    async (_name, changes) => {
      const topic = await makeTopic(brokers, 4)
      const producer = await producerAt(brokers, changes)
      await producer.prepare(topic)

      const sent = Array.from({ length: 2_000 }, (_, index) => {
        const key = Buffer.from(`key-${index % 17}`)
        const partition = producer.partitionFor(topic, key)
        const value = [Buffer.from('{"number":'), Buffer.from(String(index)), Buffer.from(',"t":"żółć"}')]
        const headers = [['id', Buffer.from(String(index))]] as const
        return {
          ...message(topic, partition, ''),
          key,
          value,
          headers,
          timestampMs: 1_700_000_000_000 + index,
        }
      })
      const outcomes = await Promise.all(sent.map(one => append(producer, one)))

      const found = await readBack(brokers, topic)
      const byPlace = new Map(found.map(one => [`${one.partition}-${one.offset}`, one]))
      sent.forEach((one, index) => {
        const outcome = outcomes[index]!
        expect(outcome).toMatchObject({ kind: 'stored', partition: one.partition })
        if (outcome.kind !== 'stored') return
        expect(byPlace.get(`${outcome.partition}-${outcome.offset}`)).toMatchObject({
          key: one.key.toString(),
          value: Buffer.concat(one.value).toString(),
          headers: { id: String(index) },
          timestampMs: one.timestampMs,
        })
      })
      expect(found).toHaveLength(2_000)
      for (let partition = 0; partition < 4; partition++) {
        const times = found.filter(one => one.partition === partition).map(one => one.timestampMs)
        expect(times).toEqual([...times].sort())
      }
      expect(producer.bytesWaiting).toBe(0)
    },
  )

  it('takes no more than its bytes, and takes again when there is room', async () => {
    const topic = await makeTopic(brokers, 1)
    const producer = await producerAt(brokers, { bufferBytesMax: 10_000 })
    await producer.prepare(topic)
    const outcomes: AppendOutcome[] = []
    const offer = (): boolean =>
      producer.append({
        ...message(topic, 0, 'x'.repeat(1_000)),
        done: outcome => void outcomes.push(outcome),
      })

    const taken = Array.from({ length: 12 }, offer)
    await expect.poll(() => outcomes.length).toBe(9)

    expect(taken).toEqual([...Array<boolean>(9).fill(true), false, false, false])
    expect(offer()).toBe(true)
  })

  it('says that a topic is unknown', async () => {
    const producer = await producerAt(brokers)

    await expect(producer.prepare('nobody-knows-me')).rejects.toThrow('Kafka has no topic nobody-knows-me')
    const outcome = await append(producer, message('nobody-knows-me', 0, 'x', 500))

    expect(outcome).toMatchObject({ kind: 'notStored', cause: 'unknownTopic' })
  })

  it('finishes what waits when it stops, and takes nothing after', async () => {
    const topic = await makeTopic(brokers, 2)
    const producer = await producerAt(brokers)
    await producer.prepare(topic)
    const before = [append(producer, message(topic, 0, 'a')), append(producer, message(topic, 1, 'b'))]

    await producer.stop(5_000)
    const after = await append(producer, message(topic, 0, 'c'))

    expect((await Promise.all(before)).map(({ kind }) => kind)).toEqual(['stored', 'stored'])
    expect(after).toMatchObject({ kind: 'notStored', cause: 'stopped' })
  })
})

/** The facts of Kafka on which a lane stands when it gives a batch up. */
describe('Kafka, asked by an idempotent producer', () => {
  it('knows a repeat, takes the next epoch from 0, and refuses the old epoch from then on', async () => {
    const brokers = inject('kafka')
    const topic = await makeTopic(brokers, 1)
    const cluster = await clusterAt(brokers)
    // A topic just made may be unknown to the broker yet, and not served.
    const leader = await eventually(async () => {
      await cluster.refresh([topic])
      const known = cluster.layout(topic)?.[0]?.leader ?? -1
      if (known < 0) throw new Error(`no leader of ${topic} yet`)
      return known
    })
    const connection = await cluster.connection(leader, 'test')
    const { producerId } = await connection.request(initProducerIdCall(30_000))
    const write = async (
      producerEpoch: number,
      baseSequence: number,
      text: string,
    ): Promise<PartitionAnswer> => {
      const record = { key: null, value: [Buffer.from(text)], headers: [], timestampMs: Date.now() }
      const bytes = encodeRecordBatch([record], { producerId, producerEpoch, baseSequence })
      return (await connection.request(produceCall([{ topic, partition: 0, bytes }], limits)))[0]!
    }

    const first = await eventually(async () => {
      const answer = await write(0, 0, 'a')
      if (answer.code !== 0) throw new Error(`not stored yet: ${answer.code}`)
      return answer
    })
    const repeat = await write(0, 0, 'a')
    const gap = await write(0, 2, 'c')
    const leap = await write(1, 5, 'd')
    const nextEpoch = await write(1, 0, 'e')
    const late = await write(0, 1, 'b')

    expect(first.baseOffset).toBe(0)
    expect([repeat.code, repeat.baseOffset]).toEqual([0, 0])
    expect(gap.code).toBe(kafkaCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect(leap.code).toBe(kafkaCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect([nextEpoch.code, nextEpoch.baseOffset]).toEqual([0, 1])
    expect(late.code).toBe(kafkaCode.INVALID_PRODUCER_EPOCH)
  })
})

describe('a producer whose broker goes away', () => {
  let dataDir: string
  let broker: KafkaServer
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'iris-producer-'))
    broker = await startKafka({ dataDir })
  })
  afterAll(async () => {
    await broker.kill()
    await rm(dataDir, { recursive: true, force: true })
  })

  /** Sends rounds of messages with a number each while `disturb` runs, then a second more. */
  async function sendWhile(
    disturb: () => Promise<void>,
    lifeMs: number,
  ): Promise<{ topic: string; kinds: string[] }> {
    const topic = await makeTopic(broker.bootstrap, 3)
    const producer = await producerAt(broker.bootstrap, {
      requestTimeoutMs: 2_000,
    })
    await producer.prepare(topic)
    const pending: Promise<AppendOutcome>[] = []
    let isOver = false
    const disturbing = sleep(systemScheduler, 500)
      .then(disturb)
      .then(() => append(producer, message(topic, 0, '-1')))
      .finally(() => (isOver = true))
    for (let next = 0; !isOver; ) {
      for (let index = 0; index < 10; index++, next++) {
        pending.push(append(producer, message(topic, next % 3, String(next), lifeMs)))
      }
      await sleep(systemScheduler, 5)
    }
    expect(await disturbing).toMatchObject({ kind: 'stored' })
    for (const end = pending.length + 100; pending.length < end; ) {
      pending.push(append(producer, message(topic, pending.length % 3, String(pending.length))))
    }
    const kinds = (await Promise.all(pending)).map(({ kind }) => kind)
    await expect.poll(() => producer.bytesWaiting, { timeout: 20_000 }).toBe(0)
    return { topic, kinds }
  }

  async function compare(topic: string, kinds: readonly string[]): Promise<Record<string, number>> {
    const found = await readBack(broker.bootstrap, topic)
    const counts = new Map<number, number>()
    const lastOf = new Map<number, number>()
    let inversions = 0
    for (const { partition, value } of found) {
      const id = Number(value)
      if (id < 0) continue // the probe
      counts.set(id, (counts.get(id) ?? 0) + 1)
      if (id < (lastOf.get(partition) ?? -1)) inversions += 1
      lastOf.set(partition, id)
    }
    const number = (matches: (kind: string, count: number) => boolean): number =>
      kinds.filter((kind, id) => matches(kind, counts.get(id) ?? 0)).length
    return {
      lost: number((kind, count) => kind === 'stored' && count === 0),
      twice: number((_kind, count) => count > 1),
      falselyRefused: number((kind, count) => kind === 'notStored' && count > 0),
      inversions,
    }
  }
  const clean = { lost: 0, twice: 0, falselyRefused: 0, inversions: 0 }

  it('loses, repeats and reorders nothing over kill -9 and the start after it', async () => {
    const { topic, kinds } = await sendWhile(async () => {
      await broker.kill()
      await broker.start()
    }, 120_000)

    expect(await compare(topic, kinds)).toEqual(clean)
    expect(kinds.every(kind => kind === 'stored')).toBe(true)
  }, 180_000)

  it('is known by its numbers again after kill -9, so that a message sent before is not stored twice', async () => {
    const cluster = await clusterAt(broker.bootstrap)
    const topic = await makeTopic(broker.bootstrap, 1)
    const numbers = { ...(await askForProducerId({ ...parts, cluster }, 10_000)), baseSequence: 0 }
    const send = (): ReturnType<AppendNumbered> =>
      createNumberedAppend(
        { ...parts, cluster },
        10_000,
      )({
        ...{ topic, partition: 0, numbers, deadlineMs: systemClock.monotonic() + 60_000 },
        records: [{ key: null, value: [Buffer.from('1')], headers: [], timestampMs: systemClock.now() }],
      })
    expect((await send()).kind).toBe('stored')

    await broker.kill()
    await broker.start()

    expect((await send()).kind).toBe('stored')
    expect(await readBack(broker.bootstrap, topic)).toHaveLength(1)
  }, 120_000)

  it('answers in time while the broker is paused, and is right about what was stored', async () => {
    const { topic, kinds } = await sendWhile(async () => {
      broker.pause()
      await sleep(systemScheduler, 4_000)
      broker.resume()
    }, 700)

    expect(await compare(topic, kinds)).toEqual(clean)
    expect(new Set(kinds)).toEqual(new Set(['stored', 'notStored', 'unknown']))
    expect(kinds.slice(-100).every(kind => kind === 'stored')).toBe(true)
  }, 120_000)
})
