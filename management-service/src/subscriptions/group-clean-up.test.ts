import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import {
  createMemoryKafka,
  createMemoryStore,
  groupsOf,
  type MemoryKafka,
  type MemoryStore,
} from '../store/in-memory.js'
import { createGroupCleanUp, type GroupCleanUp } from './group-clean-up.js'

const topic = 'acme.orders' as TopicName
const subscription = 'billing' as SubscriptionName
const group = 'acme_orders_billing'
const delayTopic = 'acme.orders.billing_delay'

function setUp(): { time: VirtualTime; kafka: MemoryKafka; store: MemoryStore; cleanUp: GroupCleanUp } {
  const [time, kafka, store] = [createVirtualTime(), createMemoryKafka(), createMemoryStore()]
  kafka.groups.set(group, 'acme.orders')
  const plan = { name: delayTopic, partitions: 6, replicationFactor: 1, configs: {} }
  kafka.topics.set(delayTopic, plan)
  store.held.retryStates.add('acme.orders$billing')
  const parts = {
    ...{ store, kafka: groupsOf(kafka), kafkaTopics: kafka, scheduler: time, log: silentLog },
    tasks: { forget: () => Promise.resolve() },
    namespace: { namespace: '', separator: '_' },
  }
  const cleanUp = createGroupCleanUp(parts, { delayMs: 60_000, intervalMs: 300_000 })
  cleanUp.later({ topic, subscription, group })
  return { time, kafka, store, cleanUp }
}

describe('the group of a removed subscription', () => {
  it('is deleted after the delay and not before', async () => {
    const { time, kafka } = setUp()

    await time.advance(59_999)
    const before = kafka.groups.has(group)
    await time.advance(1)

    expect([before, kafka.groups.has(group)]).toEqual([true, false])
  })

  it('takes the delay topic with it, and what is kept about retries', async () => {
    const { time, kafka, store } = setUp()

    await time.advance(59_999)
    const before = [kafka.topics.has(delayTopic), store.held.retryStates.size]
    await time.advance(1)

    expect(before).toEqual([true, 1])
    expect([kafka.topics.has(delayTopic), store.held.retryStates.size]).toEqual([false, 0])
  })

  it('is tried again when Kafka is away, and given up after twelve tries', async () => {
    const { time, kafka } = setUp()
    let tries = 0
    const removeGroup = kafka.removeGroup.bind(kafka)
    kafka.removeGroup = name => {
      tries++
      kafka.failures.set('removeGroup', new Error('away'))
      return removeGroup(name)
    }

    await time.advance(24 * 3_600_000)

    expect([tries, kafka.groups.has(group), time.pending()]).toEqual([12, true, 0])
  })

  it('stays when the subscription is there again', async () => {
    const { time, kafka, store } = setUp()
    const owner = { source: 'Plaintext', id: 'x' }
    const value = parseSubscription({
      topicName: topic,
      name: subscription,
      description: '',
      endpoint: 'http://h',
      owner,
    })
    store.held.subscriptions.set(`${topic}$${subscription}`, { value, version: 0 })

    await time.advance(60_000)

    expect([kafka.groups.has(group), kafka.topics.has(delayTopic)]).toEqual([true, true])
  })

  it('is forgotten at a stop', () => {
    const { time, cleanUp } = setUp()

    cleanUp.stop()

    expect(time.pending()).toBe(0)
  })
})
