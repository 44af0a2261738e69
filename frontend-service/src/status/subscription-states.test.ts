import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import type { ZooNode } from '@iris/common/zookeeper/session'
import { subscriptionsMax, subscriptionStates, type StatePorts } from './subscription-states.js'

const message = { id: 'm', topicName: 'acme.orders' as TopicName, partition: 1, offset: 7, storedMs: 1_000 }

const nodeOf = (form: object = {}, ctimeMs = 500): ZooNode => ({
  data: Buffer.from(JSON.stringify({ endpoint: 'http://here', ...form })),
  stat: { ctimeMs, mtimeMs: ctimeMs } as ZooNode['stat'],
})

/** Ports of one subscription that is done with the message, unless a test says otherwise. */
const portsWith = (overrides: Partial<StatePorts> = {}): StatePorts => ({
  names: () => Promise.resolve(['billing']),
  node: () => Promise.resolve(nodeOf()),
  isSettled: () => Promise.resolve(true),
  areRetriesWaiting: () => Promise.resolve(false),
  isDead: () => Promise.resolve(false),
  ...overrides,
})
const filtering = { filters: [{ type: 'header', header: 'a', matcher: 'b' }] }

describe('a subscription', () => {
  it.each<[string, Partial<StatePorts>, string | undefined]>([
    ['that is done', {}, 'DELIVERED'],
    ['that is done and has filters', { node: () => Promise.resolve(nodeOf(filtering)) }, 'SETTLED'],
    ['that is not done', { isSettled: () => Promise.resolve(false) }, 'PENDING'],
    ['with the message among its dead letters', { isDead: () => Promise.resolve(true) }, 'DEAD'],
    ['with too many dead letters', { isDead: () => Promise.resolve(null) }, 'UNKNOWN'],
    ['with late retries waiting', { areRetriesWaiting: () => Promise.resolve(true) }, 'UNKNOWN'],
    [
      'with late retries waiting, dead all the same',
      { areRetriesWaiting: () => Promise.resolve(true), isDead: () => Promise.resolve(true) },
      'DEAD',
    ],
    ['about which Kafka does not answer', { isSettled: () => Promise.reject(new Error('no')) }, 'UNKNOWN'],
    ['made after the message', { node: () => Promise.resolve(nodeOf({}, 1_001)) }, undefined],
    ['that is gone', { node: () => Promise.resolve(null) }, undefined],
  ])('%s is as it is', async (_what, overrides, state) => {
    const { states } = await subscriptionStates(portsWith(overrides), message)

    expect(states.get('billing')).toBe(state)
  })

  it('cannot be told for a message whose offset is not known', async () => {
    const { states, notes } = await subscriptionStates(portsWith(), { ...message, offset: -1 })

    expect([...states]).toEqual([['billing', 'UNKNOWN']])
    expect(notes).toHaveLength(1)
  })
})

it.each([
  [subscriptionsMax, 0],
  [subscriptionsMax + 1, 1],
])('of %d subscriptions all that fit are told, sorted, with %d notes', async (count, notesCount) => {
  const names = Array.from(
    { length: count },
    (_each, index) => `s${String(index).padStart(4, '0')}`,
  ).reverse()

  const { states, notes } = await subscriptionStates(
    portsWith({ names: () => Promise.resolve(names) }),
    message,
  )

  expect([...states.keys()]).toEqual([...names].sort().slice(0, subscriptionsMax))
  expect(notes).toHaveLength(notesCount)
})
