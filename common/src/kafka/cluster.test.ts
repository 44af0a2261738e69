import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createCluster, parseAddress, type Cluster } from './cluster.js'
import { createFrameSplitter } from './protocol/frames.js'
import { WireReader, WireWriter } from './protocol/wire.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** What a fake cluster of one broker knows; the tests change it. */
interface FakeBroker {
  readonly address: string
  /** Leaders of the partitions of each topic. */
  readonly topics: Map<string, number[]>
  /** Codes that FindCoordinator answers before it finds one. */
  readonly coordinatorCodes: number[]
  /** The topics of each question so far. */
  readonly questions: string[][]
  coordinatorQuestions: number
  connections: number
  dropAll(): void
}

async function startBroker(): Promise<FakeBroker> {
  const sockets = new Set<Socket>()
  const broker = {
    address: '',
    topics: new Map<string, number[]>(),
    coordinatorCodes: [] as number[],
    questions: [] as string[][],
    coordinatorQuestions: 0,
    connections: 0,
    dropAll: () => sockets.forEach(socket => socket.destroy()),
  }
  const server: Server = createServer(socket => {
    broker.connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    const frames = createFrameSplitter(1_000_000)
    socket.on('data', chunk => frames.push(chunk, frame => void socket.write(reply(broker, frame))))
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  broker.address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  cleanUps.push(() => {
    server.close()
    broker.dropAll()
  })
  return broker
}

function reply(broker: FakeBroker, frame: Buffer): Buffer {
  const request = new WireReader(frame)
  const [apiKey, , correlationId] = [request.int16(), request.int16(), request.int32()]
  request.string()
  const body = new WireWriter().int32(correlationId)
  if (apiKey === 18) {
    body.int16(0).array([3, 10, 18], key => body.int16(key).int16(0).int16(9))
    body.int32(0)
  } else if (apiKey === 3)
    writeMetadata(
      broker,
      body,
      request.array(() => request.string()),
    )
  else writeCoordinator(broker, body)
  const bytes = body.toBuffer()
  return new WireWriter().bytes(bytes).toBuffer()
}

function writeAddress(broker: FakeBroker, body: WireWriter): void {
  const { host, port } = parseAddress(broker.address)
  body.int32(1).string(host).int32(port)
}

function writeMetadata(broker: FakeBroker, body: WireWriter, topics: string[]): void {
  broker.questions.push(topics)
  body.int32(0).arrayLength(1)
  writeAddress(broker, body)
  body.nullableString(null).nullableString('cluster').int32(1)
  body.array(topics, topic => {
    const leaders = broker.topics.get(topic)
    body
      .int16(leaders === undefined ? 3 : 0)
      .string(topic)
      .boolean(false)
    // Kafka gives partitions in no order.
    const partitions = (leaders ?? []).map((leader, partition) => ({ leader, partition })).reverse()
    body.array(partitions, ({ leader, partition }) => {
      body
        .int16(leader < 0 ? 5 : 0)
        .int32(partition)
        .int32(leader)
      for (let list = 0; list < 3; list++) body.array([1], id => body.int32(id))
    })
  })
}

function writeCoordinator(broker: FakeBroker, body: WireWriter): void {
  broker.coordinatorQuestions += 1
  body
    .int32(0)
    .int16(broker.coordinatorCodes.shift() ?? 0)
    .nullableString(null)
  writeAddress(broker, body)
}

async function clusterOf(...addresses: string[]): Promise<Cluster> {
  const cluster = clusterAt(addresses)
  await cluster.start()
  return cluster
}

function clusterAt(brokers: readonly string[], connectTimeoutMs = 2_000): Cluster {
  const limits = { connectTimeoutMs, requestTimeoutMs: 2_000, metadataMaxAgeMs: 60_000 }
  const cluster = createCluster(parts, { brokers, clientId: 'test', ...limits })
  cleanUps.push(() => void cluster.stop())
  return cluster
}

const nobody = '127.0.0.1:1'

describe('the start of a cluster', () => {
  it('needs one of the brokers only', async () => {
    const broker = await startBroker()

    await expect(clusterOf(nobody, broker.address)).resolves.toBeDefined()
  })

  it('fails with a sentence that names the brokers, within its time', async () => {
    const startedMs = systemClock.monotonic()

    await expect(clusterAt([nobody, '127.0.0.1:2'], 400).start()).rejects.toThrow(
      /^Kafka did not answer in 400 ms: no Kafka broker can be reached \(127\.0\.0\.1:1, 127\.0\.0\.1:2\)/,
    )

    expect(systemClock.monotonic() - startedMs).toBeLessThan(5_000)
  })
})

describe('the layout of topics', () => {
  it('is unknown until asked for, then in order of partitions, and goes when the topic goes', async () => {
    const broker = await startBroker()
    broker.topics.set('known', [1, -1, 1])
    const cluster = await clusterOf(broker.address)
    expect(cluster.layout('known')).toBeUndefined()

    await cluster.refresh(['known', 'missing'])

    expect(cluster.layout('known')).toEqual([
      { partition: 0, leader: 1 },
      { partition: 1, leader: -1 },
      { partition: 2, leader: 1 },
    ])
    expect(cluster.layout('missing')).toBeUndefined()
    broker.topics.delete('known')
    await cluster.refresh(['known'])
    expect(cluster.layout('known')).toBeUndefined()
  })

  it('tells listeners of changes only, until they cancel', async () => {
    const broker = await startBroker()
    broker.topics.set('a', [1]).set('b', [1])
    const cluster = await clusterOf(broker.address)
    const heard: string[] = []
    const cancel = cluster.onLayout(topic => heard.push(topic))

    await cluster.refresh(['a', 'b'])
    await cluster.refresh(['a', 'b'])
    broker.topics.set('b', [1, 1])
    await cluster.refresh(['a', 'b'])
    broker.topics.delete('a')
    await cluster.refresh(['a'])
    cancel()
    broker.topics.delete('b')
    await cluster.refresh(['b'])

    expect(heard).toEqual(['a', 'b', 'b', 'a'])
  })

  it('is asked for once by callers that come while a question is on its way', async () => {
    const broker = await startBroker()
    const cluster = await clusterOf(broker.address)
    broker.questions.length = 0

    await Promise.all(['a', 'b', 'c', 'b'].map(topic => cluster.refresh([topic])))

    expect(broker.questions).toEqual([['a'], ['b', 'c']])
  })
})

describe('connections', () => {
  it('are one for each broker and purpose, shared by callers, and dialled again when lost', async () => {
    const broker = await startBroker()
    const cluster = await clusterOf(broker.address)

    const [one, same] = await Promise.all([cluster.connection(1, 'read'), cluster.connection(1, 'read')])
    const other = await cluster.connection(1, 'write')
    expect(one).toBe(same)
    expect(other).not.toBe(one)

    broker.dropAll()
    await expect.poll(() => one.isOpen).toBe(false)
    const again = await cluster.connection(1, 'read')

    expect(again).not.toBe(one)
    expect(again.isOpen).toBe(true)
    expect(broker.connections).toBe(4)
  })

  it('refuse a broker that the cluster does not have', async () => {
    const cluster = await clusterOf((await startBroker()).address)

    await expect(cluster.connection(9, 'read')).rejects.toThrow('Kafka broker 9 is not in the cluster')
  })

  it('are closed by stop, and none is opened after', async () => {
    const cluster = await clusterOf((await startBroker()).address)
    const connection = await cluster.anyConnection('read')

    await cluster.stop()

    expect(connection.isOpen).toBe(false)
    await expect(cluster.anyConnection('read')).rejects.toThrow('stopped')
  })
})

describe('the coordinator of a group', () => {
  it('is waited for while it is elected, remembered, and asked for again when forgotten', async () => {
    const broker = await startBroker()
    broker.coordinatorCodes.push(15, 14)
    const cluster = await clusterOf(broker.address)

    const found = await Promise.all([cluster.coordinator('group'), cluster.coordinator('group')])
    expect(found).toEqual([1, 1])
    expect(broker.coordinatorQuestions).toBe(3)
    await cluster.coordinator('group')
    expect(broker.coordinatorQuestions).toBe(3)

    cluster.forgetCoordinator('group')
    await cluster.coordinator('group')

    expect(broker.coordinatorQuestions).toBe(4)
  })

  it('is refused with Kafka’s code when asking again is no use, and found by the next caller', async () => {
    const broker = await startBroker()
    broker.coordinatorCodes.push(30)
    const cluster = await clusterOf(broker.address)

    await expect(cluster.coordinator('group')).rejects.toThrow('GROUP_AUTHORIZATION_FAILED')
    expect(await cluster.coordinator('group')).toBe(1)
  })

  it('leaves the controller to the layout', async () => {
    expect(await (await clusterOf((await startBroker()).address)).controller()).toBe(1)
  })
})

describe('addresses', () => {
  it.each([
    ['localhost:9092', { host: 'localhost', port: 9092 }],
    [' 10.0.0.1:1 ', { host: '10.0.0.1', port: 1 }],
    ['[::1]:9092', { host: '::1', port: 9092 }],
  ])('%s is one', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  it.each([
    'localhost',
    'localhost:',
    ':9092',
    'localhost:0',
    'localhost:65536',
    '::1:9092',
    'kafka://a:1',
    '',
  ])('"%s" is none', text => {
    expect(() => parseAddress(text)).toThrow('write host:port')
  })
})
