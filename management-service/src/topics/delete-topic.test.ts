import { catalogOf } from '../catalog/in-memory.js'
import { describe, expect, it } from 'vitest'
import { everybody } from '@iris/common/access/principal'
import type { TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import {
  createMemoryKafka,
  createMemoryStore,
  type MemoryKafka,
  type MemoryStore,
} from '../store/in-memory.js'
import { createTopicSchemas } from '../schemas/topic-schemas.js'
import { createTopic } from './create-topic.js'
import { deleteTopic, type TopicRemovalParts } from './delete-topic.js'
import { listClients, listTopics } from './read-topics.js'

const name = 'acme.orders' as TopicName
const owner = { source: 'Plaintext', id: 'Orders Team' }
const body = { name, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }

const createStore = (): MemoryStore & { forgetSchemas: () => Promise<void> } =>
  Object.assign(createMemoryStore(), { forgetSchemas: () => Promise.resolve() })

interface SetUp {
  readonly parts: TopicRemovalParts
  readonly store: MemoryStore
  readonly kafka: MemoryKafka
  readonly cleaned: string[]
}

function setUp(isRemovalAllowed = true): SetUp {
  const [store, kafka, cleaned] = [createStore(), createMemoryKafka(), [] as string[]]
  store.held.groups.add('acme')
  store.held.topics.set(name, { value: parseTopic(body), version: 0 })
  for (const topic of [name, `${name}.auto_dlq`, `${name}.auto_delay`]) {
    kafka.topics.set(topic, { name: topic, partitions: 1, replicationFactor: 1, configs: {} })
  }
  const parts = {
    store,
    catalog: catalogOf(store),
    kafka,
    log: silentLog,
    rules: { allowedContentTypes: [], remoteFallback: false },
    settings: {
      namespace: '',
      separator: '_',
      partitions: 1,
      replicationFactor: 1,
      messageBytesMax: 1_048_576,
      isUncleanElectionAllowed: false,
    },
    cleanUp: { later: ({ group }: { group: string }) => void cleaned.push(group), stop: () => undefined },
    isRemovalAllowed,
    isSchemaRemovalAllowed: false,
    schemas: createTopicSchemas({ log: silentLog, registry: null, isMetadataRequired: true }),
  }
  return { parts, store, kafka, cleaned }
}

function subscribe({ store }: SetUp, subscription: string, isAutomatic: boolean): void {
  const value = parseSubscription({
    topicName: name,
    name: subscription,
    description: '',
    endpoint: 'http://h',
    owner: { ...owner, id: subscription },
    autoDeleteWithTopicEnabled: isAutomatic,
  })
  store.held.subscriptions.set(`${name}$${subscription}`, { value, version: 0 })
}

describe('the removal of a topic', () => {
  it('takes definition, Kafka topic, subscriptions that go with it, their dead letters and delay topics', async () => {
    const all = setUp()
    subscribe(all, 'auto', true)

    await deleteTopic(all.parts, name)

    expect([all.store.held.topics.size, all.store.held.subscriptions.size, all.kafka.topics.size]).toEqual([
      0, 0, 0,
    ])
    expect(all.cleaned).toEqual(['acme_orders_auto'])
  })

  it('is refused before anything else while it is switched off', async () => {
    const all = setUp(false)

    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({
      code: 'OPERATION_DISABLED',
      status: 406,
      message: 'Could not remove topic acme.orders, this operation is currently disabled.',
    })
  })

  it('is refused while another subscription exists, and nothing is touched', async () => {
    const all = setUp()
    subscribe(all, 'auto', true)
    subscribe(all, 'kept', false)

    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({ code: 'TOPIC_NOT_EMPTY', status: 403 })
    expect([all.store.held.subscriptions.size, all.kafka.topics.size]).toEqual([2, 3])
  })

  it('says so when Kafka keeps its topic', async () => {
    const all = setUp()
    all.kafka.failures.set('remove', new Error('away'))

    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({
      code: 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
      message: 'Topic acme.orders is removed, but Kafka still holds acme.orders: away',
    })
  })

  it('that Kafka did not finish is finished by the next one', async () => {
    const all = setUp()
    subscribe(all, 'auto', true)
    all.kafka.failures.set('remove', new Error('away'))
    await expect(deleteTopic(all.parts, name)).rejects.toThrow('away')

    await deleteTopic(all.parts, name)

    expect([...all.kafka.topics.keys(), ...all.store.held.removals.keys()]).toEqual([])
    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({ code: 'TOPIC_NOT_EXISTS' })
  })

  it('that Kafka did not finish is finished before a topic of that name is made', async () => {
    const all = setUp()
    subscribe(all, 'auto', true)
    all.kafka.failures.set('remove', new Error('away'))
    await expect(deleteTopic(all.parts, name)).rejects.toThrow('away')

    await createTopic(
      { ...all.parts, principal: everybody, rules: { ...all.parts.rules, allowedContentTypes: ['JSON'] } },
      { ...body, retentionTime: { duration: 2 } },
    )

    expect([...all.kafka.topics.values()]).toMatchObject([
      { name, configs: { 'retention.ms': String(2 * 86_400_000) } },
    ])
    expect(all.store.held.removals.size).toBe(0)
  })

  it('that storage refused half-way is noted, and one refused for its subscriptions is not', async () => {
    const all = setUp()
    all.store.failures.set('removeTopic', new Error('no answer'))

    await expect(deleteTopic(all.parts, name)).rejects.toThrow('no answer')
    expect([...all.store.held.removals.keys()]).toEqual([name])
    all.store.removeTopic = () => Promise.resolve('notEmpty')
    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({ code: 'TOPIC_NOT_EMPTY' })
    expect([all.store.held.removals.size, all.kafka.topics.size]).toEqual([0, 3])
  })

  it('leaves a Kafka topic alone whose removal was never begun', async () => {
    const all = setUp()
    all.store.held.topics.delete(name)

    await expect(deleteTopic(all.parts, name)).rejects.toMatchObject({ code: 'TOPIC_NOT_EXISTS' })
    expect(all.kafka.topics.size).toBe(3)
  })

  it('of an unknown topic is refused', async () => {
    await expect(deleteTopic(setUp().parts, 'acme.nope' as TopicName)).rejects.toMatchObject({
      code: 'TOPIC_NOT_EXISTS',
    })
  })
})

describe('a list of topics', () => {
  it('is sorted over all groups, and as stored in one', async () => {
    const { store } = setUp()
    const catalog = catalogOf(store)
    const { value } = store.held.topics.get(name) ?? {}
    if (value === undefined) throw new Error('not stored')
    for (const other of ['acme.b', 'acme.a'] as TopicName[]) {
      store.held.topics.set(other, {
        value: { ...value, name: other, trackingEnabled: other === 'acme.b' },
        version: 0,
      })
    }

    expect(await listTopics(store, catalog, { group: null, isTracked: false })).toEqual([
      'acme.a',
      'acme.b',
      'acme.orders',
    ])
    expect(await listTopics(store, catalog, { group: 'acme', isTracked: false })).toEqual([
      'acme.orders',
      'acme.b',
      'acme.a',
    ])
    expect(await listTopics(store, catalog, { group: null, isTracked: true })).toEqual(['acme.b'])
    await expect(listTopics(store, catalog, { group: 'nope', isTracked: false })).rejects.toMatchObject({
      code: 'GROUP_NOT_EXISTS',
    })
  })

  it('of its clients names each owner once', async () => {
    const all = setUp()
    subscribe(all, 'one', true)
    subscribe(all, 'two', true)

    expect(await listClients(all.store, name)).toEqual(['one', 'two'])
    await expect(listClients(all.store, 'acme.nope' as TopicName)).rejects.toMatchObject({
      code: 'TOPIC_NOT_EXISTS',
    })
  })
})
