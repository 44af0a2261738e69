import { describe, expect, it } from 'vitest'
import { everybody, principalOf } from '@iris/common/access/principal'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { catalogOf } from '../../catalog/in-memory.js'
import { createGate } from '../../gate.js'
import type { Rates } from '../../metrics/rates.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { metricsRoutes } from './metrics.js'
import { unhealthyRoutes } from './unhealthy.js'

const owner = { source: 'Plaintext', id: 'Team' }
const subscriptionPath = '/topics/g.t/subscriptions/s'

async function setUp(rows: Record<string, Record<string, number>> | null = {}) {
  const store = createMemoryStore()
  store.held.groups.add('g')
  for (const name of ['g.t', 'g.u'])
    await store.createTopic(
      parseTopic({ name, description: '', owner, retentionTime: { duration: 1 }, contentType: 'JSON' }),
    )
  for (const [name, severity] of [
    ['s', 'CRITICAL'],
    ['quiet', 'NON_IMPORTANT'],
  ] as const)
    await store.createSubscription(
      parseSubscription({
        ...{ name, topicName: 'g.t', endpoint: 'http://a.local/', description: '', owner, state: 'ACTIVE' },
        monitoringDetails: { severity, reaction: '' },
      }),
    )
  const rates: Rates = { of: (id, figure) => (rows === null ? null : (rows[id]?.[figure] ?? 0)) }
  const world = { lag: 7 as number | null, areTotalsAway: false }
  const totals = { delivered: 3, discarded: 1, volume: 90 }
  const time = createVirtualTime()
  const parts = {
    ...{ store, catalog: catalogOf(store), clock: time, scheduler: time },
    rates: { topics: () => Promise.resolve(rates), subscriptions: () => Promise.resolve(rates) },
    counters: {
      topicTotals: () => Promise.resolve({ published: 4, volume: 80 }),
      subscriptionTotals: () =>
        world.areTotalsAway ? Promise.reject(new Error('away')) : Promise.resolve(totals),
    },
    lag: () => Promise.resolve(world.lag),
  }
  const routes = [
    ...metricsRoutes(parts, createGate(1, 'queries')),
    ...unhealthyRoutes(parts, createGate(1, 'x')),
  ]
  return {
    world,
    get: (url: string, accept = 'application/json', principal = everybody) =>
      callRoute(routes, 'GET', url, { accept, principal }),
    query: (url: string, query: unknown, principal = everybody): Promise<RouteAnswer> =>
      callRoute(routes, 'POST', url, { body: { query }, principal }),
  }
}

describe('T7: the metrics of a topic', () => {
  it('are totals as numbers and rates as text', async () => {
    const { get } = await setUp({ 'g.t': { requests: 12.5, delivered: 2, bytes: 1_000 } })

    expect(await get('/topics/g.t/metrics')).toMatchObject({
      status: 200,
      body: {
        ...{ published: 4, volume: 80, rate: '12.5', deliveryRate: '2.0' },
        ...{ subscriptions: 2, throughput: '1000.0' },
      },
    })
  })

  it('are unavailable only where nobody knows them, and nothing for an unknown topic', async () => {
    expect((await (await setUp(null)).get('/topics/g.t/metrics')).body).toMatchObject({
      rate: 'unavailable',
      deliveryRate: 'unavailable',
      throughput: 'unavailable',
    })
    expect(await (await setUp()).get('/topics/g.none/metrics')).toMatchObject({
      status: 200,
      body: { rate: '0.0', subscriptions: 0 },
    })
  })
})

describe('S9, S10: the metrics of a subscription', () => {
  it('are totals, rates and the lag', async () => {
    const { get } = await setUp({
      'g.t$s': { delivered: 1.5, timeouts: 1, otherErrors: 2, codes2xx: 3, codes4xx: 4, codes5xx: 5 },
    })

    expect((await get(`${subscriptionPath}/metrics`)).body).toEqual({
      ...{ delivered: 3, discarded: 1, volume: 90, timeouts: '1.0', otherErrors: '2.0' },
      ...{ codes2xx: '3.0', codes4xx: '4.0', codes5xx: '5.0', retries: '0.0', rate: '1.5' },
      ...{ throughput: '0.0', batchRate: '0.0', lag: '7' },
    })
    expect((await get(`${subscriptionPath}/metrics/persistent`)).body).toEqual({
      ...{ delivered: 3, discarded: 1, volume: 90 },
    })
  })

  it('say -1 for what is not known', async () => {
    const { get, world } = await setUp()
    world.lag = null
    expect((await get(`${subscriptionPath}/metrics`)).body).toMatchObject({ lag: '-1' })

    world.areTotalsAway = true
    expect((await get(`${subscriptionPath}/metrics/persistent`)).body).toEqual({
      ...{ delivered: -1, discarded: -1, volume: -1 },
    })
  })

  it('are 400 for an unknown one', async () => {
    const { get } = await setUp()

    for (const path of ['metrics', 'metrics/persistent'])
      expect(await get(`/topics/g.t/subscriptions/none/${path}`)).toMatchObject({
        status: 400,
        body: { code: 'SUBSCRIPTION_NOT_EXISTS' },
      })
  })
})

describe('Q4, Q5: queries over metrics', () => {
  it('mix members of definitions and of metrics', async () => {
    const { query } = await setUp({ 'g.t': { requests: 12.5 }, 'g.t$s': { delivered: 3 } })

    expect((await query('/query/topics/metrics', { name: 'g.t', rate: { gt: 10 } })).body).toEqual([
      {
        ...{ published: 4, volume: 80, rate: '12.5', deliveryRate: '0.0' },
        ...{ subscriptions: 2, throughput: '0.0', name: 'g.t' },
      },
    ])
    expect((await query('/query/topics/metrics', { rate: { lt: 1 } })).body).toMatchObject([{ name: 'g.u' }])
    const busy = { topicName: 'g.t', rate: { gt: 1 } }
    expect((await query('/query/subscriptions/metrics', busy)).body).toEqual([
      {
        ...{ topicName: 'g.t', name: 's', delivered: 3, discarded: 1, volume: 90, timeouts: '0.0' },
        ...{ lag: '7', rate: '3.0', throughput: '0.0' },
      },
    ])
  })

  it('find nothing by a member that metrics lack, as in Hermes, and refuse what is no query', async () => {
    const { query } = await setUp()

    expect((await query('/query/topics/metrics', { 'owner.id': 'Team' })).body).toEqual([])
    expect(await query('/query/subscriptions/metrics', { rate: { bogus: 1 } })).toMatchObject({
      status: 400,
      body: { code: 'FORMAT_ERROR' },
    })
  })
})

describe('E3: the subscriptions that are not well', () => {
  const failing = { delivered: 1, codes2xx: 1, codes5xx: 9 }
  const rows = { 'g.t': { requests: 10 }, 'g.t$s': failing, 'g.t$quiet': failing }

  it('are listed with their problems, also as lines', async () => {
    const { get } = await setUp(rows)
    const description = 'The endpoint answers 5xx: 540 of 600 attempts in the last minute'

    expect((await get('/unhealthy')).body).toEqual([
      {
        ...{ name: 's', topicName: 'g.t', severity: 'CRITICAL' },
        problems: [{ code: 'MALFUNCTIONING', description }],
      },
    ])
    expect(await get('/unhealthy?respectMonitoringSeverity=false', 'text/plain')).toMatchObject({
      type: 'text/plain',
      body: `s - ${description}\r\nquiet - ${description}`,
    })
  })

  it('lag by ten minutes of publishing', async () => {
    const { get, world } = await setUp({ 'g.t': { requests: 10 } })
    world.lag = 6_001
    expect((await get('/unhealthy')).body).toMatchObject([{ problems: [{ code: 'LAGGING' }] }])

    world.lag = 6_000
    expect((await get('/unhealthy')).body).toEqual([])
  })

  it.each([
    ['subscriptionNames=s', 1],
    ['subscriptionNames=x&subscriptionNames=s', 1],
    ['subscriptionNames=x', 0],
    ['qualifiedTopicNames=g.t', 1],
    ['qualifiedTopicNames=g.u', 0],
    ['ownerSourceName=Plaintext&ownerId=Team', 1],
    ['ownerSourceName=Plaintext&ownerId=Other', 0],
  ])('are those of %s', async (filter, count) => {
    const { get } = await setUp(rows)

    expect((await get(`/unhealthy?${filter}`)).body).toHaveLength(count)
  })

  it('are none where no rates are known, and refused for an unknown source of owners', async () => {
    expect((await (await setUp(null)).get('/unhealthy')).body).toEqual([])
    expect(await (await setUp()).get('/unhealthy?ownerSourceName=Crm&ownerId=1')).toMatchObject({
      status: 404,
      body: { code: 'OWNER_NOT_FOUND' },
    })
    expect(await (await setUp()).get('/unhealthy', 'image/png')).toMatchObject({ status: 406 })
  })
})

describe('metrics and health of many', () => {
  it('are told of what the caller may read', async () => {
    const rates = { 'g.t': { requests: 5 }, 'g.t$s': { codes2xx: 5, codes5xx: 5 } }
    const { get, query } = await setUp(rates)
    const [reader, stranger] = ['g', 'other'].map(group => principalOf(group, [{ role: 'reader', group }]))
    const seenBy = async (principal: typeof reader): Promise<unknown> => {
      const answers = [
        await query('/query/topics/metrics', {}, principal),
        await query('/query/subscriptions/metrics', {}, principal),
        await get('/unhealthy', 'application/json', principal),
      ]
      return answers.map(({ status, body }) => [status, (body as unknown[]).length])
    }

    expect(await seenBy(reader)).toEqual([
      [200, 2],
      [200, 2],
      [200, 1],
    ])
    expect(await seenBy(stranger)).toEqual([
      [200, 0],
      [200, 0],
      [200, 0],
    ])
  })
})
