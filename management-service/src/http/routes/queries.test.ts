import { describe, expect, it } from 'vitest'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { catalogOf } from '../../catalog/in-memory.js'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createGate } from '../../gate.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { queryRoutes } from './queries.js'

const owner = (id: string): object => ({ source: 'Plaintext', id })
const topicForm = { description: '', retentionTime: { duration: 1 }, contentType: 'JSON' }

async function setUp() {
  const store = createMemoryStore()
  store.held.groups.add('acme').add('other')
  const topics = [
    { ...topicForm, name: 'acme.orders', owner: owner('Orders Team'), ack: 'ALL' },
    { ...topicForm, name: 'acme.carts', owner: owner('Carts'), trackingEnabled: true },
    { ...topicForm, name: 'other.things', owner: owner('Things'), contentType: 'AVRO' },
  ].map(form => parseTopic(form))
  for (const topic of topics) await store.createTopic(topic)
  const subscriptions = [
    { name: 'billing', topicName: 'acme.orders', endpoint: 'http://u:secret@billing.local:8000/in' },
    { name: 'audit', topicName: 'acme.carts', endpoint: 'http://audit.local/', trackingMode: 'trackingAll' },
  ].map(form => parseSubscription({ ...form, description: '', owner: owner('Billing') }))
  for (const subscription of subscriptions) await store.createSubscription(subscription)
  const time = createVirtualTime()
  const parts = { clock: time, scheduler: time, catalog: catalogOf(store) }
  const routes = queryRoutes(parts, createGate(1, 'queries'))
  return {
    get: (url: string) => callRoute(routes, 'GET', url),
    post: (url: string, query: unknown): Promise<RouteAnswer> =>
      callRoute(routes, 'POST', url, { body: { query } }),
  }
}

describe('Q1-Q3, T6, S6: queries', () => {
  it('give whole groups, topics and subscriptions', async () => {
    const { post } = await setUp()

    expect(await post('/query/groups', { groupName: { like: '(?i)ACM.*' } })).toMatchObject({
      status: 200,
      body: [{ groupName: 'acme' }],
    })
    expect(await post('/query/topics', { 'owner.id': 'Carts' })).toMatchObject({
      status: 200,
      body: [{ name: 'acme.carts', trackingEnabled: true, createdAt: 0, modifiedAt: 0 }],
    })
    const { body } = await post('/query/subscriptions', { name: 'billing' })
    expect(body).toMatchObject([{ name: 'billing', endpoint: 'http://u:*****@billing.local:8000/in' }])
    expect(body).not.toHaveProperty([0, 'createdAt'])
  })

  it('give names of topics, of one group too, and of a topic’s subscriptions', async () => {
    const { post } = await setUp()

    expect((await post('/topics/query', {})).body).toEqual(['acme.orders', 'acme.carts', 'other.things'])
    expect((await post('/topics/query?groupName=', {})).body).toHaveLength(3)
    expect((await post('/topics/query?groupName=acme', { ack: 'ALL' })).body).toEqual(['acme.orders'])
    expect((await post('/topics/acme.orders/subscriptions/query', { mode: 'ANYCAST' })).body).toEqual([
      'billing',
    ])
  })

  it.each([
    '/query/groups',
    '/query/topics',
    '/query/subscriptions',
    '/topics/query',
    '/topics/acme.orders/subscriptions/query',
  ])('are a bounded number at a time: %s', async url => {
    const { post, get } = await setUp()
    const answers = await Promise.all([post(url, {}), post(url, {}), get('/search/query?q=orders')])

    expect(answers.map(({ status }) => status)).toEqual([200, 503, 200])
    expect((await post(url, {})).status).toBe(200)
  })

  it('see masked passwords only', async () => {
    const { post } = await setUp()

    expect((await post('/query/subscriptions', { endpoint: { like: '.*secret.*' } })).body).toEqual([])
    expect((await post('/query/subscriptions', { endpoint: { like: '.*\\*{5}.*' } })).body).toHaveLength(1)
  })

  it('refuse unknown groups and topics, and what is no query', async () => {
    const { post } = await setUp()

    expect(await post('/topics/query?groupName=none', {})).toMatchObject({
      status: 404,
      body: { code: 'GROUP_NOT_EXISTS' },
    })
    expect(await post('/topics/acme.none/subscriptions/query', {})).toMatchObject({
      status: 404,
      body: { code: 'TOPIC_NOT_EXISTS' },
    })
    for (const path of ['/query/groups', '/query/topics', '/query/subscriptions', '/topics/query'])
      expect(await post(path, { name: { bogus: 1 } })).toMatchObject({
        status: 400,
        body: { message: 'Query could not be parsed', code: 'FORMAT_ERROR' },
      })
  })
})

describe('E1: the search', () => {
  it('finds names, owners and endpoints whatever the letter case, topics first', async () => {
    const { get } = await setUp()

    expect((await get('/search/query?q=BILLING')).body).toEqual({
      results: [
        {
          type: 'SUBSCRIPTION',
          name: 'billing',
          subscription: {
            endpoint: 'http://billing.local:8000/in',
            topic: { name: 'orders', qualifiedName: 'acme.orders', groupName: 'acme' },
          },
        },
        expect.objectContaining({ name: 'audit' }),
      ],
      totalCount: 2,
    })
    expect((await get('/search/query?q=orders')).body).toEqual({
      results: [
        { type: 'TOPIC', name: 'acme.orders', topic: { groupName: 'acme', owner: { id: 'Orders Team' } } },
      ],
      totalCount: 1,
    })
  })

  it('finds nothing for a blank text or a password', async () => {
    const { get } = await setUp()
    const nothing = { status: 200, body: { results: [], totalCount: 0 } }

    for (const url of ['/search/query', '/search/query?q=', '/search/query?q=%20', '/search/query?q=secret'])
      expect(await get(url)).toMatchObject(nothing)
  })
})

describe('the names that hold words', () => {
  it('are found in groups, topics and subscriptions, and bounded', async () => {
    const { get } = await setUp()

    expect((await get('/search/names?words=acme%20orders')).body).toEqual({
      totalCount: 2,
      results: [
        { kind: 'TOPIC', name: 'acme.orders', topicName: null },
        { kind: 'SUBSCRIPTION', name: 'billing', topicName: 'acme.orders' },
      ],
    })
    expect((await get('/search/names?words=acme&limit=1')).body).toEqual({
      totalCount: 5,
      results: [{ kind: 'GROUP', name: 'acme', topicName: null }],
    })
    for (const limit of ['0', '101', 'many'])
      expect(await get(`/search/names?words=acme&limit=${limit}`)).toMatchObject({ status: 400 })
  })
})

describe('E2: the statistics', () => {
  it('count topics and subscriptions by kind', async () => {
    const { get } = await setUp()

    expect((await get('/stats')).body).toEqual({
      topicStats: {
        topicCount: 3,
        ackAllTopicCount: 1,
        trackingEnabledTopicCount: 1,
        avroTopicCount: 1,
      },
      subscriptionStats: {
        subscriptionCount: 2,
        trackingEnabledSubscriptionCount: 1,
        avroSubscriptionCount: 0,
      },
    })
  })
})

describe('T13, S17: what an owner has', () => {
  it('is listed, passwords masked', async () => {
    const { get } = await setUp()

    expect((await get('/topics/owner/Plaintext/Orders%20Team')).body).toMatchObject([{ name: 'acme.orders' }])
    expect((await get('/topics/owner/Plaintext/nobody')).body).toEqual([])
    expect((await get('/subscriptions/owner/Plaintext/Billing')).body).toMatchObject([
      { name: 'billing', endpoint: 'http://u:*****@billing.local:8000/in' },
      { name: 'audit' },
    ])
  })

  it('is refused for an unknown source', async () => {
    const { get } = await setUp()

    for (const path of ['/topics/owner/Crm/1', '/subscriptions/owner/Crm/1'])
      expect(await get(path)).toMatchObject({ status: 404, body: { code: 'OWNER_SOURCE_NOT_FOUND' } })
  })
})
