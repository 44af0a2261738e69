import { afterEach, describe, expect, it } from 'vitest'
import { FakeBroker } from '@iris/common/kafka/fake-broker'
import { createFindOffsets } from '@iris/common/kafka/log-ends'
import { createLogReader, logReaderDefaults } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { TopicKeys } from './topic-keys.js'

const topic = 'ns_acme.prices'
const limitMs = 20_000
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

function follow(broker: FakeBroker, keysMax = 100, cluster = broker.cluster()): TopicKeys {
  const base = { cluster, log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const reader = createLogReader(base, { ...logReaderDefaults, fetchWaitMs: 100 })
  reader.start()
  const keys = new TopicKeys({ ...base, reader, findOffsets: createFindOffsets(base, 5_000) }, topic, {
    keysMax,
    keys: 0,
  })
  stops.push(async () => {
    keys.stop()
    await reader.stop()
  })
  return keys
}
const newest = (keys: TopicKeys, key: string): string => {
  const place = keys.table.find(Buffer.from(key))
  return place === null ? 'none' : `${place.partition}:${place.offset}`
}

describe('the keys of a compacted topic', () => {
  it('are read from the beginning, and know at each question what Kafka had before it', async () => {
    const broker = new FakeBroker()
    broker.create(topic, 2)
    for (let count = 0; count < 1_500; count++) broker.append(topic, count % 2, ['x'], `k${count % 10}`)
    const keys = follow(broker)
    await keys.upToDate(limitMs)
    expect([newest(keys, 'k0'), newest(keys, 'k9'), newest(keys, 'k10')]).toEqual(['0:745', '1:749', 'none'])

    for (let round = 0; round < 5; round++) {
      broker.append(topic, 0, ['x'], 'k0')
      await keys.upToDate(limitMs)
      expect(newest(keys, 'k0')).toBe(`0:${750 + round}`)
    }
  })

  it('begin with the earliest message left, and include partitions that are added', async () => {
    const broker = new FakeBroker()
    broker.create(topic, 1)
    broker.append(topic, 0, ['x'], 'old')
    broker.append(topic, 0, ['x'], 'new')
    broker.trim(topic, 0, 1)
    const keys = follow(broker)
    await keys.upToDate(limitMs)
    expect([newest(keys, 'old'), newest(keys, 'new')]).toEqual(['none', '0:1'])
    broker.grow(topic, 2)
    broker.append(topic, 1, ['x'], 'added')

    await keys.upToDate(limitMs)
    expect(newest(keys, 'added')).toBe('1:0')
  })

  it('are not told where they have no room', async () => {
    const broker = new FakeBroker()
    broker.create(topic, 1)
    for (const key of ['a', 'b', 'c']) broker.append(topic, 0, ['x'], key)
    const keys = follow(broker, 2)
    await keys.upToDate(limitMs)

    expect(keys.table.isFull).toBe(true)
  })

  it('are "not now" while Kafka shows fewer partitions than there are, or none', async () => {
    const broker = new FakeBroker()
    broker.create(topic, 2)
    const cluster = broker.cluster()
    let shown = 0
    const layout = (name: string) => (shown === 0 ? undefined : cluster.layout(name)?.slice(0, shown))
    const keys = follow(broker, 100, { ...cluster, layout })
    await expect(keys.upToDate(limitMs)).rejects.toMatchObject({ code: 'NOT_READY' })
    shown = 2
    await keys.upToDate(limitMs)
    shown = 1

    await expect(keys.upToDate(limitMs)).rejects.toMatchObject({ code: 'NOT_READY' })
  })

  it('are no longer waited for when they stop', async () => {
    const broker = new FakeBroker()
    broker.create(topic, 1)
    const keys = follow(broker)
    await keys.upToDate(limitMs)
    keys.stop()
    broker.append(topic, 0, ['x'], 'a')
    await keys.upToDate(limitMs)
  })
})
