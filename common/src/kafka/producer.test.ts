import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import type { Cluster, PartitionLayout } from './cluster.js'
import type { AppendOutcome } from './producer-message.js'
import { requestBytesMax, requestsInFlightMax } from './producer-channel.js'
import { createProducer, type Producer, type ProducerOptions } from './producer.js'
import {
  ConnectionLost,
  UnsupportedBroker,
  type ApiCall,
  type BrokerConnection,
} from './protocol/connection.js'
import { kafkaCode } from './protocol/kafka-error.js'
import type { PartitionAnswer } from './protocol/produce.js'
import { WireReader } from './protocol/wire.js'

/** One Produce request on the wire of the fake cluster. */
interface OnWire {
  readonly broker: number
  readonly places: readonly (readonly [topic: string, partition: number])[]
  answer(codeOf?: (topic: string, partition: number) => number | null): void
  fail(error: Error): void
}

/** A cluster whose answers the test gives by hand. */
class FakeCluster implements Cluster {
  readonly layouts = new Map<string, PartitionLayout[]>()
  readonly requests: OnWire[] = []
  readonly refreshed: string[] = []
  idsGiven = 0
  idError: Error | null = null
  dialError: Error | null = null
  private listener: (topic: string) => void = () => undefined

  setLayout(topic: string, ...leaders: number[]): void {
    this.layouts.set(
      topic,
      leaders.map((leader, partition) => ({ partition, leader })),
    )
    this.listener(topic)
  }
  removeTopic(topic: string): void {
    this.layouts.delete(topic)
    this.listener(topic)
  }

  start = (): Promise<void> => Promise.resolve()
  stop = (): Promise<void> => Promise.resolve()
  layout = (topic: string): readonly PartitionLayout[] | undefined => this.layouts.get(topic)
  coordinator = (): Promise<number> => Promise.reject(new Error('not asked for here'))
  forgetCoordinator = (): void => undefined
  controller = (): Promise<number> => Promise.reject(new Error('not asked for here'))
  onLayout(listener: (topic: string) => void): () => void {
    this.listener = listener
    return () => undefined
  }
  metadataAgeMs(): number {
    return 0
  }

  refresh(topics: readonly string[]): Promise<void> {
    this.refreshed.push(...topics)
    return Promise.resolve()
  }
  connection(broker: number): Promise<BrokerConnection> {
    if (this.dialError !== null) return Promise.reject(this.dialError)
    const request = <T>(call: ApiCall<T>): Promise<T> => this.receive(broker, call) as Promise<T>
    return Promise.resolve({ isOpen: true, request, close: () => Promise.resolve() })
  }
  anyConnection(): Promise<BrokerConnection> {
    const request = <T>(call: ApiCall<T>): Promise<T> => {
      if (call.apiName !== 'InitProducerId') return Promise.resolve(null as T)
      if (this.idError !== null) return Promise.reject(this.idError)
      return Promise.resolve({ producerId: ++this.idsGiven, producerEpoch: 0 } as T)
    }
    return Promise.resolve({ isOpen: true, request, close: () => Promise.resolve() })
  }

  private receive(broker: number, call: ApiCall<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const places = placesOf(Buffer.concat(call.body as readonly Buffer[]))
      const answer: OnWire['answer'] = (codeOf = () => 0) => {
        const answers: PartitionAnswer[] = []
        for (const [topic, partition] of places) {
          const code = codeOf(topic, partition)
          if (code !== null) answers.push({ topic, partition, code, detail: null, baseOffset: 100 })
        }
        resolve(answers)
      }
      this.requests.push({ broker, places, answer, fail: reject })
    })
  }
}

function placesOf(body: Buffer): [topic: string, partition: number][] {
  const reader = new WireReader(body)
  reader.nullableString()
  reader.skip(6) // acks and time limit
  return reader
    .array(() => {
      const topic = reader.string()
      return reader.array((): [string, number] => {
        const partition = reader.int32()
        reader.bytes()
        return [topic, partition]
      })
    })
    .flat()
}

interface Setting {
  readonly cluster: FakeCluster
  readonly time: VirtualTime
  readonly producer: Producer
  readonly append: (topic: string, partition: number, lifeMs?: number, bytes?: number) => AppendOutcome[]
}

async function setUp(changes: Partial<ProducerOptions> = {}): Promise<Setting> {
  const cluster = new FakeCluster()
  const time = createVirtualTime()
  const options: ProducerOptions = {
    bufferBytesMax: 50_000_000,
    batchBytesMax: 900_000,
    requestTimeoutMs: 1_000,
    deliveryTimeoutMs: 5_000,
    acks: -1,
    isIdempotent: true,
    ...changes,
  }
  const defer = (run: () => void): void => void time.after(0, run)
  const producer = createProducer({ cluster, log: silentLog, clock: time, scheduler: time, defer }, options)
  cluster.setLayout('t', 1, 1, 1)
  await producer.start()
  return {
    cluster,
    time,
    producer,
    append(topic, partition, lifeMs = 2_000, bytes = 10) {
      const outcomes: AppendOutcome[] = []
      const value = [Buffer.alloc(bytes)]
      const content = { topic, partition, key: null, value, headers: [], timestampMs: 0 }
      const deadlineMs = time.monotonic() + lifeMs
      producer.append({ ...content, deadlineMs, done: outcome => void outcomes.push(outcome) })
      return outcomes
    },
  }
}

describe('a producer', () => {
  it('sends what came in one turn as one request, a batch for each partition', async () => {
    const { cluster, time, append } = await setUp()
    const outcomes = [0, 1, 0, 2].map(partition => append('t', partition))

    expect(cluster.requests).toHaveLength(0)
    await time.advance(1)
    expect(cluster.requests.map(({ places }) => places)).toEqual([
      [
        ['t', 0],
        ['t', 1],
        ['t', 2],
      ],
    ])
    cluster.requests[0]!.answer()
    await time.advance(1)

    expect(outcomes.map(([outcome]) => outcome)).toMatchObject([
      { kind: 'stored', offset: 100 },
      { kind: 'stored', offset: 100 },
      { kind: 'stored', offset: 101 },
      { kind: 'stored', offset: 100 },
    ])
  })

  it('reads the answer partition by partition: a refused lane leaves the others stored', async () => {
    const { cluster, time, append } = await setUp()
    const outcomes = [append('t', 0), append('t', 1), append('t', 2)]

    await time.advance(1)
    cluster.requests[0]!.answer(
      (_topic, partition) => [0, kafkaCode.TOPIC_AUTHORIZATION_FAILED, null][partition]!,
    )
    await time.advance(25)
    expect(outcomes.map(([outcome]) => outcome?.kind)).toEqual(['stored', 'notStored', undefined])
    await time.advance(50)
    expect(cluster.requests[1]!.places).toEqual([['t', 2]])
    cluster.requests[1]!.answer()
    await time.advance(1)

    expect(outcomes[2]).toMatchObject([{ kind: 'stored' }])
  })

  it('sends each lane to its own leader, and to the new one when the leader moved', async () => {
    const { cluster, time, append } = await setUp()
    cluster.setLayout('t', 1, 2)
    append('t', 0)
    append('t', 1)

    await time.advance(1)
    expect(cluster.requests.map(({ broker }) => broker)).toEqual([1, 2])
    cluster.requests[0]!.answer(() => kafkaCode.NOT_LEADER_OR_FOLLOWER)
    await time.advance(1)
    expect(cluster.refreshed).toContain('t')
    cluster.setLayout('t', 2, 2)
    await time.advance(1)

    expect(cluster.requests[2]).toMatchObject({ broker: 2, places: [['t', 0]] })
  })

  it('has only so many requests on the way to a broker, and gathers the rest', async () => {
    const { cluster, time, append } = await setUp()
    cluster.setLayout('t', ...Array<number>(10).fill(1))

    for (let partition = 0; partition < 10; partition++) {
      append('t', partition)
      await time.advance(1)
    }
    expect(cluster.requests).toHaveLength(requestsInFlightMax)
    cluster.requests[0]!.answer()
    await time.advance(1)

    expect(cluster.requests[requestsInFlightMax]!.places).toHaveLength(10 - requestsInFlightMax)
  })

  it('keeps requests near their bound in bytes', async () => {
    const { cluster, time, append } = await setUp()
    const partitions = 12
    cluster.setLayout('t', ...Array<number>(partitions).fill(1))

    for (let partition = 0; partition < partitions; partition++) append('t', partition, 2_000, 890_000)
    await time.advance(1)

    const most = Math.ceil(requestBytesMax / 890_000)
    expect(cluster.requests.map(({ places }) => places.length)).toEqual([most, partitions - most])
  })

  it('lets messages leave at their deadline while the leader is not known, and says so', async () => {
    const { cluster, time, append } = await setUp()
    cluster.setLayout('t', -1)
    const outcomes = append('t', 0, 300)

    await time.advance(299)
    expect(outcomes).toEqual([])
    await time.advance(30)

    expect(outcomes).toMatchObject([{ kind: 'notStored', cause: 'deadline' }])
    expect(JSON.stringify(outcomes)).toContain('its leader is not known')
    expect(cluster.requests).toHaveLength(0)
  })

  it('says that a topic is unknown when Kafka said so', async () => {
    const { time, append } = await setUp()
    const outcomes = append('nobody', 0, 300)

    await time.advance(400)

    expect(outcomes).toMatchObject([{ kind: 'notStored', cause: 'unknownTopic' }])
  })

  it('sends as soon as a leader is there', async () => {
    const { cluster, time, append } = await setUp()
    cluster.setLayout('t', -1)
    append('t', 0)
    await time.advance(600)

    cluster.setLayout('t', 1)
    await time.advance(1)

    expect(cluster.requests).toHaveLength(1)
  })

  it('waits for a producer id and goes on when there is one', async () => {
    const { cluster, time, producer, append } = await setUp()
    cluster.idError = new ConnectionLost('away')
    append('t', 0)
    await time.advance(1)
    cluster.requests[0]!.answer(() => kafkaCode.PRODUCER_FENCED)
    await time.advance(500)
    expect(cluster.requests).toHaveLength(1)

    cluster.idError = null
    await time.advance(600)

    expect(cluster.requests).toHaveLength(2)
    expect(cluster.idsGiven).toBe(2)
    expect(producer.stats().repeatCount).toBe(1)
  })

  it('never begins a sequence again that Kafka may know: a topic that went takes its id along', async () => {
    const { cluster, time, append } = await setUp()
    append('t', 0)
    await time.advance(1)
    cluster.requests[0]!.answer()
    await time.advance(1)

    cluster.removeTopic('t')
    cluster.setLayout('t', 1)
    append('t', 0)
    await time.advance(50)

    expect(cluster.requests).toHaveLength(2)
    expect(cluster.idsGiven).toBe(2)
  })

  it('repeats what had no answer, and answers "unknown" at the deadline', async () => {
    const { cluster, time, producer, append } = await setUp()
    const outcomes = append('t', 0, 100)
    await time.advance(1)

    cluster.requests[0]!.fail(new ConnectionLost('gone'))
    await time.advance(150)
    expect(outcomes).toMatchObject([{ kind: 'unknown' }])
    expect(cluster.requests).toHaveLength(2)
    expect(producer.bytesWaiting).toBeGreaterThan(0)
    cluster.requests[1]!.answer()
    await time.advance(1)

    expect(producer.bytesWaiting).toBe(0)
    expect(outcomes).toHaveLength(1)
  })

  it('says "not stored" while no connection can be had, and recovers', async () => {
    const { cluster, time, append } = await setUp()
    cluster.dialError = new ConnectionLost('refused')
    const early = append('t', 0, 200)
    const late = append('t', 0, 5_000)
    await time.advance(1_000)
    expect(early).toMatchObject([{ kind: 'notStored', cause: 'deadline' }])

    cluster.dialError = null
    await time.advance(600)
    cluster.requests[0]!.answer()
    await time.advance(1)

    expect(late).toMatchObject([{ kind: 'stored' }])
  })

  it('refuses at once what the broker is too old for', async () => {
    const { cluster, time, append } = await setUp()
    const outcomes = append('t', 0)
    await time.advance(1)

    cluster.requests[0]!.fail(new UnsupportedBroker('Kafka broker x speaks Produce versions 0 to 3'))
    await time.advance(1)

    expect(outcomes).toMatchObject([{ kind: 'notStored', cause: 'barred' }])
  })

  it('has no timer while it has nothing to do', async () => {
    const { cluster, time, append } = await setUp()
    append('t', 0)
    await time.advance(1)
    expect(time.pending()).toBeGreaterThan(0)

    cluster.requests[0]!.answer()
    await time.advance(30)

    expect(time.pending()).toBe(0)
  })

  it('stops within its time: what was sent is unknown, what waited was not stored', async () => {
    const { time, producer, append } = await setUp()
    const sent = append('t', 0)
    await time.advance(1)
    const waiting = append('t', 0)
    let isStopped = false

    void producer.stop(300).then(() => (isStopped = true))
    const late = append('t', 1)
    await time.advance(299)
    expect(isStopped).toBe(false)
    await time.advance(1)

    expect(isStopped).toBe(true)
    expect([sent[0]?.kind, waiting[0]?.kind, late[0]?.kind]).toEqual(['unknown', 'notStored', 'notStored'])
    expect(producer.bytesWaiting).toBe(0)
    expect(time.pending()).toBe(0)
  })
})
