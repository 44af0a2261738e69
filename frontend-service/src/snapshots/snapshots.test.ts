import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeBroker } from '@iris/common/kafka/fake-broker'
import { createFindOffsets, type FindOffsets } from '@iris/common/kafka/log-ends'
import { earliestTime } from '@iris/common/kafka/offset-calls'
import { createLogReader, logReaderDefaults } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock, type Clock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { ByteBudget } from '../streams/byte-budget.js'
import { createDepartures } from '@iris/common/http/departures'
import { createHttpAnswers } from '../streams/http-answers.js'
import { createSeats, type Seats } from '../streams/seats.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { createSnapshots, type Snapshots } from './snapshots.js'
import { comesTrue } from '../streams/testing/comes-true.js'

const kafkaTopic = 'ns_shop.prices'
const topic = {
  ...{ name: 'shop.prices', kafkaTopic, avroSubject: null, createdMs: 17, isCompacted: true },
} as unknown as RoutedTopic
const plenty = 1_000

interface World {
  readonly broker: FakeBroker
  readonly snapshots: Snapshots
  readonly seats: Seats
  readonly waiting: ByteBudget
  /** Partitions that were followed so far. */
  followed(): number
  ask(key: string): Promise<{ readonly status: number; readonly text: string }>
}

interface Options {
  readonly keysMax?: number
  readonly waitingBytesMax?: number
  readonly clock?: Clock
  /** Told of each question for the beginnings of partitions. */
  readonly onBeginnings?: (snapshots: Snapshots) => void
}

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function startWorld(options: Options = {}): Promise<World> {
  const broker = new FakeBroker()
  broker.create(kafkaTopic, 1)
  const base = { cluster: broker.cluster(), log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const reader = createLogReader(base, { ...logReaderDefaults, fetchWaitMs: 100 })
  reader.start()
  let followed = 0
  const find = createFindOffsets(base, 5_000)
  const findOffsets: FindOffsets = async (...question) => {
    const found = await find(...question)
    if (question[2] === earliestTime) options.onBeginnings?.(snapshots)
    return found
  }
  const seats = createSeats({ max: plenty, perTopicMax: plenty, perAddressMax: plenty })
  const waiting = new ByteBudget(options.waitingBytesMax ?? 1024 * 1024)
  const snapshots: Snapshots = createSnapshots({
    ...{ ...base, clock: options.clock ?? systemClock, findOffsets, seats, waiting },
    reader: {
      follow(request) {
        followed++
        return reader.follow(request)
      },
    },
    door: { enter: (_request: IncomingMessage) => Promise.resolve(topic) },
    answers: createHttpAnswers([]),
    departures: createDepartures(),
    ...{ registry: null, areIdsUsed: false, keysMax: options.keysMax ?? 100 },
    isStopping: () => false,
  })
  const server = createServer((request, response) => {
    const key = (request.url ?? '').slice(1)
    void snapshots.route.handle(request, response, { name: topic.name, key })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  stops.push(async () => {
    server.closeAllConnections()
    await new Promise(resolve => void server.close(resolve))
    snapshots.stop()
    await reader.stop()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ broker, snapshots, seats, waiting, followed: () => followed },
    async ask(key) {
      const answer = await fetch(`${url}/${key}`, { signal: AbortSignal.timeout(20_000) })
      return { status: answer.status, text: await answer.text() }
    },
  }
}

describe('a snapshot', () => {
  it('is the newest message of its key, and 404 where the key is not there', async () => {
    const { broker, ask } = await startWorld()
    broker.append(kafkaTopic, 0, ['1'], 'a')
    broker.append(kafkaTopic, 0, ['2'], 'a')

    expect(await ask('a')).toEqual({ status: 200, text: '2' })
    expect((await ask('b')).status).toBe(404)
  })

  it('is "not now", and not "not there", when the keys are let go while they are read', async () => {
    const { broker, ask } = await startWorld({ onBeginnings: snapshots => snapshots.stop() })
    broker.append(kafkaTopic, 0, ['1'], 'a')

    const { status, text } = await ask('a')
    expect(status).toBe(503)
    expect(text).toContain('NOT_READY')
  })

  it('is never that of another key, when the topic was made anew and is as long as it was', async () => {
    const { broker, ask } = await startWorld()
    broker.append(kafkaTopic, 0, ['1'], 'a')
    expect((await ask('a')).text).toBe('1')
    broker.create(kafkaTopic, 1)
    broker.append(kafkaTopic, 0, ['2'], 'b')

    expect((await ask('a')).status).toBe(503)
    expect((await ask('a')).status).toBe(404)
    expect((await ask('b')).text).toBe('2')
  })

  it('of a topic whose keys have no room is refused for a while without reading the topic again', async () => {
    let nowMs = 0
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + nowMs }
    const { broker, ask, followed } = await startWorld({ keysMax: 2, clock })
    for (const key of ['a', 'b', 'c']) broker.append(kafkaTopic, 0, ['1'], key)
    expect((await ask('a')).text).toContain('SNAPSHOTS_FULL')
    expect((await ask('a')).text).toContain('SNAPSHOTS_FULL')
    expect(followed()).toBe(1)

    nowMs = 60_000
    expect((await ask('a')).text).toContain('SNAPSHOTS_FULL')
    expect(followed()).toBe(2)
  })

  it('holds its seat and its bytes until it was taken, and is refused where those have no room', async () => {
    const { broker, ask, seats, waiting } = await startWorld({ waitingBytesMax: 100 })
    broker.append(kafkaTopic, 0, ['1'], 'a')
    expect((await ask('a')).status).toBe(200)
    await comesTrue(() => expect([seats.count(), waiting.bytes]).toEqual([0, 0]))

    waiting.bytes = 100
    const { status, text } = await ask('a')
    expect([status, seats.count()]).toEqual([503, 0])
    expect(text).toContain('STREAMS_FULL')
  })
})
