import { describe, expect, it } from 'vitest'
import { everybody } from '@iris/common/access/principal'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import { createMemoryKafka, createMemoryStore, groupsOf } from '../store/in-memory.js'
import { createSubscription } from '../subscriptions/create-subscription.js'
import { deleteSubscription } from '../subscriptions/delete-subscription.js'
import { createGroupCleanUp } from '../subscriptions/group-clean-up.js'
import { createTopic } from '../topics/create-topic.js'
import { deleteTopic } from '../topics/delete-topic.js'
import { createFinisher, finishAll } from './finisher.js'

const topic = 'acme.orders' as TopicName
const subscription = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'x' }
const topicForm = { name: topic, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
const avroForm = { ...topicForm, contentType: 'AVRO', schema: '{}' }
const form = { topicName: topic, name: subscription, description: '', owner, endpoint: 'http://x.example/' }
const removable = { ...form, autoDeleteWithTopicEnabled: true }

/** What outlives a process: storage, Kafka, the registry. */
function createWorld() {
  const store = createMemoryStore()
  store.held.groups.add('acme')
  return { store, kafka: createMemoryKafka(), schemas: new Set<string>() }
}
type World = ReturnType<typeof createWorld>

/** Where a process ends: before or after its `step`th change of the world; every later call finds it dead. */
interface Death {
  readonly step: number
  readonly isAfter: boolean
}

const reads =
  /^(groups|topics?|describe|names|isEmpty|openRemovals?|unfinished|subscriptions?|owners|version)$/
const neutral = /^(checkNew|check|exclusively|groupExists|lastUndelivered|parkedKeys|oAuthProviders?|undo)$/

/** A process over the world, until it dies. */
function createProcess(world: World, death: Death | null) {
  let steps = 0
  let isDead = false
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function' || neutral.test(String(name))) return member
        return async (...given: readonly unknown[]): Promise<unknown> => {
          if (isDead) throw new Error('dead')
          const isLast = !reads.test(String(name)) && steps++ === death?.step
          if (isLast && !death.isAfter) isDead = true
          if (isDead) throw new Error('dead')
          const result: unknown = await (member as (...all: unknown[]) => unknown).apply(target, [...given])
          if (isLast) isDead = true
          if (isDead) throw new Error('dead')
          return result
        }
      },
    })
  const time: VirtualTime = createVirtualTime()
  const store = mortal(world.store)
  const kafka = mortal(world.kafka)
  const schemas: TopicSchemas = mortal<TopicSchemas>({
    checkNew: () => Promise.resolve(),
    check: () => undefined,
    register: name => Promise.resolve(void world.schemas.add(name)),
    registerAhead: () => Promise.resolve(),
    undo: name => schemas.remove(name).catch(() => undefined),
    versions: name => Promise.resolve(world.schemas.has(name) ? [1] : []),
    version: name => Promise.resolve(world.schemas.has(name) ? { id: 1, version: 1, text: '{}' } : null),
    byId: () => Promise.resolve(null),
    remove: name => Promise.resolve(void world.schemas.delete(name)),
  })
  const namespace = { namespace: '', separator: '_' }
  const groups = mortal(groupsOf(world.kafka))
  const catalog = { view: () => Promise.resolve({ groups: [], topics: [], subscriptions: [] }) }
  const base = { store, catalog, log: silentLog, scheduler: time }
  const tasks = { forget: () => Promise.resolve() }
  const cleanUp = createGroupCleanUp(
    { ...base, kafka: groups, kafkaTopics: kafka, tasks, namespace },
    { delayMs: 1_000, intervalMs: 1_000 },
  )
  const settings = { ...namespace, partitions: 1, replicationFactor: 1 }
  const topics = {
    ...{ ...base, kafka, schemas, cleanUp, isRemovalAllowed: true, isSchemaRemovalAllowed: true },
    rules: { allowedContentTypes: ['JSON', 'AVRO'], remoteFallback: false },
    settings: { ...settings, messageBytesMax: 1_048_576, isUncleanElectionAllowed: false },
    principal: everybody,
  }
  const subscriptions = {
    ...{ ...base, kafka: groups, kafkaTopics: kafka, namespace },
    guard: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    forgetFormer: () => Promise.resolve(),
    rules: { additionalSchemes: [], batchVolumeMax: 1_000_000, privilegedSubscribers: [] },
    principal: everybody,
  }
  return { topics, subscriptions, removal: { store, cleanUp, namespace }, time, stepCount: () => steps }
}
type Process = ReturnType<typeof createProcess>

const works: readonly (readonly [
  string,
  (process: Process) => Promise<void>,
  (process: Process) => Promise<void>,
])[] = [
  ['the creation of a topic', async () => undefined, ({ topics }) => createTopic(topics, topicForm)],
  ['the creation of an AVRO topic', async () => undefined, ({ topics }) => createTopic(topics, avroForm)],
  ['the removal of a topic with subscriptions', withSubscription, ({ topics }) => deleteTopic(topics, topic)],
  [
    'the creation of a subscription',
    ({ topics }) => createTopic(topics, topicForm),
    ({ subscriptions }) => createSubscription(subscriptions, topic, form),
  ],
  [
    'the removal of a subscription',
    withSubscription,
    ({ removal }) => deleteSubscription(removal, topic, subscription),
  ],
]

async function withSubscription({ topics, subscriptions }: Process): Promise<void> {
  await createTopic(topics, avroForm)
  await createSubscription(subscriptions, topic, removable)
}

/** Whatever has no definition must be gone, and what has one must be whole. */
function expectWhole({ store, kafka, schemas }: World): void {
  const { held } = store
  const isThere = held.topics.has(topic)
  const isAvro = held.topics.get(topic)?.value.contentType === 'AVRO'
  expect([...kafka.topics.keys()]).toEqual(isThere ? [topic] : [])
  expect([...schemas]).toEqual(isAvro ? [topic] : [])
  expect([...kafka.groups.keys()]).toEqual(held.subscriptions.size === 1 ? ['acme_orders_billing'] : [])
  expect([held.removals.size, held.unfinished.size]).toEqual([0, 0])
}

describe('after the end of a process at any step', () => {
  it.each(works)('%s is finished or undone by another one', async (_what, prepare, work) => {
    let deaths = 0
    for (let step = 0, isOver = false; !isOver; step++) {
      for (const isAfter of [false, true]) {
        const world = createWorld()
        await prepare(createProcess(world, null))
        const mortal = createProcess(world, { step, isAfter })
        await work(mortal).catch(() => undefined)
        if (mortal.stepCount() <= step) isOver = true
        else deaths++

        const living = createProcess(world, null)
        expect(await finishAll({ ...living.topics, ...living.removal })).toBe(true)
        // The groups of subscriptions wait until their consumers have stopped.
        await living.time.advance(1_000)
        expectWhole(world)
      }
    }
    expect(deaths).toBeGreaterThanOrEqual(4)
  })

  it('a Kafka topic that holds records is never undone', async () => {
    const world = createWorld()
    world.store.held.unfinished.set(topic, { kind: 'topic', topic, made: ['kafkaTopic'] })
    world.kafka.topics.set(topic, { name: topic, partitions: 1, replicationFactor: 1, configs: {} })
    world.kafka.filled.add(topic)
    const { topics, removal } = createProcess(world, null)

    expect(await finishAll({ ...topics, ...removal })).toBe(true)
    expect([world.kafka.topics.has(topic), world.store.held.unfinished.size]).toEqual([true, 0])
  })

  it('what cannot be finished yet is left, and tried again', async () => {
    const world = createWorld()
    world.store.held.removals.set(topic, { subscriptions: [], hasSchema: false })
    world.kafka.topics.set(topic, { name: topic, partitions: 1, replicationFactor: 1, configs: {} })
    world.kafka.failures.set('remove', new Error('away'))
    const { topics, removal, time } = createProcess(world, null)
    const finisher = createFinisher({ ...topics, ...removal }, { periodMs: 60_000 })
    finisher.start()
    await time.advance(1)
    const before = world.kafka.topics.has(topic)
    await time.advance(5_000)
    finisher.stop()

    expect([before, world.kafka.topics.has(topic), world.store.held.removals.size]).toEqual([true, false, 0])
  })
})
