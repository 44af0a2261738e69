import { describe, expect, it } from 'vitest'
import { everybody, principalOf } from '@iris/common/access/principal'
import type { FiguresPage } from '@iris/common/metrics/figures'
import { silentLog } from '@iris/common/lifecycle/log'
import { sliceMax } from '@iris/common/time/json-in-turns'
import { atOnce, turnMsMax } from '@iris/common/time/turns'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { catalogOf } from '../../catalog/in-memory.js'
import { holdSubscription, holdTopic } from '../../changes/testing/held.js'
import { createGate } from '../../gate.js'
import { createLists } from '../../installation/lists.js'
import { busiestMax, stuckMax, type Overview } from '../../installation/overview.js'
import { ratesOf } from '../../metrics/sampled-rates.js'
import { createMemoryStore } from '../../store/in-memory.js'
import type { LiveProcess } from '../../store/ports.js'
import { callRoute } from '../testing/call-route.js'
import { installationRoutes } from './installation.js'

const living = (kind: LiveProcess['kind'], id: string): LiveProcess => ({
  ...{ id, kind, host: 'h', port: 1, pid: 2, url: 'http://h:1', certificate: null, version: null },
  startedMs: Date.parse('2026-05-01T12:00:00Z'),
})
const page = (told: Partial<FiguresPage>): FiguresPage => ({
  ...{ figures: new Map(), latencies: new Map(), lags: new Map(), troubles: [] },
  ...told,
})
const failing = (id: string) =>
  ({ id, cause: 'ENDPOINT_DOWN', text: 'none of 3 attempts', circuit: 'closed' }) as const

function setUp() {
  const time = createVirtualTime()
  const store = createMemoryStore()
  const world = {
    rows: {} as Record<string, Record<string, number>>,
    pages: [] as FiguresPage[],
    processes: [living('consumers', 'c'), living('frontend', 'f'), living('management', 'm')],
    isSilent: false,
    agoMs: 10 as number | null,
    isUnknown: false,
  }
  const sample = (atMs: number, rows: typeof world.rows) => ({
    ...{ atMs, figures: new Map(Object.entries(rows)), latencies: new Map<string, number[]>() },
  })
  const routes = installationRoutes(
    {
      ...{ clock: time, scheduler: time, log: silentLog, catalog: catalogOf(store), ratePeriodMs: 10_000 },
      rates: {
        latest: () => {
          const rates = atOnce(ratesOf([{ before: sample(0, {}), after: sample(10_000, world.rows) }]))
          return world.isUnknown ? null : { atMs: 0, rates, pairs: [], untold: [], pages: world.pages }
        },
        answeredAgoMs: () => world.agoMs,
      },
      tasks: { allOpen: () => Promise.resolve([]), read: () => Promise.resolve(null) },
      processes: () =>
        world.isSilent ? Promise.reject(new Error('away')) : Promise.resolve(world.processes),
    },
    createGate(1, 'overviews'),
  )
  const overview = async (principal = everybody): Promise<Overview> => {
    const { status, body } = await callRoute(routes, 'GET', '/overview', { principal })
    expect(status).toBe(200)
    return body as Overview
  }
  const get = (path: string, principal = everybody) => callRoute(routes, 'GET', path, { principal })
  return { store, world, overview, get }
}

describe('the overview', () => {
  it('counts what there is, and tells what flows and who lives', async () => {
    const { store, world, overview } = setUp()
    holdSubscription(store, 'g.t', 's')
    holdSubscription(store, 'g.t', 'off', { state: 'SUSPENDED' })
    holdTopic(store, 'g.idle')
    world.rows = {
      'g.t': { published: 100, bytes: 2_000 },
      'g.t$s': { delivered: 50, failures: 5, retries: 4, discarded: 1 },
      'g.gone': { published: 70 },
    }

    expect(await overview()).toMatchObject({
      counts: { groups: 1, topics: 2, subscriptions: 2, suspended: 1 },
      rates: { publishedPerS: 10, deliveredPerS: 5, failedPerS: 0.5, retriedPerS: 0.4, discardedPerS: 0.1 },
      busiest: [{ topic: 'g.t', publishedPerS: 10, deliveredPerS: 5, bytesPerS: 200 }],
      ...{ stuckCount: 0, stuck: [], openCircuits: [], tasks: [], problems: [] },
      processCounts: { frontend: 1, consumers: 1, management: 1 },
    })
  })

  it('names what is stuck, the farthest behind first, as all its processes tell it', async () => {
    const { store, world, overview } = setUp()
    for (const name of ['a', 'b', 'off'])
      holdSubscription(store, 'g.t', name, { state: name === 'off' ? 'SUSPENDED' : 'ACTIVE' })
    const open = { ...failing('g.t$b'), cause: 'CIRCUIT_OPEN', circuit: 'open' } as const
    world.pages = [
      page({ lags: new Map([['g.t$b', 4]]), troubles: [failing('g.t$a'), failing('g.t$b')] }),
      page({ lags: new Map([['g.t$b', 5]]), troubles: [open, failing('g.t$off'), failing('g.t$gone')] }),
    ]
    const { stuck, stuckCount, openCircuits, lag } = await overview()

    expect(stuck.map(each => [each.subscription, each.lag, each.circuit])).toEqual([
      ['b', 9, 'open'],
      ['a', 0, 'closed'],
    ])
    expect([stuckCount, lag, openCircuits.map(each => each.subscription)]).toEqual([2, 9, ['b']])
  })

  it('shows a bounded part of what is busy and stuck, and counts the rest', async () => {
    const { store, world, overview } = setUp()
    const names = Array.from({ length: stuckMax + 1 }, (_each, n) => `s${n}`)
    for (const name of names) holdSubscription(store, `g.${name}`, name)
    world.pages = [page({ troubles: names.map(name => failing(`g.${name}$${name}`)) })]
    world.rows = Object.fromEntries(names.map((name, n) => [`g.${name}`, { published: n + 1 }]))
    const { stuck, stuckCount, busiest } = await overview()

    expect([stuck.length, stuckCount, busiest.length]).toEqual([stuckMax, stuckMax + 1, busiestMax])
    expect(busiest[0]?.topic).toBe(`g.s${stuckMax}`)
  })

  it('shows each caller only what it may read', async () => {
    const { store, world, overview } = setUp()
    holdSubscription(store, 'g.t', 's')
    holdSubscription(store, 'other.t', 's')
    world.rows = { 'g.t': { published: 10 }, 'other.t': { published: 10 }, 'other.t$s': { delivered: 10 } }
    world.pages = [page({ troubles: [failing('other.t$s')], lags: new Map([['other.t$s', 3]]) })]
    const seen = await overview(principalOf('anna', [{ role: 'reader', group: 'g' }]))

    expect(seen).toMatchObject({
      counts: { groups: 1, topics: 1, subscriptions: 1 },
      rates: { publishedPerS: 1, deliveredPerS: 0 },
      ...{ lag: 0, stuck: [], processes: null },
      processCounts: { frontend: 1 },
    })
  })

  it('says in words who is missing, and what nobody told', async () => {
    const { store, world, overview } = setUp()
    holdSubscription(store, 'g.t', 's')
    world.processes = [living('frontend', 'f')]
    world.agoMs = 60_000
    expect((await overview()).problems).toEqual([
      'No consumers process lives: nothing is delivered',
      'The frontend process f lives and does not answer',
    ])

    const anna = principalOf('anna', [{ role: 'reader', group: 'g' }])
    expect((await overview(anna)).problems).toEqual([
      'No consumers process lives: nothing is delivered',
      'Of the frontend processes 1 live and do not answer',
    ])

    Object.assign(world, { isSilent: true, isUnknown: true })
    expect(await overview()).toMatchObject({
      rates: { publishedPerS: null, deliveredPerS: null },
      ...{ lag: null, processes: null, processCounts: null },
      problems: ['ZooKeeper did not tell in time which processes live'],
    })
  })
})

describe('the compact lists', () => {
  it('have a row for each topic and subscription, with what moves and what is wrong', async () => {
    const { store, world, get } = setUp()
    holdTopic(store, 'g.idle')
    holdSubscription(store, 'g.t', 'a', { endpoint: 'http://user:secret@x.example/in' })
    holdSubscription(store, 'g.t', 'off', { state: 'SUSPENDED' })
    world.rows = { 'g.t': { published: 10 }, 'g.t$a': { delivered: 20, failures: 5 } }
    world.pages = [page({ lags: new Map([['g.t$a', 4]]), troubles: [failing('g.t$a'), failing('g.t$off')] })]

    expect((await get('/listing/topics')).body).toEqual([
      {
        ...{ name: 'g.idle', owner: 'Orders Team', contentType: 'JSON', subscriptions: 0 },
        ...{ publishRate: 0, deliveryRate: 0 },
      },
      {
        ...{ name: 'g.t', owner: 'Orders Team', contentType: 'JSON', subscriptions: 2 },
        ...{ publishRate: 1, deliveryRate: 2 },
      },
    ])
    expect((await get('/listing/subscriptions')).body).toEqual([
      {
        ...{ topicName: 'g.t', name: 'a', state: 'PENDING', owner: 'Orders Team', mode: 'ANYCAST' },
        ...{ deliveryType: 'SERIAL', endpoint: 'http://user:*****@x.example/in' },
        ...{ deliveryRate: 2, failureRate: 0.5, circuit: 'closed', lag: 4, trouble: 'ENDPOINT_DOWN' },
      },
      expect.objectContaining({ name: 'off', trouble: null }),
    ])
    expect((await get('/listing/topics?groupName=g')).body).toEqual((await get('/listing/topics')).body)
    expect((await get('/listing/topics?groupName=g.t')).body).toEqual([])
    expect((await get('/listing/subscriptions?topicName=g.t')).body).toHaveLength(2)
    expect((await get('/listing/subscriptions?topicName=g.idle')).body).toEqual([])
  })

  it('show each caller only what it may read, and say what nobody knows', async () => {
    const { store, world, get } = setUp()
    holdSubscription(store, 'g.t', 'a')
    holdSubscription(store, 'other.t', 'a')
    world.isUnknown = true
    const anna = principalOf('anna', [{ role: 'reader', group: 'g' }])

    expect((await get('/listing/topics', anna)).body).toMatchObject([{ name: 'g.t', publishRate: null }])
    expect((await get('/listing/subscriptions', anna)).body).toMatchObject([{ topicName: 'g.t', lag: null }])
  })
})

describe('long lists', () => {
  const time = createVirtualTime()

  it('are whole, and let others in while they are made', async () => {
    const store = createMemoryStore()
    const names = Array.from({ length: 3 * sliceMax }, (_each, index) => `g.t${index}`)
    for (const name of names) holdTopic(store, name)
    let [looks, turnsOfOthers] = [0, 0]
    const clock = { ...time, monotonic: () => ++looks * turnMsMax }
    const after: typeof time.after = (delayMs, run) => {
      turnsOfOthers++
      return time.after(delayMs, run)
    }
    const { topics } = createLists({
      ...{ clock, scheduler: { ...time, after }, catalog: catalogOf(store), rates: { latest: () => null } },
    })
    const asked = topics(everybody, null)
    await time.advance(0)

    expect((JSON.parse(String(await asked)) as { name: string }[]).map(({ name }) => name)).toEqual(names)
    expect(turnsOfOthers).toBe(3)
  })

  it('are made once until something moves', async () => {
    let round = { atMs: 0, rates: atOnce(ratesOf([])), pairs: [], pages: [] as FiguresPage[], untold: [] }
    const store = createMemoryStore()
    holdSubscription(store, 'g.t', 's')
    const view = await catalogOf(store).view()
    const { subscriptions } = createLists({
      ...{ clock: time, scheduler: time },
      catalog: { view: () => Promise.resolve(view) },
      rates: { latest: () => round },
    })
    const list = (): Promise<Buffer> => subscriptions(everybody, null)
    const first = await list()

    expect(await list()).toBe(first)
    round = { ...round, pages: [page({ lags: new Map([['g.t$s', 4]]) })] }
    expect(JSON.parse(String(await list()))).toMatchObject([{ name: 's', lag: 4 }])
    const anna = principalOf('anna', [{ role: 'reader', group: 'other' }])
    expect(String(await subscriptions(anna, null))).toBe('[]')
  })

  it('are made again for the next who asks, where they could not be made', async () => {
    const rates = atOnce(ratesOf([]))
    let isBroken = true
    const of: typeof rates.of = (...asked) => {
      if (isBroken) throw new Error('broken')
      return rates.of(...asked)
    }
    const round = { ...{ atMs: 0, pairs: [], pages: [], untold: [] }, rates: { ...rates, of } }
    const store = createMemoryStore()
    holdSubscription(store, 'g.t', 's')
    const view = await catalogOf(store).view()
    const { subscriptions } = createLists({
      ...{ clock: time, scheduler: time },
      ...{ catalog: { view: () => Promise.resolve(view) }, rates: { latest: () => round } },
    })

    await expect(subscriptions(everybody, null)).rejects.toThrow('broken')
    isBroken = false
    expect(JSON.parse(String(await subscriptions(everybody, null)))).toMatchObject([{ name: 's' }])
  })
})

describe('the processes', () => {
  it('are listed with what they tell, and whether they answer', async () => {
    const { get } = setUp()
    const { body } = await get('/processes')

    expect(body).toMatchObject([
      { id: 'f', kind: 'frontend', startedAt: '2026-05-01T12:00:00.000Z', answering: true, version: null },
      { id: 'c', kind: 'consumers' },
      { id: 'm', kind: 'management', answering: null },
    ])
  })
})
