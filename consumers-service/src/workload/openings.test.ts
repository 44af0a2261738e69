import { describe, expect, it } from 'vitest'
import { encodeCommitNote } from '@iris/common/kafka/commit-metadata'
import type { GroupDescription, Offsets } from '@iris/common/kafka/offsets'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { MoveOrder } from '@iris/common/zookeeper/move-orders'
import { createOpenings, type Start } from './openings.js'

const empty: GroupDescription = { state: 'Empty', members: [] }

function setUp(overrides: Partial<Offsets> = {}) {
  const time = createVirtualTime()
  const asked: number[][] = []
  const missing: number[] = []
  const orders = { all: [] as MoveOrder[], failures: 0, told: (): void => undefined }
  const offsets: Offsets = {
    fetch: (_group, _topic, partitions) => {
      asked.push([...partitions])
      return Promise.resolve(
        partitions.map(partition => ({ partition, offset: 10 + partition, metadata: '' })),
      )
    },
    commit: () => Promise.resolve(),
    earliest: (_topic, partitions) =>
      Promise.resolve(partitions.map(partition => ({ partition, offset: 3 }))),
    latest: () => Promise.resolve([]),
    atTime: () => Promise.resolve([]),
    describeGroup: () => Promise.resolve(empty),
    deleteGroup: () => Promise.resolve(),
    ...overrides,
  }
  const openings = createOpenings(
    {
      ...{ offsets, scheduler: time, log: silentLog },
      orders: () => {
        orders.told()
        if (orders.failures-- > 0) return Promise.reject(new Error('ZooKeeper is away'))
        return Promise.resolve(new Map(orders.all.map(order => [order.partition, order])))
      },
      missingOffset: partition => missing.push(partition),
    },
    { groupId: 'g', kafkaTopic: 't', foreignMs: 5000, retryMs: 1000 },
  )
  const started = new Map<number, Start>()
  const start = (partition: number, signal = new AbortController().signal): void =>
    void openings.start(partition, signal).then(
      found => started.set(partition, found),
      () => undefined,
    )
  return { time, asked, missing, orders, openings, started, start }
}

describe('the openings of a subscription', () => {
  it('ask for partitions that come together at once, and for later ones with the next question', async () => {
    const { time, asked, started, start } = setUp({
      describeGroup: () => new Promise(resolve => void time.after(50, () => resolve(empty))),
    })
    for (const partition of [0, 1, 2]) start(partition)
    await time.advance(20)
    start(3)
    await time.advance(200)

    expect(asked).toEqual([[0, 1, 2], [3]])
    expect(started.get(3)).toEqual({ offset: 13, note: null, metadata: '', order: null })
  })

  it('give the note that stands beside the committed offset', async () => {
    const note = { lock: 7, settled: [[12, 15] as const], waiting: [] }
    const metadata = encodeCommitNote(10, note) ?? ''
    const { time, started, start } = setUp({
      fetch: () => Promise.resolve([{ partition: 0, offset: 10, metadata }]),
    })
    start(0)
    await time.advance(100)

    expect(started.get(0)).toEqual({ offset: 10, note, metadata, order: null })
  })

  it('begin where an order says, and know nothing of the place before', async () => {
    const metadata = encodeCommitNote(10, { lock: 7, settled: [[12, 15]], waiting: [] }) ?? ''
    const { time, started, start, orders } = setUp({
      fetch: (_group, _topic, partitions) =>
        Promise.resolve(partitions.map(partition => ({ partition, offset: 10, metadata }))),
    })
    const order = { partition: 0, offset: 4, path: '/orders/0', id: 99 }
    orders.all.push(order)
    start(0)
    start(1)
    await time.advance(100)

    expect(started.get(0)).toEqual({ offset: 4, note: null, metadata: '', order })
    expect(started.get(1)).toMatchObject({ offset: 10, order: null })
  })

  it('ask for orders first: one that is carried out meanwhile is found in the offsets', async () => {
    const calls: string[] = []
    const { time, start, orders } = setUp({
      fetch: (_group, _topic, partitions) => {
        calls.push('offsets')
        return Promise.resolve(partitions.map(partition => ({ partition, offset: 10, metadata: '' })))
      },
    })
    orders.told = () => void calls.push('orders')
    start(0)
    await time.advance(100)

    expect(calls).toEqual(['orders', 'offsets'])
  })

  it('begin nowhere before it is known whether there is an order', async () => {
    const { time, started, start, orders, openings } = setUp()
    orders.failures = 1
    start(0)
    await time.advance(100)
    expect(started.size).toBe(0)
    expect(openings.problem()).toContain('ZooKeeper is away')
    await time.advance(1_000)

    expect(started.size).toBe(1)
  })

  it('begin at the earliest offset where none is committed, and count it', async () => {
    const { time, started, start, missing } = setUp({
      fetch: () => Promise.resolve([{ partition: 0, offset: -1, metadata: '' }]),
    })
    start(0)
    await time.advance(100)

    expect(started.get(0)?.offset).toBe(3)
    expect(missing).toEqual([0])
  })

  it.each([
    [
      { state: 'Stable', members: [{ memberId: 'm', clientId: 'hermes-1', host: '/10.0.0.7' }] },
      'hermes-1 at /10.0.0.7',
    ],
    [{ state: 'PreparingRebalance', members: [] }, 'PreparingRebalance'],
  ])('wait while the group is %j, say why, and look again', async (foreign, words) => {
    let present: GroupDescription = foreign
    const { time, started, start, openings } = setUp({ describeGroup: () => Promise.resolve(present) })
    start(0)
    await time.advance(4000)
    expect(started.size).toBe(0)
    expect(openings.problem()).toContain(words)

    present = empty
    await time.advance(2000)
    expect(started.size).toBe(1)
    expect(openings.problem()).toBeNull()
  })

  it('go on while Kafka does not answer', async () => {
    let isUp = false
    const { time, started, start, openings } = setUp({
      describeGroup: () => (isUp ? Promise.resolve(empty) : Promise.reject(new Error('no coordinator'))),
    })
    start(0)
    await time.advance(2500)
    expect(openings.problem()).toContain('no coordinator')

    isUp = true
    await time.advance(1100)
    expect(started.size).toBe(1)
  })

  it('end the wait of whoever is no longer wanted', async () => {
    const { time, start, openings, asked } = setUp({
      describeGroup: () => Promise.reject(new Error('no coordinator')),
    })
    const unwanted = new AbortController()
    let reason: unknown
    openings.start(0, unwanted.signal).catch((error: unknown) => (reason = error))
    await time.advance(100)
    unwanted.abort(new Error('unwanted'))
    await time.advance(0)
    expect(reason).toMatchObject({ message: 'unwanted' })

    await time.advance(1100)
    expect(time.pending()).toBe(0)
    start(1)
    expect(asked).toEqual([])
  })
})
