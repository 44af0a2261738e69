import { describe, expect, it } from 'vitest'
import { decodeCommitNote } from '@iris/common/kafka/commit-metadata'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import type { SubscriptionState } from '@iris/common/domain/subscription-form'
import { parseTopic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createMemoryStore } from '../store/in-memory.js'
import { planRetransmission, retransmit, type RetransmissionParts } from './retransmit.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'x' }

function setUp(state: SubscriptionState = 'ACTIVE') {
  const time = createVirtualTime()
  const store = createMemoryStore()
  const described = {
    name: topic,
    description: '',
    owner,
    contentType: 'JSON',
    retentionTime: { duration: 1 },
  }
  const form = { topicName: topic, name, description: '', endpoint: 'http://h/', owner }
  store.held.topics.set(topic, { value: parseTopic(described), version: 0 })
  const subscription = { ...parseSubscription(form), state }
  store.held.subscriptions.set(`${topic}$${name}`, { value: subscription, version: 0 })
  const pending = new Map<number, number>()
  const holders = new Map<number, string>()
  const committed = new Map<number, { offset: number; metadata: string }>()
  const events: string[] = []
  const members: { memberId: string; clientId: string; host: string }[] = []
  const parts: RetransmissionParts = {
    ...{ store, clock: time, scheduler: time, log: silentLog },
    ...{ namespace: { namespace: '', separator: '_' }, clusterName: 'primary-dc', timeoutMs: 30_000 },
    orders: {
      order(_move, offsets) {
        for (const { partition, offset } of offsets) pending.set(partition, offset)
        events.push('ordered')
        return Promise.resolve()
      },
      pending: () => Promise.resolve([...pending.keys()]),
      withdraw(_move, partitions) {
        for (const partition of partitions) pending.delete(partition)
        if (partitions.length > 0) events.push(`withdrew ${partitions.join()}`)
        return Promise.resolve()
      },
      end: () => Promise.resolve(void events.push('ended')),
      async owning(_move, partitions, change) {
        if (partitions.some(partition => holders.has(partition))) return false
        await change(partition => 100 + partition)
        return true
      },
    },
    consumers: {
      holders: () => Promise.resolve([...holders].map(([partition, instance]) => ({ partition, instance }))),
    },
    groups: { describe: () => Promise.resolve({ state: members.length > 0 ? 'Stable' : 'Empty', members }) },
    moves: {
      offsetsAt: () =>
        Promise.resolve([
          { partition: 0, offset: 5 },
          { partition: 1, offset: 9 },
        ]),
      commit(_group, _topic, rows) {
        for (const { partition, ...row } of rows) committed.set(partition, row)
        return Promise.resolve()
      },
    },
    progress: { committed: () => Promise.resolve([12, 4]) },
  }
  const moved = retransmit.bind(null, parts, { topic, name }, 0)
  return { time, parts, pending, holders, committed, events, members, moved }
}

const places = [
  { topic: { value: 'acme.orders' }, offset: 5, partition: 0 },
  { topic: { value: 'acme.orders' }, offset: 9, partition: 1 },
]

describe('a retransmission', () => {
  it('of what runs is ordered, and answered when the last owner has carried it out', async () => {
    const { time, moved, pending, holders, events, committed } = setUp()
    holders.set(0, 'a').set(1, 'b')
    let answer: unknown = null
    void moved().then(json => (answer = json))
    await time.advance(1_000)
    pending.delete(0)
    await time.advance(10_000)
    expect(answer).toBeNull()
    pending.delete(1)
    await time.advance(100)

    expect(answer).toEqual({ 'primary-dc': places })
    expect(events).toEqual(['ordered', 'ended'])
    expect(committed.size).toBe(0)
  })

  it('that owners do not confirm is refused with their names, and its orders are withdrawn', async () => {
    const { time, moved, pending, holders, events } = setUp()
    holders.set(0, 'quick$1').set(1, 'slow$2')
    const outcome = expect(moved()).rejects.toMatchObject({
      code: 'UNABLE_TO_MOVE_OFFSETS_EXCEPTION',
      message: expect.stringContaining(
        'after 30000 ms 1 of 2 partitions are moved. Not confirmed: partition 1 (slow$2).',
      ) as string,
    })
    await time.advance(100)
    pending.delete(0)
    await time.advance(30_000)
    await outcome

    expect(events).toEqual(['ordered', 'withdrew 1', 'ended'])
    expect(pending.size).toBe(0)
  })

  it('moves a partition itself that has no owner for a while, with the number of its lock', async () => {
    const { time, moved, pending, holders, committed } = setUp()
    holders.set(0, 'a')
    const answer = moved()
    await time.advance(1_000)
    pending.delete(0)
    expect(committed.size).toBe(0)
    await time.advance(2_000)

    expect(await answer).toEqual({ 'primary-dc': places })
    expect([...committed.keys()]).toEqual([1])
    const { offset, metadata } = committed.get(1)!
    expect(decodeCommitNote(offset, metadata)).toEqual({ lock: 101, settled: [], waiting: [] })
  })

  it('of a suspended subscription is committed at once; one that still stops is refused', async () => {
    const { moved, committed, events, holders } = setUp('SUSPENDED')
    await moved()
    expect([...committed].map(([partition, { offset }]) => [partition, offset])).toEqual([
      [0, 5],
      [1, 9],
    ])
    expect(events).toEqual([])
    holders.set(1, 'slow$2')

    await expect(moved()).rejects.toMatchObject({
      code: 'MOVING_SUBSCRIPTION_OFFSETS_VALIDATION_ERROR',
      message: expect.stringMatching(
        /has still active members\. Not confirmed: partition 1 \(slow\$2\)/,
      ) as string,
    })
  })

  it.each([
    ['ACTIVE', 'is not stable'],
    ['SUSPENDED', 'has still active members'],
  ] as const)('beside foreign members of the group is refused: %s', async (state, text) => {
    const { moved, members, events, committed } = setUp(state)
    members.push({ memberId: 'm', clientId: 'hermes-7', host: '/10.0.0.1' })

    await expect(moved()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(text) as string,
    })
    await expect(moved()).rejects.toThrow('hermes-7')
    expect([events.length, committed.size]).toEqual([0, 0])
  })

  it('of a pending subscription is refused, and only planned', async () => {
    const { parts, moved, events } = setUp('PENDING')

    await expect(moved()).rejects.toThrow('Cannot retransmit messages for subscription in PENDING state')
    expect(await planRetransmission(parts, { topic, name }, 0)).toEqual({
      json: {
        'primary-dc': [
          { ...places[0], messages: 7, skipped: 0 },
          { ...places[1], messages: 0, skipped: 5 },
        ],
      },
      messageCount: 7,
    })
    expect(events).toEqual([])
  })
})
