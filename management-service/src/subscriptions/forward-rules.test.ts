import { catalogOf } from '../catalog/in-memory.js'
import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import type { TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { createMemoryStore } from '../store/in-memory.js'
import { checkForward, checkNoForwards } from './forward-rules.js'

const owner = { source: 'Plaintext', id: 'Shop team' }
const topicOf = (name: string, members: object = {}): Topic =>
  parseTopic({
    ...{ name, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } },
    ...members,
  })
const subscriptionOf = (from: string, to: string, members: object = {}) =>
  parseSubscription({
    ...{ topicName: from, name: `to-${to}`, description: '', endpoint: `topic:${to}`, owner },
    ...members,
  })

/** Topics `shop.a`, `shop.b`, `shop.c` and those given, of which some forward. */
async function setUp({
  topics = [],
  forwards = [],
}: { topics?: Topic[]; forwards?: [string, string][] } = {}) {
  const store = createMemoryStore()
  store.held.groups.add('shop')
  for (const topic of [...['shop.a', 'shop.b', 'shop.c'].map(each => topicOf(each)), ...topics])
    await store.createTopic(topic)
  for (const [from, to] of forwards) await store.createSubscription(subscriptionOf(from, to))
  const parts = { store, catalog: catalogOf(store) }
  const check = (from: string, to: string, members: object = {}, principal: Principal = everybody) =>
    checkForward(parts, subscriptionOf(from, to, members), topicOf(from), principal)
  return { ...parts, check }
}

describe('a subscription that forwards', () => {
  it('passes where its target is there, and where it is an address anyway', async () => {
    const { check } = await setUp()

    await expect(check('shop.a', 'shop.b')).resolves.toBeUndefined()
    await expect(check('shop.a', 'shop.nope', { endpoint: 'http://h/' })).resolves.toBeUndefined()
  })

  it.each([
    ['a topic that is not there', 'shop.nope', {}, 'TOPIC_NOT_EXISTS', /shop\.nope does not exist/],
    ['no name of a topic', 'shop', {}, 'VALIDATION_ERROR', /must name a topic as topic:group\.name/],
    ['its own topic', 'shop.a', {}, 'VALIDATION_ERROR', /come back to their topic: shop\.a -> shop\.a$/],
    ['BROADCAST', 'shop.b', { mode: 'BROADCAST' }, 'VALIDATION_ERROR', /^Subscription\.mode is for/],
    ['CloudEvents', 'shop.b', { cloudEvents: 'binary' }, 'VALIDATION_ERROR', /\.cloudEvents is for/],
    [
      'instances',
      'shop.b',
      { endpointAddressResolverMetadata: { instances: ['http://h/'] } },
      'VALIDATION_ERROR',
      /\.endpointAddressResolverMetadata is for/,
    ],
    [
      'a header that forwards say',
      'shop.b',
      { headers: [{ name: 'iris-hops', value: '0' }] },
      'VALIDATION_ERROR',
      /^Subscription\.headers: iris-hops cannot be set/,
    ],
    [
      'an attribute of a CloudEvent',
      'shop.b',
      { headers: [{ name: 'ce-id', value: 'x' }] },
      'VALIDATION_ERROR',
      /headers: ce-id cannot be set/,
    ],
    ['an AVRO topic', 'shop.avro', {}, 'VALIDATION_ERROR', /shop\.avro has content type AVRO/],
  ] as const)('is refused with %s', async (_what, to, members, code, message) => {
    const { check } = await setUp({ topics: [topicOf('shop.avro', { contentType: 'AVRO' })] })

    await expect(check('shop.a', to, members)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    })
  })

  it('is refused where it would close a ring, which is named', async () => {
    const { check } = await setUp({
      forwards: [
        ['shop.b', 'shop.c'],
        ['shop.c', 'shop.a'],
      ],
    })

    await expect(check('shop.a', 'shop.b')).rejects.toMatchObject({
      message: 'Messages would come back to their topic: shop.a -> shop.b -> shop.c -> shop.a',
    })
    await expect(check('shop.a', 'shop.c', { name: 'other' })).rejects.toHaveProperty(
      'code',
      'VALIDATION_ERROR',
    )
    await expect(check('shop.b', 'shop.a')).resolves.toBeUndefined()
  })

  it('takes the right to publish to its target where that asks who publishes', async () => {
    const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
    const { check } = await setUp({ topics: [topicOf('shop.closed', { auth })] })
    const grants = [
      { role: 'publisher', group: 'shop' },
      { role: 'reader', group: 'shop' },
    ] as const

    await expect(check('shop.a', 'shop.closed')).resolves.toBeUndefined()
    await expect(check('shop.a', 'shop.closed', {}, principalOf('anna', grants))).resolves.toBeUndefined()
    for (const principal of [principalOf('bert', grants), principalOf('anna', grants.slice(1))])
      await expect(check('shop.a', 'shop.closed', {}, principal)).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        message: expect.stringMatching(/the right to publish to it/) as unknown,
      })
  })
})

describe('who may not see a topic', () => {
  const stranger = principalOf('eve', [{ role: 'owner', group: 'eve' }])

  it('hears of a target the same as of one that is not there, whatever its content', async () => {
    const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
    const hidden = topicOf('shop.hidden', { auth, contentType: 'AVRO' })
    const { check } = await setUp({ topics: [hidden] })

    for (const target of ['shop.hidden', 'shop.nope'])
      await expect(check('eve.a', target, {}, stranger)).rejects.toMatchObject({
        code: 'TOPIC_NOT_EXISTS',
        message: `Topic ${target} does not exist`,
      })
  })

  it('is not told its name in a ring', async () => {
    const { check } = await setUp({
      topics: [topicOf('eve.a')],
      forwards: [
        ['shop.b', 'shop.c'],
        ['shop.c', 'eve.a'],
      ],
    })

    await expect(check('eve.a', 'shop.b', {}, stranger)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Messages would come back to their topic: eve\.a -> \(.*\) -> eve\.a$/,
      ) as unknown,
    })
    await expect(check('eve.a', 'shop.b', {}, stranger)).rejects.not.toMatchObject({
      message: expect.stringContaining('shop.c') as unknown,
    })
  })
})

describe('the removal of a topic', () => {
  it('is refused while others forward to it, and they are named', async () => {
    const { catalog } = await setUp({ forwards: [['shop.a', 'shop.b']] })

    await expect(checkNoForwards(catalog, 'shop.a' as TopicName)).resolves.toBeUndefined()
    await expect(checkNoForwards(catalog, 'shop.b' as TopicName)).rejects.toMatchObject({
      code: 'TOPIC_NOT_EMPTY',
      message: 'Topic shop.b is not empty: it has the forwarding subscriptions shop.a$to-shop.b',
    })
  })
})
