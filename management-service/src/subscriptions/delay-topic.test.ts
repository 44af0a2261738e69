import { catalogOf } from '../catalog/in-memory.js'
import { describe, expect, it } from 'vitest'
import { everybody } from '@iris/common/access/principal'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseTopic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { createMemoryKafka, createMemoryStore, groupsOf } from '../store/in-memory.js'
import type { Asked } from '../topics/create-topic.js'
import { createSubscription, type SubscriptionParts } from './create-subscription.js'
import { checkNoDelayTopic } from './delay-topic.js'
import { updateSubscription } from './update-subscription.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'Orders Team' }
const body = { topicName: topic, name, description: '', endpoint: 'http://h.example/in', owner }
const day = 86_400

function setUp(subscriptionName: string = name) {
  const [store, kafka] = [createMemoryStore(), createMemoryKafka()]
  const retentionTime = { duration: 1 }
  const addTopic = (each: string): void => {
    const value = parseTopic({ name: each, description: '', owner, contentType: 'JSON', retentionTime })
    store.held.topics.set(each, { value, version: 0 })
  }
  const addKafkaTopic = (each: string): void =>
    void kafka.topics.set(each, { name: each, partitions: 1, replicationFactor: 1, configs: {} })
  addTopic(topic)
  const parts: SubscriptionParts & Asked = {
    principal: everybody,
    store,
    catalog: catalogOf(store),
    kafka: groupsOf(kafka),
    kafkaTopics: kafka,
    guard: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    forgetFormer: () => Promise.resolve(),
    log: silentLog,
    rules: { additionalSchemes: [], batchVolumeMax: 1e6, privilegedSubscribers: [] },
    namespace: { namespace: '', separator: '_' },
  }
  const create = (retry?: object): Promise<void> =>
    createSubscription(parts, topic, { ...body, name: subscriptionName, ...(retry ? { retry } : {}) })
  return { parts, store, kafka, addTopic, addKafkaTopic, create }
}

describe('a retry window', () => {
  it('may be as long as the topic keeps its messages, and a second longer is refused', async () => {
    await expect(setUp().create({ windowSeconds: day })).resolves.toBeUndefined()
    await expect(setUp().create({ windowSeconds: day + 1 })).rejects.toThrow(
      "Subscription.retry.windowSeconds must be less than or equal to the topic's retention of 86400 seconds",
    )
  })

  it('is checked in a change too', async () => {
    const { parts, create } = setUp()
    await create()

    const change = (windowSeconds: number): Promise<void> =>
      updateSubscription(parts, { topic, name }, { retry: { windowSeconds } })
    await expect(change(day + 1)).rejects.toThrow('retention')
    await expect(change(day)).resolves.toBeUndefined()
  })
})

describe('the delay topic of a subscription', () => {
  it('is refused where its name is too long for Kafka, unless it is not to be used', async () => {
    const long = setUp('x'.repeat(249 - 'acme.orders._delay'.length + 1))
    await expect(long.create({})).rejects.toThrow("longer than Kafka's 249")
    await expect(long.create({ delayTopic: false })).resolves.toBeUndefined()
    const longest = setUp('x'.repeat(249 - 'acme.orders._delay'.length))
    await expect(longest.create({})).resolves.toBeUndefined()
  })

  it('is refused where it is a topic, or one that Kafka cannot tell apart', async () => {
    const same = setUp()
    same.addTopic('acme.orders.billing_delay')
    await expect(same.create({})).rejects.toThrow('would be the topic acme.orders.billing_delay')
    await expect(same.create()).resolves.toBeUndefined()
    const similar = setUp()
    similar.addKafkaTopic('acme_orders.billing_delay')
    await expect(similar.create({})).rejects.toThrow('collides with acme_orders.billing_delay')
  })

  it('is refused when a change brings it', async () => {
    const { parts, addTopic, create } = setUp()
    await create()
    addTopic('acme.orders.billing_delay')

    await expect(updateSubscription(parts, { topic, name }, { retry: {} })).rejects.toThrow(
      'would be the topic',
    )
  })

  it('cannot be made a topic', async () => {
    const { store, create } = setUp()
    await create()

    const check = (each: string): Promise<void> => checkNoDelayTopic(store, each as TopicName)
    await expect(check('acme.orders.billing_delay')).rejects.toThrow(
      'subscription billing of topic acme.orders',
    )
    await expect(check('acme.orders.other_delay')).resolves.toBeUndefined()
    await expect(check('acme.orders.billing')).resolves.toBeUndefined()
  })

  it('of a former subscription is gone before a new one of its name exists', async () => {
    const { store, kafka, addKafkaTopic, create } = setUp()
    addKafkaTopic('acme.orders.billing_delay')
    store.held.retryStates.add('acme.orders$billing')
    await create()

    expect([...kafka.topics.keys()]).toEqual([])
    expect(store.held.retryStates.size).toBe(0)
  })

  it('that Kafka does not remove stops the creation', async () => {
    const { store, kafka, addKafkaTopic, create } = setUp()
    addKafkaTopic('acme.orders.billing_delay')
    kafka.failures.set('remove', new Error('away'))

    await expect(create()).rejects.toThrow('away')
    expect(store.held.subscriptions.size).toBe(0)
  })
})
