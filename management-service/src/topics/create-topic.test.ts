import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { everybody } from '@iris/common/access/principal'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { silentLog } from '@iris/common/lifecycle/log'
import type { OpenRegistry } from '@iris/common/schema/open'
import { createMemoryRegistry } from '@iris/common/schema/testing/memory-registry'
import {
  createMemoryKafka,
  createMemoryStore,
  type MemoryKafka,
  type MemoryStore,
} from '../store/in-memory.js'
import { createTopicSchemas } from '../schemas/topic-schemas.js'
import { createTopic, type Asked, type TopicParts } from './create-topic.js'
import { updateTopic } from './update-topic.js'

const body = {
  name: 'acme.orders',
  description: 'order events',
  owner: { source: 'Plaintext', id: 'Orders Team' },
  contentType: 'JSON',
  retentionTime: { duration: 1 },
}
const name = body.name as TopicName
const storageAway = refusal('STORAGE_UNAVAILABLE', { problem: 'away' })

function setUp(): TopicParts & Asked & { store: MemoryStore; kafka: MemoryKafka } {
  const store = createMemoryStore()
  store.held.groups.add('acme')
  return {
    principal: everybody,
    store,
    kafka: createMemoryKafka(),
    log: silentLog,
    schemas: createTopicSchemas({ log: silentLog, registry: null, isMetadataRequired: true }),
    rules: { allowedContentTypes: ['JSON', 'AVRO'], remoteFallback: false },
    settings: {
      namespace: '',
      separator: '_',
      partitions: 10,
      replicationFactor: 1,
      messageBytesMax: 1_048_576,
      isUncleanElectionAllowed: false,
    },
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof HermesError ? `${error.status} ${error.code}: ${error.message}` : String(error),
  )
}

describe('a schema in the body of a JSON topic', () => {
  const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
  const schema = JSON.stringify({ type: 'record', name: 'Order', fields: [metadata] })
  const withRegistry = () => {
    const registry = createMemoryRegistry()
    const open = { registry, subjectOf: (topic: string) => topic } as unknown as OpenRegistry
    const schemas = createTopicSchemas({ log: silentLog, registry: open, isMetadataRequired: true })
    return {
      parts: { ...setUp(), schemas },
      kept: async () => (await registry.version(name, 'latest'))?.text,
    }
  }

  it('is registered where the topic tries its messages by it, and ignored otherwise', async () => {
    const [tried, plain] = [withRegistry(), withRegistry()]
    await createTopic(tried.parts, { ...body, schema, jsonToAvroDryRun: true })
    await createTopic(plain.parts, { ...body, schema })

    expect([await tried.kept(), await plain.kept()]).toEqual([schema, undefined])
    expect(await codeOf(createTopic(setUp(), { ...body, schema: 'nonsense' }))).toBe('accepted')
  })

  it('is judged like that of an AVRO topic where it is to be tried', async () => {
    const unfit = { ...body, schema: 'nonsense', jsonToAvroDryRun: true }

    expect(await codeOf(createTopic(withRegistry().parts, unfit))).toMatch(/^400 FORMAT_ERROR/)
    expect(await codeOf(createTopic(setUp(), unfit))).toMatch(/^400 VALIDATION_ERROR: .* schema registry/)
  })

  it('is registered by a change, for the day when the topic becomes AVRO', async () => {
    const { parts, kept } = withRegistry()
    await createTopic(parts, body)
    await updateTopic(parts, name, { schema })

    expect(await kept()).toBe(schema)
    expect(parts.store.held.topics.get(name)?.value.contentType).toBe('JSON')
  })
})

describe('a new topic', () => {
  it('keeps the newest message of each key where it says so', async () => {
    const parts = setUp()
    await createTopic(parts, { ...body, compaction: 'KEY' })

    expect(parts.kafka.topics.get('acme.orders')?.configs['cleanup.policy']).toBe('compact')
  })

  it('is in Kafka with its settings, and stored', async () => {
    const parts = setUp()

    await createTopic(parts, body)

    expect(parts.kafka.topics.get('acme.orders')).toEqual({
      name: 'acme.orders',
      partitions: 10,
      replicationFactor: 1,
      configs: {
        'retention.ms': '86400000',
        'unclean.leader.election.enable': 'false',
        'max.message.bytes': '1048576',
      },
    })
    expect(parts.store.held.topics.get('acme.orders')?.value).toMatchObject({
      name: 'acme.orders',
      ack: 'LEADER',
    })
  })

  it('adopts a Kafka topic of its name as it is', async () => {
    const parts = setUp()
    await parts.kafka.create({ name: 'acme.orders', partitions: 3, replicationFactor: 1, configs: {} })

    await createTopic(parts, body)

    expect(parts.kafka.topics.get('acme.orders')?.partitions).toBe(3)
    expect(parts.store.held.topics.has('acme.orders')).toBe(true)
  })

  it('is refused at its name where there is no such group', async () => {
    await expect(createTopic(setUp(), { ...body, name: 'nope.x' })).rejects.toMatchObject({
      ...{ code: 'GROUP_NOT_EXISTS', about: { field: 'name', pointer: '/name' } },
    })
  })

  it.each<[string, object, RegExp]>([
    [
      'an unknown group, before anything else',
      { name: 'nope.x', maxMessageSize: 1 },
      /^404 GROUP_NOT_EXISTS: Group nope does not exist$/,
    ],
    ['a group that is a path', { name: '../x.y' }, /^404 GROUP_NOT_EXISTS/],
    [
      'a broken rule',
      { maxMessageSize: 10 },
      /^400 VALIDATION_ERROR: Topic.maxMessageSize must be greater than or equal to 1024$/,
    ],
    [
      'an unknown owner source',
      { owner: { source: 'Nope', id: 'x' } },
      /^400 VALIDATION_ERROR: Owner source 'Nope' doesn't exist$/,
    ],
    [
      'the migration flag',
      { migratedFromJsonType: true },
      /^400 VALIDATION_ERROR: Newly created topic cannot have migratedFromJsonType flag set to true$/,
    ],
    [
      'AVRO where there is no schema registry',
      { contentType: 'AVRO' },
      /^400 VALIDATION_ERROR: AVRO topics need a schema registry: set schema.repository.serverUrl$/,
    ],
    [
      'a chaos policy out of bounds',
      { chaos: { mode: 'GLOBAL', globalPolicy: { probability: 101 } } },
      /^400 VALIDATION_ERROR: Invalid chaos policy/,
    ],
    [
      'a message size that Kafka would refuse',
      { maxMessageSize: 1_048_576 - 40_960 + 1 },
      /^400 VALIDATION_ERROR: Topic.maxMessageSize must be less than or equal to 1007616: Kafka takes/,
    ],
    [
      'a name too long for Kafka',
      { name: `acme.${'x'.repeat(245)}` },
      /^400 VALIDATION_ERROR: The name is too long for Kafka: 250 letters/,
    ],
  ])('is refused with %s, and nothing is made', async (_what, members, expected) => {
    const parts = setUp()

    const refused = await codeOf(createTopic(parts, { ...body, ...members }))

    expect(refused).toMatch(expected)
    expect(parts.kafka.topics.size + parts.store.held.topics.size).toBe(0)
  })

  it('of exactly the size that Kafka takes is accepted, and of a name of exactly its length', async () => {
    const parts = setUp()

    await createTopic(parts, { ...body, maxMessageSize: 1_048_576 - 40_960, name: `acme.${'x'.repeat(244)}` })

    expect(parts.store.held.topics.size).toBe(1)
  })

  it('is refused when Kafka cannot tell its name from another one', async () => {
    const parts = setUp()
    await createTopic(parts, { ...body, name: 'acme.a_b' })

    const refused = await codeOf(createTopic(parts, { ...body, name: 'acme.a.b' }))
    parts.store.held.groups.add('acme.a')
    const collided = await codeOf(createTopic(parts, { ...body, name: 'acme.a.b' }))

    expect(refused).toMatch(/GROUP_NOT_EXISTS/)
    expect(collided).toBe(
      '400 VALIDATION_ERROR: The name acme.a.b collides with acme.a_b: Kafka does not keep "." and "_" apart',
    )
  })

  it('is refused when it exists', async () => {
    const parts = setUp()
    await createTopic(parts, body)

    expect(await codeOf(createTopic(parts, body))).toBe(
      '400 TOPIC_ALREADY_EXISTS: Topic acme.orders already exists',
    )
  })

  it.each(['createTopic', 'create'] as const)('leaves nothing behind when %s fails', async failing => {
    const parts = setUp()
    parts.store.failures.set(failing, storageAway)
    parts.kafka.failures.set(failing, storageAway)

    await codeOf(createTopic(parts, body))

    expect(parts.kafka.topics.size + parts.store.held.topics.size).toBe(0)
  })

  it('leaves an adopted Kafka topic alone when storing fails', async () => {
    const parts = setUp()
    await parts.kafka.create({ name: 'acme.orders', partitions: 3, replicationFactor: 1, configs: {} })
    parts.store.failures.set('createTopic', storageAway)

    await codeOf(createTopic(parts, body))

    expect(parts.kafka.topics.has('acme.orders')).toBe(true)
  })

  it('that was stored although storage did not say so keeps its Kafka topic', async () => {
    const parts = setUp()
    const write = parts.store.createTopic.bind(parts.store)
    parts.store.createTopic = async topic => {
      await write(topic)
      throw storageAway
    }

    await codeOf(createTopic(parts, body))

    expect(parts.kafka.topics.has('acme.orders')).toBe(true)
  })
})

describe('a topic that is to be for commands', () => {
  it('stays as it is where a second subscription was made while it changed', async () => {
    const parts = setUp()
    await createTopic(parts, body)
    let looks = 0
    const subscriptions: MemoryStore['subscriptions'] = () =>
      Promise.resolve((++looks === 1 ? ['one'] : ['one', 'two']) as SubscriptionName[])
    const store = { ...parts.store, subscriptions }

    expect(await codeOf(updateTopic({ ...parts, store }, name, { kind: 'COMMAND' }))).toMatch(
      /^409 COMMAND_TOPIC_TAKEN: .* there is one, two$/,
    )
    expect(looks).toBe(2)
    expect(parts.store.held.topics.get(name)?.value.kind).toBe('EVENT')
  })
})

describe('an update of a topic', () => {
  it('merges, and changes in Kafka only what changed', async () => {
    const parts = setUp()
    await createTopic(parts, body)

    await updateTopic(parts, name, { retentionTime: { duration: 2 }, description: 'new' })

    expect(parts.store.held.topics.get(name)?.value).toMatchObject({
      description: 'new',
      retentionTime: { duration: 2, retentionUnit: 'DAYS' },
      owner: { id: 'Orders Team' },
    })
    expect(parts.kafka.topics.get(name)?.configs['retention.ms']).toBe('172800000')
  })

  it('writes nothing when nothing changes', async () => {
    const parts = setUp()
    await createTopic(parts, body)

    await updateTopic(parts, name, { description: body.description, createdAt: 1 })

    expect(parts.store.held.topics.get(name)?.version).toBe(0)
  })

  it('puts null where it means the default', async () => {
    const parts = setUp()
    await createTopic(parts, { ...body, ack: 'ALL' })

    await updateTopic(parts, name, { ack: null })

    expect(parts.store.held.topics.get(name)?.value.ack).toBe('LEADER')
  })

  it.each<[string, unknown, RegExp]>([
    [
      'another content type',
      { contentType: 'AVRO' },
      /Cannot change content type, except for migration to Avro with setting migratedFromJsonType flag\.$/,
    ],
    ['another compaction', { compaction: 'KEY' }, /Cannot change compaction/],
    [
      'the flag alone',
      { migratedFromJsonType: true },
      /Change content type to AVRO together with setting migratedFromJsonType flag/,
    ],
    [
      'a migration without a schema',
      { migratedFromJsonType: true, contentType: 'AVRO' },
      /Avro schema not available, migration not permitted/,
    ],
    ['null for a required member', { owner: null }, /^400 VALIDATION_ERROR: Topic.owner must not be null$/],
    ['another name', { name: 'acme.other' }, /^400 VALIDATION_ERROR: A topic cannot be renamed/],
    ['an unknown word', { ack: 'SOME' }, /^400 OTHER/],
    ['an object for a scalar', { description: {} }, /^400 OTHER/],
    ['no object', [1], /^400 FORMAT_ERROR/],
    [
      'a size that Kafka would refuse',
      { maxMessageSize: 1_048_576 },
      /^400 VALIDATION_ERROR: Topic.maxMessageSize/,
    ],
  ])('is refused with %s', async (_what, patch, expected) => {
    const parts = setUp()
    await createTopic(parts, body)

    expect(await codeOf(updateTopic(parts, name, patch))).toMatch(expected)
    expect(parts.store.held.topics.get(name)?.version).toBe(0)
  })

  it('that loses to another writer puts Kafka back', async () => {
    const theirs = { duration: 3, retentionUnit: 'DAYS' } as const
    const parts = setUp()
    await createTopic(parts, body)
    const write = parts.store.updateTopic.bind(parts.store)
    parts.store.updateTopic = async (topic, version) => {
      const now = parts.store.held.topics.get(name)
      if (now?.version === 0) await write({ ...now.value, retentionTime: theirs }, 0)
      return write(topic, version)
    }

    const refused = await codeOf(updateTopic(parts, name, { retentionTime: { duration: 2 } }))

    expect(refused).toMatch(/^409 CONFLICT: .*retentionTime.duration was 1 and is 3 now$/)
    expect(parts.store.held.topics.get(name)?.value.retentionTime).toEqual(theirs)
    expect(parts.kafka.topics.get(name)?.configs['retention.ms']).toBe('86400000')
  })

  it('of an unknown topic is refused', async () => {
    expect(await codeOf(updateTopic(setUp(), name, {}))).toMatch(/^404 TOPIC_NOT_EXISTS/)
  })
})
