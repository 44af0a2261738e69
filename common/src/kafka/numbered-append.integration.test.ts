import { afterEach, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createKafkaAdmin } from './admin.js'
import { createCluster, type Cluster } from './cluster.js'
import { askForProducerId, createNumberedAppend, type AppendNumbered } from './numbered-append.js'
import { readRange } from './read-range.js'

const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const stops: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface World {
  readonly cluster: Cluster
  readonly topic: string
  readonly send: (text: string, numbers: Numbers) => ReturnType<AppendNumbered>
  stored(): Promise<readonly string[]>
}

interface Numbers {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

async function worldAt(brokers: string, present?: string): Promise<World> {
  const cluster = createCluster(parts, {
    brokers: [brokers],
    clientId: 'numbered-test',
    connectTimeoutMs: 30_000,
    requestTimeoutMs: 10_000,
    metadataMaxAgeMs: 60_000,
  })
  await cluster.start()
  stops.push(() => cluster.stop())
  const topic = present ?? `numbered-${Math.random().toString(36).slice(2)}`
  const settings = { partitions: 1, replicationFactor: 1, configs: {} }
  await createKafkaAdmin({ ...parts, cluster }, { requestTimeoutMs: 10_000 }).createTopic(topic, settings)
  const append = createNumberedAppend({ ...parts, cluster }, 10_000)
  return {
    cluster,
    topic,
    send: (text, numbers) =>
      append({
        ...{ topic, partition: 0, numbers, deadlineMs: systemClock.monotonic() + 20_000 },
        records: [{ key: null, value: [Buffer.from(text)], headers: [], timestampMs: systemClock.now() }],
      }),
    async stored() {
      const place = { topic, partition: 0, fromOffset: 0, entriesMax: 100, bytesMax: 1_000_000 }
      const deadlineMs = systemClock.monotonic() + 10_000
      const entries = await readRange({ ...parts, cluster }, { ...place, deadlineMs })
      return entries.map(({ value }) => String(value))
    },
  }
}

const numbersOf = async (world: World): Promise<Numbers> => ({
  ...(await askForProducerId({ ...parts, cluster: world.cluster }, 10_000)),
  baseSequence: 0,
})

describe('Kafka, told the numbers of a batch', () => {
  it('stores one batch of the same numbers, whoever sends it, and says where it lies', async () => {
    const world = await worldAt(inject('kafka'))
    const other = await worldAt(inject('kafka'), world.topic)
    const numbers = await numbersOf(world)

    const first = await world.send('one', numbers)
    const again = await other.send('other bytes', numbers)
    const next = await other.send('two', { ...numbers, baseSequence: 1 })
    const both = { ...numbers, baseSequence: 2 }
    const atOnce = await Promise.all([world.send('three', both), other.send('three', both)])

    expect([first, again, next]).toEqual([
      { kind: 'stored', offset: 0 },
      { kind: 'stored', offset: 0 },
      { kind: 'stored', offset: 1 },
    ])
    expect(atOnce.map(({ kind }) => kind)).toEqual(['stored', 'stored'])
    expect(await world.stored()).toEqual(['one', 'two', 'three'])
  })

  it('stores nothing of an epoch once a higher one was stored, whatever its sequence', async () => {
    const world = await worldAt(inject('kafka'))
    const old = await numbersOf(world)
    await world.send('old', old)
    await world.send('new', { ...old, producerEpoch: 0x7fff })

    const late = [await world.send('late', { ...old, baseSequence: 1 }), await world.send('later', old)]

    expect(late.map(({ kind }) => kind)).toEqual(['superseded', 'superseded'])
    expect(await world.stored()).toEqual(['old', 'new'])
  })

  it('stores nothing after a gap in the sequence', async () => {
    const world = await worldAt(inject('kafka'))
    const numbers = await numbersOf(world)
    await world.send('one', numbers)

    expect((await world.send('three', { ...numbers, baseSequence: 2 })).kind).toBe('superseded')
    expect(await world.stored()).toEqual(['one'])
  })

  it('is not asked after the deadline', async () => {
    const world = await worldAt(inject('kafka'))
    const append = createNumberedAppend({ ...parts, cluster: world.cluster }, 10_000)
    const records = [{ key: null, value: [], headers: [], timestampMs: 0 }]

    const outcome = await append({
      ...{ topic: world.topic, partition: 0, numbers: await numbersOf(world), records },
      deadlineMs: systemClock.monotonic() - 1,
    })

    expect(outcome).toMatchObject({ kind: 'notStored', cause: 'deadline' })
  })
})
