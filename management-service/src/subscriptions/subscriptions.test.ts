import { catalogOf } from '../catalog/in-memory.js'
import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { everybody } from '@iris/common/access/principal'
import { parseTopic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { silentLog } from '@iris/common/lifecycle/log'
import {
  createMemoryKafka,
  createMemoryStore,
  groupsOf,
  type MemoryKafka,
  type MemoryStore,
} from '../store/in-memory.js'
import { changeState } from './change-state.js'
import type { Asked } from '../topics/create-topic.js'
import { createSubscription, type SubscriptionParts } from './create-subscription.js'
import { updateSubscription } from './update-subscription.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const names = { topic, name }
const id = 'acme.orders$billing'
const owner = { source: 'Plaintext', id: 'Orders Team' }
const body = {
  topicName: topic,
  name,
  description: 'bills',
  endpoint: 'http://svc:pa55@billing.example/in',
  owner,
}
const retentionTime = { duration: 1 }

interface SetUp {
  readonly parts: SubscriptionParts & Asked & { store: MemoryStore }
  readonly kafka: MemoryKafka
  readonly guarded: string[]
  readonly paused: string[]
  readonly forgotten: string[]
}

function setUp(): SetUp {
  const store = createMemoryStore()
  const kafka = createMemoryKafka()
  const [guarded, paused, forgotten]: [string[], string[], string[]] = [[], [], []]
  store.held.groups.add('acme')
  const value = parseTopic({ name: topic, description: '', owner, contentType: 'JSON', retentionTime })
  store.held.topics.set(topic, { value, version: 0 })
  return {
    parts: {
      principal: everybody,
      store,
      catalog: catalogOf(store),
      kafka: groupsOf(kafka),
      kafkaTopics: kafka,
      guard: endpoint => Promise.resolve(void guarded.push(endpoint)),
      pause: (_topic, each, situation) =>
        Promise.resolve(situation === 'suspended' ? void paused.push(each) : undefined),
      forgetFormer(_topic, each) {
        if (store.held.subscriptions.size > 0) throw new Error('it exists already')
        return Promise.resolve(void forgotten.push(each))
      },
      log: silentLog,
      rules: { additionalSchemes: [], batchVolumeMax: 1_000_000, privilegedSubscribers: [] },
      namespace: { namespace: '', separator: '_' },
    },
    kafka,
    guarded,
    paused,
    forgotten,
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) =>
      error instanceof HermesError ? `${error.status} ${error.code}: ${error.message}` : String(error),
  )
}

describe('a new subscription', () => {
  it('starts at the end of its Kafka topic before it is stored', async () => {
    const { parts, kafka, guarded, forgotten } = setUp()

    await createSubscription(parts, topic, body)

    expect(kafka.groups.get('acme_orders_billing')).toBe('acme.orders')
    expect(parts.store.held.subscriptions.get(id)?.value).toMatchObject({ name, state: 'PENDING' })
    expect(guarded).toEqual([body.endpoint])
    expect(forgotten).toEqual([name])
  })

  it.each<[string, unknown, RegExp]>([
    ['no body', null, /^400 OTHER: HV000116: The object to be validated must not be null\.$/],
    ['missing members', { topicName: topic, name: 's2' }, /Subscription\.endpoint must not be null/],
    [
      'an unknown owner source',
      { ...body, owner: { source: 'Nope', id: 'x' } },
      /Owner source 'Nope' doesn't exist/,
    ],
    [
      'another scheme',
      { ...body, endpoint: 'ftp://x/y' },
      /^400 VALIDATION_ERROR: Endpoint address has invalid format$/,
    ],
    ['a broken address', { ...body, endpoint: 'http://' }, /^400 OTHER/],
    ['a masked password', { ...body, endpoint: 'http://svc:*****@host/in' }, /masked with stars/],
    [
      'another topic in the body',
      { ...body, topicName: 'acme.other' },
      /^400 VALIDATION_ERROR: The path says/,
    ],
    [
      'a filter of another content type',
      { ...body, filters: [{ type: 'avropath' }] },
      /^400 VALIDATION_ERROR: Message filter type avropath doesn't match topic content type JSON$/,
    ],
    ['a filter without a type', { ...body, filters: [{}] }, /Message filter type null/],
    [
      'a pattern that takes more than linear time',
      { ...body, filters: [{ type: 'jsonpath', path: '$.a', matcher: '(?!x).*' }] },
      /^400 VALIDATION_ERROR: Subscription\.filters\[0\]\.matcher has a look ahead/,
    ],
    [
      'a feature that is not built yet',
      { ...body, endpoint: 'jms://queue' },
      /^400 VALIDATION_ERROR: Delivery by other protocols than http and https is not supported by this /,
    ],
    [
      'batches larger than consumers can hold',
      { ...body, deliveryType: 'BATCH', subscriptionPolicy: { batchVolume: 1_000_001 } },
      /^400 .*: Subscription\.batchSubscriptionPolicy\.batchVolume must be less than or equal to 1000000$/,
    ],
  ])('is refused with %s, and nothing is made', async (_what, json, expected) => {
    const { parts, kafka } = setUp()

    expect(await codeOf(createSubscription(parts, topic, json))).toMatch(expected)
    expect(kafka.groups.size + parts.store.held.subscriptions.size).toBe(0)
  })

  it('is refused below an unknown topic, and when it exists', async () => {
    const { parts } = setUp()
    const other = 'acme.nope' as TopicName
    await createSubscription(parts, topic, body)

    expect(await codeOf(createSubscription(parts, other, { ...body, topicName: other }))).toMatch(
      /^404 TOPIC_NOT_EXISTS/,
    )
    expect(await codeOf(createSubscription(parts, topic, body))).toBe(
      '400 SUBSCRIPTION_ALREADY_EXISTS: Subscription billing for topic acme.orders already exists.',
    )
  })

  it('is refused where its host may not be called', async () => {
    const { parts } = setUp()
    const guard = (): Promise<void> => Promise.reject(refusal('VALIDATION_ERROR', { problem: 'loopback' }))

    expect(await codeOf(createSubscription({ ...parts, guard }, topic, body))).toBe(
      '400 VALIDATION_ERROR: loopback',
    )
  })

  it.each([
    [{}, { kind: 'end' }],
    [{ startPosition: null }, { kind: 'end' }],
    [{ startPosition: 'now' }, { kind: 'end' }],
    [{ startPosition: 'earliest' }, { kind: 'earliest' }],
    [{ startPosition: '2026-01-01T01:00:00+01:00' }, { kind: 'time', timeMs: Date.UTC(2026, 0, 1) }],
  ])('starts where %j says, and does not keep that', async (members, place) => {
    const { parts, kafka } = setUp()
    await createSubscription(parts, topic, { ...body, ...members })

    expect([...kafka.places.values()]).toEqual([place])
    expect(JSON.stringify(parts.store.held.subscriptions.get(id))).not.toContain('startPosition')
  })

  it.each(['', 'latest', 'NOW', '2026-01-01', 'toString', 5, {}])(
    'does not start at %j',
    async startPosition => {
      const { parts, kafka } = setUp()
      const refused = createSubscription(parts, topic, { ...body, startPosition })

      await expect(refused).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
      await expect(refused).rejects.toThrow('Subscription.startPosition must be now, earliest, or a date')
      expect(kafka.places.size + parts.store.held.subscriptions.size).toBe(0)
    },
  )

  it.each(['createSubscription', 'startAt'])('leaves no group behind when %s fails', async failing => {
    const { parts, kafka } = setUp()
    parts.store.failures.set(failing, new Error('down'))
    kafka.failures.set(failing, new Error('down'))

    await codeOf(createSubscription(parts, topic, body))

    expect(kafka.groups.size + parts.store.held.subscriptions.size).toBe(0)
  })
})

describe('an update of a subscription', () => {
  const stored = async (): Promise<SetUp> => {
    const all = setUp()
    await createSubscription(all.parts, topic, { ...body, state: 'ACTIVE' })
    all.guarded.length = 0
    return all
  }

  it('merges deeply', async () => {
    const { parts, guarded } = await stored()

    await updateSubscription(parts, names, {
      subscriptionPolicy: { rate: 7 },
      headers: [{ name: 'a', value: 'b' }],
    })

    expect(parts.store.held.subscriptions.get(id)?.value).toMatchObject({
      subscriptionPolicy: { rate: 7, messageTtl: 3600 },
      headers: [{ name: 'a', value: 'b' }],
      state: 'ACTIVE',
      endpoint: body.endpoint,
    })
    expect(guarded).toEqual([])
  })

  it.each([
    [{ endpoint: 'http://svc:*****@billing.example/in' }, body.endpoint],
    [{ endpoint: 'http://svc:*****@billing.example/new' }, 'http://svc:pa55@billing.example/new'],
    [{ endpoint: 'http://other.example/in' }, 'http://other.example/in'],
  ])('with %j stores %s', async (patch, endpoint) => {
    const { parts, guarded } = await stored()

    await updateSubscription(parts, names, patch)

    expect(parts.store.held.subscriptions.get(id)?.value.endpoint).toBe(endpoint)
    expect(guarded).toEqual(endpoint === body.endpoint ? [] : [endpoint])
  })

  it.each<[string, unknown, RegExp]>([
    [
      'a masked password for another host',
      { endpoint: 'http://svc:*****@evil.example/in' },
      /^400 VALIDATION_ERROR: The password in endpoint is masked/,
    ],
    ['another name', { name: 'other' }, /^400 VALIDATION_ERROR: The path says/],
    ['another topic', { topicName: 'acme.other' }, /^400 VALIDATION_ERROR: The path says/],
    ['a rate as text', { subscriptionPolicy: { rate: '5' } }, /^400 OTHER/],
    ['a feature that is not built yet', { endpoint: 'jms://queue' }, /protocols/],
    [
      'a target that cannot be called',
      { endpointAddressResolverMetadata: { instances: ['x'] } },
      /^400 VALIDATION_ERROR: Subscription\.endpointAddressResolverMetadata\.instances\[0\] must be/,
    ],
    ['no object', 'x', /^400 FORMAT_ERROR/],
  ])('is refused with %s', async (_what, patch, expected) => {
    const { parts } = await stored()

    expect(await codeOf(updateSubscription(parts, names, patch))).toMatch(expected)
  })

  it('to PENDING leaves the state, to SUSPENDED waits for the consumers', async () => {
    const { parts, paused } = await stored()

    await updateSubscription(parts, names, { state: 'PENDING' })
    const after = parts.store.held.subscriptions.get(id)?.value.state
    await updateSubscription(parts, names, { state: 'SUSPENDED' })

    expect(after).toBe('ACTIVE')
    expect(paused).toEqual([name])
  })

  it('of a subscription that Hermes left with a missing feature can change the rest', async () => {
    const { parts } = await stored()
    const before = parts.store.held.subscriptions.get(id)
    if (before === undefined) throw new Error('not stored')
    parts.store.held.subscriptions.set(id, { ...before, value: { ...before.value, endpoint: 'jms://queue' } })

    await updateSubscription(parts, names, { description: 'new' })

    expect(parts.store.held.subscriptions.get(id)?.value).toMatchObject({
      description: 'new',
      endpoint: 'jms://queue',
    })
  })

  it('leaves filters alone that Hermes let pass and nobody can run, but takes no new ones like them', async () => {
    const { parts } = await stored()
    const before = parts.store.held.subscriptions.get(id)
    if (before === undefined) throw new Error('not stored')
    const filters = [{ type: 'jsonpath', path: '$.a', matcher: '(?!x).*' }]
    parts.store.held.subscriptions.set(id, { ...before, value: { ...before.value, filters } })

    await updateSubscription(parts, names, { description: 'new' })
    const other = { filters: [{ type: 'jsonpath', path: '$[?(1)]', matcher: 'x' }] }

    expect(parts.store.held.subscriptions.get(id)?.value).toMatchObject({ description: 'new', filters })
    expect(await codeOf(updateSubscription(parts, names, other))).toMatch(
      /^400 VALIDATION_ERROR: Subscription\.filters\[0\]\.path has an expression/,
    )
  })

  it('that meets a consumer making it ACTIVE is applied to that', async () => {
    const all = setUp()
    const { store } = all.parts
    await createSubscription(all.parts, topic, body)
    const write = store.updateSubscription.bind(store)
    let isFirst = true
    store.updateSubscription = async (subscription, version) => {
      const now = store.held.subscriptions.get(id)
      if (isFirst && now !== undefined) await write({ ...now.value, state: 'ACTIVE' }, now.version)
      isFirst = false
      return write(subscription, version)
    }

    await updateSubscription(all.parts, names, { description: 'new' })

    expect(store.held.subscriptions.get(id)?.value).toMatchObject({ description: 'new', state: 'ACTIVE' })
  })

  it('that meets another change of the same member loses with 409, which tells it', async () => {
    const { parts } = await stored()
    const { store } = parts
    writeBetween(store, { description: 'theirs' })

    const refused = await codeOf(updateSubscription(parts, names, { description: 'mine' }))
    expect(refused).toMatch(/^409 CONFLICT: .*description was "bills" and is "theirs" now$/)
    expect(store.held.subscriptions.get(id)?.value.description).toBe('theirs')
  })

  it('that meets a change of other members is made over that', async () => {
    const { parts } = await stored()
    writeBetween(parts.store, { description: 'theirs' })

    await updateSubscription(parts, names, { trackingMode: 'trackingAll' })

    const { value } = parts.store.held.subscriptions.get(id)!
    expect(value).toMatchObject({ description: 'theirs', trackingMode: 'trackingAll' })
  })
})

/** Somebody else's change comes in between the first read and the first write. */
function writeBetween(store: MemoryStore, members: object): void {
  const write = store.updateSubscription.bind(store)
  let isFirst = true
  store.updateSubscription = async (subscription, version) => {
    const now = store.held.subscriptions.get(id)
    if (isFirst && now !== undefined) await write({ ...now.value, ...members }, now.version)
    isFirst = false
    return write(subscription, version)
  }
}

describe('the state of a subscription', () => {
  it.each<[unknown, string, string[]]>([
    ['SUSPENDED', 'SUSPENDED', [name]],
    [2, 'SUSPENDED', [name]],
    ['ACTIVE', 'ACTIVE', []],
    ['PENDING', 'ACTIVE', []],
    [null, 'PENDING', []],
  ])('set to %j becomes %s', async (sent, expected, waited) => {
    const { parts, paused } = setUp()
    await createSubscription(parts, topic, { ...body, state: 'ACTIVE' })

    await changeState(parts, names, sent)

    expect(parts.store.held.subscriptions.get(id)?.value.state).toBe(expected)
    expect(paused).toEqual(waited)
  })

  it.each<[unknown, RegExp]>([
    ['BOGUS', /^400 FORMAT_ERROR: .*\[SUSPENDED, ACTIVE, PENDING\]$/],
    ['active', /^400 FORMAT_ERROR/],
    [3, /^400 FORMAT_ERROR/],
    [-1, /^400 FORMAT_ERROR/],
    [{}, /^400 FORMAT_ERROR/],
    ['ACTIVE', /^400 SUBSCRIPTION_NOT_EXISTS: Subscription billing for topic acme\.orders does not exist\.$/],
    ['PENDING', /^accepted$/],
  ])('of an unknown subscription set to %j is %s', async (sent, expected) => {
    expect(await codeOf(changeState(setUp().parts, names, sent))).toMatch(expected)
  })
})
