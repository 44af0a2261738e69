import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { createCluster, parseAddress, type Cluster } from './cluster.js'
import type { AppendOutcome } from './producer-message.js'
import { createProducer, type Producer, type ProducerOptions } from './producer.js'
import { createFrameSplitter } from './protocol/frames.js'
import { WireReader } from './protocol/wire.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const kafka = new Kafka({ brokers: [inject('kafka')], clientId: 'witness', logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const options: ProducerOptions = {
  bufferBytesMax: 64 * 1024 * 1024,
  batchBytesMax: 900_000,
  requestTimeoutMs: 10_000,
  deliveryTimeoutMs: 120_000,
  acks: -1,
  isIdempotent: true,
}

/** What happens to a produce answer on its way back. */
type Fate = 'passes' | 'is lost' | { readonly heldMs: number }

interface Proxy {
  readonly address: string
  readonly spoiltCount: number
  setFate(choose: (answerIndex: number) => Fate): void
  close(): void
}

/** A proxy that reads Kafka's frames, names itself as the only broker, and spoils produce answers. */
async function startProxy(upstream: string): Promise<Proxy> {
  const target = parseAddress(upstream)
  let fateOf: (answerIndex: number) => Fate = () => 'passes'
  let answersCount = 0
  let spoiltCount = 0
  let port = 0
  const sockets = new Set<Socket>()

  const onAnswer = (client: Socket, broker: Socket, apiKey: number, frame: Buffer): void => {
    if (apiKey === 3) renamePort(frame, port)
    const fate = apiKey === 0 ? fateOf(answersCount++) : 'passes'
    if (fate !== 'passes') spoiltCount += 1
    if (fate === 'is lost') {
      client.resetAndDestroy()
      broker.destroy()
    } else if (fate === 'passes') writeFrame(client, frame)
    else setTimeout(() => writeFrame(client, frame), fate.heldMs)
  }
  const server: Server = createServer(client => {
    const broker = connect(target)
    const keys: number[] = []
    const requests = createFrameSplitter(100_000_000)
    const answers = createFrameSplitter(100_000_000)
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    client.on('data', chunk =>
      requests.push(chunk, frame => {
        keys.push(frame.readInt16BE(0))
        writeFrame(broker, frame)
      }),
    )
    broker.on('data', chunk =>
      answers.push(chunk, frame => onAnswer(client, broker, keys.shift()!, Buffer.from(frame))),
    )
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port

  return {
    address: `127.0.0.1:${port}`,
    get spoiltCount() {
      return spoiltCount
    },
    setFate(choose) {
      fateOf = choose
      answersCount = 0
      spoiltCount = 0
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function writeFrame(socket: Socket, frame: Buffer): void {
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  socket.write(Buffer.concat([length, frame]))
}

/** Puts the proxy's port into the first broker of an answer to Metadata version 5. */
function renamePort(frame: Buffer, port: number): void {
  const reader = new WireReader(frame, 4 + 4 + 4 + 4)
  reader.string()
  frame.writeInt32BE(port, reader.position)
}

async function makeTopic(
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const topic = `faults-${Math.random().toString(36).slice(2)}`
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const topics = [{ topic, numPartitions: partitions, configEntries }]
  await admin.createTopics({ topics, waitForLeaders: false })
  await expect.poll(() => leadersOf(topic), { timeout: 30_000 }).toBe(partitions)
  return topic
}

async function leadersOf(topic: string): Promise<number> {
  await cluster.refresh([topic])
  return (cluster.layout(topic) ?? []).filter(({ leader }) => leader >= 0).length
}

/** The numbers in a topic by partition, read by kafkajs. */
async function readBack(topic: string): Promise<Map<number, number[]>> {
  const ends = await admin.fetchTopicOffsets(topic)
  const expected = ends.reduce((sum, { offset }) => sum + Number(offset), 0)
  const found = new Map<number, number[]>(ends.map(({ partition }) => [partition, []]))
  if (expected === 0) return found
  const consumer = kafka.consumer({ groupId: `witness-${topic}-${Math.random()}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let count = 0
  await new Promise<void>(resolve => {
    void consumer.run({
      eachBatch: ({ batch }) => {
        for (const message of batch.messages)
          found.get(batch.partition)!.push(Number(message.value!.toString()))
        count += batch.messages.length
        if (count >= expected) resolve()
        return Promise.resolve()
      },
    })
  })
  await consumer.disconnect()
  return found
}

interface Sent {
  readonly id: number
  readonly topic: string
  readonly partition: number
  readonly outcome: Promise<AppendOutcome>
}

let nextId = 0

function send(producer: Producer, topic: string, partition: number, lifeMs = 120_000, bytes = 0): Sent {
  const id = nextId++
  const text = String(id).padEnd(bytes, ' ')
  const outcome = new Promise<AppendOutcome>(resolve => {
    const message = {
      topic,
      partition,
      key: null,
      value: [Buffer.from(text)],
      headers: [],
      timestampMs: Date.now(),
    }
    const isTaken = producer.append({
      ...message,
      deadlineMs: systemClock.monotonic() + lifeMs,
      done: resolve,
    })
    if (!isTaken) throw new Error('no room')
  })
  return { id, topic, partition, outcome }
}

interface Tally {
  lost: number
  twice: number
  inversions: number
  falselyRefused: number
  stored: number
  notStored: number
  unknown: number
}

/** Compares what was promised with what is in the topic. */
async function judge(topic: string, sent: readonly Sent[]): Promise<Tally> {
  const outcomes = await Promise.all(sent.map(({ outcome }) => outcome))
  const found = await readBack(topic)
  const tally: Tally = {
    lost: 0,
    twice: 0,
    inversions: 0,
    falselyRefused: 0,
    stored: 0,
    notStored: 0,
    unknown: 0,
  }
  const counts = new Map<number, number>()
  for (const ids of found.values()) {
    ids.forEach((id, index) => {
      counts.set(id, (counts.get(id) ?? 0) + 1)
      if (index > 0 && id < ids[index - 1]!) tally.inversions += 1
    })
  }
  sent.forEach(({ id }, index) => {
    const { kind } = outcomes[index]!
    const count = counts.get(id) ?? 0
    tally[kind] += 1
    if (count > 1) tally.twice += 1
    if (kind === 'stored' && count === 0) tally.lost += 1
    if (kind === 'notStored' && count > 0) tally.falselyRefused += 1
  })
  return tally
}

const clean = { lost: 0, twice: 0, inversions: 0, falselyRefused: 0 }

let proxy: Proxy
let cluster: Cluster
let producer: Producer
/** Gives up on an answer after a second, so that answers can come late. */
let impatient: Producer

beforeAll(async () => {
  await admin.connect()
  proxy = await startProxy(inject('kafka'))
  cluster = createCluster(parts, {
    brokers: [proxy.address],
    clientId: 'producer-test',
    connectTimeoutMs: 30_000,
    requestTimeoutMs: 30_000,
    metadataMaxAgeMs: 60_000,
  })
  await cluster.start()
  producer = createProducer({ ...parts, cluster }, options)
  impatient = createProducer({ ...parts, cluster }, { ...options, requestTimeoutMs: 1_000 })
  await Promise.all([producer.start(), impatient.start()])
})
afterAll(async () => {
  await Promise.all([producer.stop(1_000), impatient.stop(1_000)])
  await cluster.stop()
  await admin.disconnect()
  proxy.close()
})

/** Sends 20 messages at a time and waits for the burst before the last, so that there are many batches. */
async function sendBursts(by: Producer, topic: string, partitions: number, bursts: number): Promise<Sent[]> {
  const sent: Sent[] = []
  for (let burst = 0; burst < bursts; burst++) {
    for (let index = 0; index < 20; index++) sent.push(send(by, topic, index % partitions))
    await sent[sent.length - 40]?.outcome
  }
  return sent
}

describe('a producer on a network that spoils answers', () => {
  it('loses, repeats and reorders nothing when one answer in 20 is lost with its connection', async () => {
    const topic = await makeTopic(4)
    await producer.prepare(topic)
    proxy.setFate(index => (index % 20 === 19 ? 'is lost' : 'passes'))

    const tally = await judge(topic, await sendBursts(producer, topic, 4, 400))

    expect(proxy.spoiltCount).toBeGreaterThan(5)
    expect(tally).toEqual({ ...clean, stored: 8_000, notStored: 0, unknown: 0 })
  }, 180_000)

  it('loses, repeats and reorders nothing when answers come after their time limit', async () => {
    const topic = await makeTopic(2)
    await producer.prepare(topic)
    proxy.setFate(index => (index % 40 === 10 && index < 100 ? { heldMs: 1_500 } : 'passes'))

    const tally = await judge(topic, await sendBursts(impatient, topic, 2, 300))

    expect(proxy.spoiltCount).toBeGreaterThan(0)
    expect(tally).toEqual({ ...clean, stored: 6_000, notStored: 0, unknown: 0 })
  }, 180_000)

  it('says "unknown" at the deadline, gives a batch up, and keeps the order of what follows', async () => {
    const topic = await makeTopic(2)
    const quitter = createProducer({ ...parts, cluster }, { ...options, deliveryTimeoutMs: 2_000 })
    await quitter.start()
    await quitter.prepare(topic)
    proxy.setFate(() => 'is lost')

    const early = [
      send(quitter, topic, 0, 1_500),
      send(quitter, topic, 0, 1_500),
      send(quitter, topic, 1, 1_500),
    ]
    await expect.poll(() => proxy.spoiltCount).toBeGreaterThan(0)
    const waiting = [send(quitter, topic, 0), send(quitter, topic, 1, 100)]
    await expect.poll(() => quitter.stats().abandonedCount, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
    proxy.setFate(() => 'passes')
    const late = [send(quitter, topic, 0), send(quitter, topic, 1)]
    const all = [...early, ...waiting, ...late]
    const tally = await judge(topic, all)

    const kinds = (await Promise.all(all.map(({ outcome }) => outcome))).map(({ kind }) => kind)
    expect(kinds.slice(0, 3)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(kinds[4]).toBe('notStored')
    expect(kinds.slice(5)).toEqual(['stored', 'stored'])
    expect(tally).toMatchObject(clean)
    expect(quitter.bytesWaiting).toBe(0)
    await quitter.stop(1_000)
  })
})

describe('a request that Kafka refuses in part', () => {
  it('loses nothing in the lanes beside one whose messages are too large', async () => {
    const healthy = await makeTopic(3)
    const small = await makeTopic(1, { 'max.message.bytes': '2000' })
    proxy.setFate(index => (index % 25 === 24 ? 'is lost' : 'passes'))
    const before = producer.stats()

    const beside: Sent[] = []
    const guilty: Sent[] = []
    const innocent: Sent[] = []
    for (let burst = 0; burst < 100; burst++) {
      for (let index = 0; index < 15; index++) beside.push(send(producer, healthy, index % 3))
      for (let index = 0; index < 10; index++) innocent.push(send(producer, small, 0, 120_000, 100))
      if (burst % 10 === 5) guilty.push(send(producer, small, 0, 120_000, 5_000))
      await sleep(systemScheduler, 3)
    }

    const guiltyOutcomes = await Promise.all(guilty.map(({ outcome }) => outcome))
    const after = producer.stats()
    expect(await judge(healthy, beside)).toEqual({ ...clean, stored: 1_500, notStored: 0, unknown: 0 })
    expect(await judge(small, innocent)).toMatchObject({ ...clean })
    expect(guiltyOutcomes.every(outcome => outcome.kind !== 'stored')).toBe(true)
    expect(guiltyOutcomes.filter(outcome => outcome.kind === 'notStored').length).toBeGreaterThan(5)
    expect(after.batchCount - before.batchCount, 'requests were shared').toBeGreaterThan(
      after.requestCount - before.requestCount,
    )
  })

  it('loses nothing in the lanes beside those of a topic that is deleted meanwhile', async () => {
    const healthy = await makeTopic(3)
    const doomed = await makeTopic(2)
    proxy.setFate(() => 'passes')

    const beside: Sent[] = []
    const orphans: Sent[] = []
    for (let burst = 0; burst < 150; burst++) {
      for (let index = 0; index < 15; index++) beside.push(send(producer, healthy, index % 3))
      for (let index = 0; index < 4; index++) orphans.push(send(producer, doomed, index % 2, 1_000))
      if (burst === 50) await orphans[0]!.outcome.then(() => void admin.deleteTopics({ topics: [doomed] }))
      await sleep(systemScheduler, 5)
    }
    await expect.poll(() => cluster.layout(doomed), { timeout: 20_000 }).toBeUndefined()
    orphans.push(send(producer, doomed, 0, 1_000))

    expect(await judge(healthy, beside)).toEqual({ ...clean, stored: 2_250, notStored: 0, unknown: 0 })
    const outcomes = await Promise.all(orphans.map(({ outcome }) => outcome))
    expect(outcomes.some(({ kind }) => kind === 'stored')).toBe(true)
    expect(outcomes.at(-1)).toMatchObject({ kind: 'notStored', cause: 'unknownTopic' })
  })
})
