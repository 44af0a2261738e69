import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { HermesError } from '@iris/common/errors/hermes-error'
import { holdSubscription } from '../changes/testing/held.js'
import { createMemoryStore } from '../store/in-memory.js'
import type { SlotHolder } from '../store/ports.js'
import { readConsumerGroups, type ConsumerGroupParts } from './consumer-groups.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const live = ['one', 'two'].map((instance, index) => ({
  ...{ instance, host: '127.0.0.1', pid: index, url: `http://127.0.0.1:${index}` },
}))

function partsWith(holders: readonly SlotHolder[], kafka: { state: string; members?: [] | [object] }) {
  const store = createMemoryStore()
  holdSubscription(store, topic, name)
  const { state, members = [] } = kafka
  return {
    ...{ store, clusterName: 'primary-dc', namespace: { namespace: '', separator: '_' } },
    kafka: { describe: () => Promise.resolve({ state, members }) },
    consumers: { live: () => Promise.resolve(live), holders: () => Promise.resolve(holders) },
    search: {
      partitions: () => Promise.resolve([0, 1]),
      ranges: () => Promise.resolve([0, 1].map(first => ({ first, next: 10 }))),
    },
    progress: { committed: () => Promise.resolve([7, null]) },
  } as ConsumerGroupParts
}

const partition = { topic: 'acme.orders', logEndOffset: 10, offsetMetadata: '', contentType: 'JSON' }
const first = { ...partition, partition: 0, currentOffset: 7, lag: 3 }
const second = { ...partition, partition: 1, currentOffset: 1, lag: 9 }
const member = (consumerId: string, ...partitions: object[]): object => ({
  ...{ consumerId, clientId: 'iris-consumers', host: '127.0.0.1', partitions },
})

describe('the consumer group of a subscription', () => {
  it('has who holds the locks of its partitions as members, each with its own', async () => {
    const holders = [
      { partition: 0, instance: 'one' },
      { partition: 1, instance: 'two' },
    ]
    expect(await readConsumerGroups(partsWith(holders, { state: 'Empty' }), topic, name)).toEqual([
      {
        ...{ clusterName: 'primary-dc', groupId: 'acme.orders_billing'.replace('.', '_') },
        ...{ state: 'Stable', stable: true, empty: false },
        members: [member('one', first), member('two', second)],
      },
    ])
  })

  it('has one member where one process holds all, and none where nobody does', async () => {
    const holders = [0, 1].map(each => ({ partition: each, instance: 'two' }))
    const [one] = await readConsumerGroups(partsWith(holders, { state: 'Dead' }), topic, name)
    const [none] = await readConsumerGroups(partsWith([], { state: 'Empty' }), topic, name)

    expect(one?.members).toEqual([member('two', first, second)])
    expect(none).toMatchObject({ state: 'Empty', stable: false, empty: true, members: [] })
  })

  it('has members of Kafka beside them, and then the state that Kafka tells', async () => {
    const foreign = { memberId: 'hermes-1', clientId: 'hermes', host: '/10.0.0.1' }
    const kafka = { state: 'PreparingRebalance', members: [foreign] as [object] }
    const [group] = await readConsumerGroups(
      partsWith([{ partition: 0, instance: 'gone' }], kafka),
      topic,
      name,
    )

    expect(group).toMatchObject({ state: 'PreparingRebalance', stable: false, empty: false })
    expect(group?.members).toEqual([
      { ...member('gone', first), host: '' },
      { consumerId: 'hermes-1', clientId: 'hermes', host: '/10.0.0.1', partitions: [] },
    ])
  })

  it('is none of a subscription that is not there, and refused below a topic that is not', async () => {
    const parts = partsWith([], { state: 'Empty' })

    expect(await readConsumerGroups(parts, topic, 'nobody' as SubscriptionName)).toEqual([])
    await expect(readConsumerGroups(parts, 'acme.nothing' as TopicName, name)).rejects.toThrow(HermesError)
  })
})
