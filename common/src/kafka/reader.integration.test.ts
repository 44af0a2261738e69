import { uncompress as snappyUncompress, compress as snappyCompress } from 'snappyjs'
import kafkajs from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createKafkaAdmin } from './admin.js'
import { createCluster } from './cluster.js'
import type { BrokerConnection } from './protocol/connection.js'
import { produceCall } from './protocol/produce.js'
import { WireWriter } from './protocol/wire.js'
import { createLogReader, logReaderDefaults, type Follower, type LogEntry, type LogReader } from './reader.js'
import { readRange, scanRange } from './read-range.js'
import { anonymous, encodeRecordBatch } from './record-batch.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const cluster = createCluster(parts, {
  brokers: [inject('kafka')],
  clientId: 'reader-test',
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  metadataMaxAgeMs: 300_000,
})
const admin = createKafkaAdmin({ ...parts, cluster }, { requestTimeoutMs: 20_000 })
const client = new kafkajs.Kafka({ brokers: [inject('kafka')], logLevel: kafkajs.logLevel.NOTHING })
const readers: LogReader[] = []

const freshTopic = async (partitions = 1, configs: Record<string, string> = {}): Promise<string> => {
  const topic = `reader.${Math.random().toString(36).slice(2)}`
  await admin.createTopic(topic, { partitions, replicationFactor: 1, configs })
  return topic
}
const startReader = (options: Partial<typeof logReaderDefaults> = {}, through = cluster): LogReader => {
  const reader = createLogReader({ ...parts, cluster: through }, { ...logReaderDefaults, ...options })
  reader.start()
  readers.push(reader)
  return reader
}
/** Writes `count` records with the values `<first>`, `<first + 1>`, … in one batch. */
const write = async (
  topic: string,
  partition: number,
  first: number,
  count: number,
  padding = 0,
): Promise<void> => {
  const records = Array.from({ length: count }, (_, index) => ({
    key: null,
    value: [Buffer.from(String(first + index)), Buffer.alloc(padding, ' ')],
    headers: [['id', Buffer.from(`id-${first + index}`)] as const],
    timestampMs: Date.now(),
  }))
  const batch = { topic, partition, bytes: encodeRecordBatch(records, anonymous) }
  const limits = { acks: 1, replicasTimeoutMs: 5_000, timeoutMs: 10_000 } as const
  await expect
    .poll(
      async () => (await (await leaderOf(topic, partition)).request(produceCall([batch], limits)))[0]!.code,
    )
    .toBe(0) // a partition just made may not be served yet
}
const leaderOf = (topic: string, partition: number): Promise<BrokerConnection> =>
  cluster.connection(cluster.layout(topic)![partition]!.leader, 'test')
/** DeleteRecords 1: what retention does, at once. */
const removeBelow = async (topic: string, offset: number): Promise<void> => {
  const body = new WireWriter()
    .arrayLength(1)
    .string(topic)
    .arrayLength(1)
    .int32(0)
    .int64(offset)
    .int32(5_000)
  const call = {
    apiKey: 21,
    apiVersion: 1,
    apiName: 'DeleteRecords',
    body: body.toBuffer(),
    timeoutMs: 10_000,
  }
  const connection = await leaderOf(topic, 0)
  await connection.request({ ...call, decode: answer => answer.skip(answer.remaining) })
}

interface Collected {
  readonly follower: Follower
  readonly entries: LogEntry[]
  readonly skips: [number, number][]
  readonly arrivals: number[]
  until(count: number): Promise<void>
}
/** Follows and takes everything at once, unless `isEager` says to wait. */
const follow = (reader: LogReader, topic: string, offset: number, partition = 0): Collected => {
  const entries: LogEntry[] = []
  const arrivals: number[] = []
  const skips: [number, number][] = []
  let wanted = Infinity
  let reached: () => void = () => undefined
  const take = (): void => {
    for (let entry = follower.next(); entry !== null; entry = follower.next()) {
      entries.push(entry.detach())
      arrivals.push(Date.now())
    }
    if (entries.length >= wanted) reached()
  }
  const onSkipped = (from: number, to: number): void => void skips.push([from, to])
  const follower = reader.follow({ topic, partition, offset, onReady: take, onSkipped })
  take()
  const until = async (count: number): Promise<void> => {
    wanted = count
    await new Promise<void>(resolve => {
      reached = resolve
      if (entries.length >= count) resolve()
    })
  }
  return { follower, entries, skips, arrivals, until }
}
const numbers = (entries: LogEntry[]): number[] => entries.map(entry => Number(entry.value!.toString()))
const upTo = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

beforeAll(() => cluster.start())
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.stop()
})
afterAll(() => cluster.stop())

describe('a follower', () => {
  it('gets what was there and what comes, in order, and knows the end of the log', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 10)
    const reader = startReader()

    const one = follow(reader, topic, 0)
    await one.until(10)
    await write(topic, 0, 10, 5)
    await one.until(15)

    expect(numbers(one.entries)).toEqual(upTo(15))
    expect(one.entries[12]).toMatchObject({ topic, partition: 0, offset: 12, lastOffset: 12, problem: null })
    expect(one.entries[12]!.header('id')!.toString()).toBe('id-12')
    expect(one.follower.position).toBe(15)
    expect(one.follower.endOffset).toBe(15)
    expect(one.follower.next()).toBeNull()
  })

  it('may begin in the middle, and at the end', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 10)
    const reader = startReader()

    const middle = follow(reader, topic, 7)
    const end = follow(reader, topic, 10)
    await middle.until(3)
    await write(topic, 0, 10, 2)
    await Promise.all([middle.until(5), end.until(2)])

    expect(numbers(middle.entries)).toEqual([7, 8, 9, 10, 11])
    expect(numbers(end.entries)).toEqual([10, 11])
  })

  it('that begins at the end beside idle ones hears of its first record at once, not after their long poll', async () => {
    const [idle, topic] = [await freshTopic(4), await freshTopic()]
    const reader = startReader({ fetchWaitMs: 10_000 })
    for (const partition of [0, 1, 2, 3]) follow(reader, idle, 0, partition)
    await new Promise(resolve => setTimeout(resolve, 300))

    const late = follow(reader, topic, 0)
    await new Promise(resolve => setTimeout(resolve, 300))
    const writtenMs = Date.now()
    await write(topic, 0, 0, 1)
    await late.until(1)

    expect(late.arrivals[0]! - writtenMs).toBeLessThan(5_000)
  })

  it('goes back and forth by seek, waiting or not', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 10)
    const reader = startReader()
    const one = follow(reader, topic, 0)
    await one.until(10)

    one.follower.seek(4)
    await one.until(16)
    one.follower.seek(9)
    await one.until(17)

    expect(numbers(one.entries)).toEqual([...upTo(10), ...upTo(6, 4), 9])
  })

  it('that closed gets nothing more and leaves no memory behind', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 1_000, 1_000)
    const reader = startReader()
    const ready: number[] = []
    const follower = reader.follow({
      topic,
      partition: 0,
      offset: 0,
      onReady: () => ready.push(1),
      onSkipped: () => undefined,
    })
    expect(follower.next()).toBeNull()
    await expect.poll(() => reader.bytesHeld()).toBeGreaterThan(900_000)
    expect(follower.next()!.offset).toBe(0)

    follower.close()
    await write(topic, 0, 1_000, 1)

    expect(follower.next()).toBeNull()
    expect(reader.bytesHeld()).toBe(0)
    expect(reader.stats()).toMatchObject({ followers: 0, partitions: 0 })
    expect(ready).toEqual([1])
  })

  it('that does not call next asks for nothing beyond the stretch at hand', async () => {
    const topic = await freshTopic()
    for (let batch = 0; batch < 8; batch++) await write(topic, 0, batch * 500, 500, 1_000)
    const reader = startReader({ partitionBytesMax: 600_000 })
    const follower = reader.follow({
      topic,
      partition: 0,
      offset: 0,
      onReady: () => undefined,
      onSkipped: () => undefined,
    })
    follower.next()
    await expect.poll(() => reader.bytesHeld()).toBeGreaterThan(0)

    expect(follower.next()!.offset).toBe(0)
    await new Promise(resolve => setTimeout(resolve, 500))

    expect(reader.stats().fetchedBytes).toBeLessThanOrEqual(1_200_000)
  })

  it('of a topic that does not exist yet begins when it does', async () => {
    const topic = `reader.later.${Date.now()}`
    const one = follow(startReader(), topic, 0)
    await new Promise(resolve => setTimeout(resolve, 200))

    await admin.createTopic(topic, { partitions: 1, replicationFactor: 1, configs: {} })
    await write(topic, 0, 0, 3)
    await one.until(3)

    expect(numbers(one.entries)).toEqual([0, 1, 2])
  })
})

describe('sharing', () => {
  it('reads the log once for three followers of one partition', async () => {
    const topic = await freshTopic()
    for (let batch = 0; batch < 10; batch++) await write(topic, 0, batch * 300, 300, 1_000)
    const reader = startReader()

    const followers = [0, 0, 0].map(offset => follow(reader, topic, offset))
    await Promise.all(followers.map(one => one.until(3_000)))

    for (const one of followers) expect(numbers(one.entries)).toEqual(upTo(3_000))
    const logBytes = 3_000 * 1_030
    expect(reader.stats().fetchedBytes).toBeLessThan(logBytes * 1.35) // cut batches come twice
    expect(reader.bytesHeld()).toBe(0)
  })

  it('lets one who is behind catch up and join the others', async () => {
    const topic = await freshTopic()
    for (let batch = 0; batch < 10; batch++) await write(topic, 0, batch * 300, 300, 1_000)
    const reader = startReader()
    const ahead = follow(reader, topic, 3_000)

    const behind = follow(reader, topic, 0)
    await behind.until(3_000)
    const before = reader.stats().fetchedBytes
    await write(topic, 0, 3_000, 300, 1_000)
    await Promise.all([ahead.until(300), behind.until(3_300)])

    expect(numbers(behind.entries)).toEqual(upTo(3_300))
    expect(numbers(ahead.entries)).toEqual(upTo(300, 3_000))
    expect(reader.stats().fetchedBytes - before).toBeLessThan(300 * 1_040)
  })

  it('keeps within its bytes and still serves every follower, however many places they read at', async () => {
    const topic = await freshTopic(4)
    for (const partition of [0, 1, 2, 3]) {
      for (let batch = 0; batch < 8; batch++) await write(topic, partition, batch * 400, 400, 1_000)
    }
    const cacheBytesMax = 2_000_000
    const reader = startReader({ cacheBytesMax, partitionBytesMax: 500_000, requestBytesMax: 2_000_000 })
    let held = 0

    const followers = [0, 1, 2, 3].flatMap(partition =>
      [0, 700, 1_900].map(offset => ({ offset, one: follow(reader, topic, offset, partition) })),
    )
    const watch = setInterval(() => (held = Math.max(held, reader.bytesHeld())), 1)
    await Promise.all(followers.map(({ offset, one }) => one.until(3_200 - offset)))
    clearInterval(watch)

    for (const { offset, one } of followers)
      expect(numbers(one.entries)).toEqual(upTo(3_200 - offset, offset))
    expect(held).toBeLessThanOrEqual(cacheBytesMax)
  })

  it('does not let one large backlog starve a neighbour', async () => {
    const topic = await freshTopic(2)
    for (let batch = 0; batch < 40; batch++) await write(topic, 0, batch * 800, 800, 1_000)
    const reader = startReader()
    await write(topic, 1, 0, 1)
    const large = follow(reader, topic, 0, 0)
    await large.until(1)

    const small = follow(reader, topic, 0, 1)
    await small.until(1)
    const largeCount = large.entries.length
    await large.until(32_000)

    expect(largeCount).toBeLessThan(20_000)
  })
})

describe('what Kafka does to a log', () => {
  it('is waited out when connections are cut and refused for a while', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 10)
    const opened = new Set<BrokerConnection>()
    let isAway = false
    const connection: typeof cluster.connection = async (broker, purpose) => {
      if (isAway) throw new Error('the broker is away')
      const given = await cluster.connection(broker, purpose)
      if (isAway) await given.close()
      opened.add(given)
      return given
    }
    const reader = startReader({}, { ...cluster, connection })
    const one = follow(reader, topic, 0)
    await one.until(10)

    for (let cut = 0; cut < 3; cut++) {
      isAway = true
      for (const each of opened) await each.close()
      await write(topic, 0, 10 + cut * 10, 10)
      await new Promise(resolve => setTimeout(resolve, 400))
      expect(one.entries).toHaveLength(10 + cut * 10)
      isAway = false
      await one.until(20 + cut * 10)
    }

    expect(numbers(one.entries)).toEqual(upTo(40))
  })

  it('is skipped with notice when records were removed before they were read', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 100)
    await removeBelow(topic, 60)
    const reader = startReader()

    const one = follow(reader, topic, 5)
    await one.until(40)

    expect(numbers(one.entries)).toEqual(upTo(40, 60))
    expect(one.skips).toEqual([[5, 60]])
    expect(reader.stats().skippedOffsets).toBe(55)
  })

  it('does not stop a follower whose topic is removed and made again', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 50)
    const one = follow(startReader(), topic, 0)
    await one.until(50)

    await admin.deleteTopic(topic)
    await admin.createTopic(topic, { partitions: 1, replicationFactor: 1, configs: {} })
    await write(topic, 0, 100, 3)
    await one.until(53)

    expect(numbers(one.entries).slice(50)).toEqual([100, 101, 102])
    expect(one.skips).toEqual([[50, 0]])
  })

  it.each([
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
  ])('does not matter for batches that another client compressed with %s', async (_name, compression) => {
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy] = () => ({
      compress: (encoder: { buffer: Buffer }) => Promise.resolve(snappyCompress(encoder.buffer)),
      decompress: (buffer: Buffer) => Promise.resolve(snappyUncompress(buffer)),
    })
    const topic = await freshTopic()
    const producer = client.producer()
    await producer.connect()
    const messages = upTo(500).map(number => ({
      key: `k${number}`,
      value: String(number),
      headers: { id: `h${number}` },
    }))
    await producer.send({ topic, compression, messages })
    await producer.disconnect()

    const one = follow(startReader(), topic, 0)
    await one.until(500)

    expect(numbers(one.entries)).toEqual(upTo(500))
    expect(one.entries[77]!.key!.toString()).toBe('k77')
    expect(one.entries[77]!.header('id')!.toString()).toBe('h77')
  })

  it('passes over the markers of transactions', async () => {
    const topic = await freshTopic()
    const producer = client.producer({
      transactionalId: `t-${topic}`,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    for (const value of ['0', '1']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value, partition: 0 }] })
      await transaction.commit()
    }
    await producer.disconnect()

    const one = follow(startReader(), topic, 0)
    await one.until(2)

    expect(numbers(one.entries)).toEqual([0, 1])
    expect(one.entries.map(({ offset }) => offset)).toEqual([0, 2])
    await expect.poll(() => one.follower.position, { timeout: 30_000 }).toBe(4)
  })
})

describe('readRange', () => {
  it('reads some entries from an offset on and no more', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 20)
    await write(topic, 0, 20, 20)
    const ask = { topic, partition: 0, bytesMax: 1_000_000, deadlineMs: systemClock.monotonic() + 30_000 }

    const some = await readRange({ ...parts, cluster }, { ...ask, fromOffset: 15, entriesMax: 10 })
    const rest = await readRange({ ...parts, cluster }, { ...ask, fromOffset: 35, entriesMax: 10 })
    const none = await readRange({ ...parts, cluster }, { ...ask, fromOffset: 40, entriesMax: 10 })

    expect(numbers([...some])).toEqual(upTo(10, 15))
    expect(numbers([...rest])).toEqual(upTo(5, 35))
    expect(none).toEqual([])
  })

  it('begins at the earliest that is left, and refuses a topic that does not exist', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 20)
    await removeBelow(topic, 12)
    const ask = { partition: 0, fromOffset: 3, entriesMax: 4, bytesMax: 1_000_000 }

    const left = await readRange(
      { ...parts, cluster },
      { ...ask, topic, deadlineMs: systemClock.monotonic() + 30_000 },
    )
    const missing = readRange(
      { ...parts, cluster },
      { ...ask, topic: 'no.such', deadlineMs: systemClock.monotonic() + 400 },
    )

    expect(numbers([...left])).toEqual([12, 13, 14, 15])
    await expect(missing).rejects.toThrow(/LEADER_NOT_AVAILABLE/)
  })
})

describe('scanRange', () => {
  it('keeps what is wanted of a stretch, and says how far it looked', async () => {
    const topic = await freshTopic()
    await write(topic, 0, 0, 20)
    await write(topic, 0, 20, 20)
    const ask = { topic, partition: 0, bytesMax: 1_000_000, deadlineMs: systemClock.monotonic() + 30_000 }
    const isOdd = ({ offset }: { offset: number }): boolean => offset % 2 === 1
    const scan = (from: number, until: number, entriesMax: number) =>
      scanRange(
        { ...parts, cluster },
        { ...ask, fromOffset: from, untilOffset: until, entriesMax, wants: isOdd },
      )

    const whole = await scan(15, 25, Infinity)
    const cut = await scan(15, 25, 2)
    const beyond = await scan(38, 99, Infinity)

    expect([numbers([...whole.entries]), whole.position]).toEqual([[15, 17, 19, 21, 23], 25])
    expect([numbers([...cut.entries]), cut.position]).toEqual([[15, 17], 18])
    expect([numbers([...beyond.entries]), beyond.position]).toEqual([[39], 40])
  })
})
