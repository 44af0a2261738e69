import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import { atOnce } from '@iris/common/time/turns'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { holdSubscription } from '../../changes/testing/held.js'
import { createHistoryMemory } from '../../history/memory.js'
import { stillness } from '../../history/movements.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { historyRoutes } from './history.js'

function setUp() {
  const [clock, store] = [createVirtualTime(), createMemoryStore()]
  holdSubscription(store, 'g.t', 's')
  const stepMs = 10_000
  const memory = createHistoryMemory({ stepMs, steps: 360, subjectsMax: 10 })
  const of = new Map([
    ['g.t', { ...stillness, published: 2 }],
    ['g.t$s', { ...stillness, delivered: 3, latencyP50Ms: 4.1239 }],
  ])
  atOnce(memory.record(clock.now(), { all: { ...stillness, published: 5 }, of }))
  const routes = historyRoutes({ memory, stepMs, minutesMax: 60, clock, store })
  return (path: string, principal: Principal = everybody): Promise<RouteAnswer> =>
    callRoute(routes, 'GET', path, { principal })
}

describe('what moved lately', () => {
  it('is told of all, of a topic and of a subscription', async () => {
    const get = setUp()

    expect((await get('/history')).body).toMatchObject({ stepMs: 10_000, series: { published: [5] } })
    expect((await get('/topics/g.t/history?minutes=5')).body).toMatchObject({ series: { published: [2] } })
    expect((await get('/topics/g.t/subscriptions/s/history')).body).toMatchObject({
      from: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      series: { delivered: [3], latencyP50Ms: [4.124], lag: [0], publishP50Ms: [null] },
    })
  })

  it('of all groups together is for who may read all of them', async () => {
    expect((await setUp()('/history', principalOf('a', [{ role: 'reader', group: 'g' }]))).status).toBe(403)
  })

  it.each([
    ['/topics/g.none/history', 404],
    ['/topics/g.t/subscriptions/none/history', 400],
    ['/history?minutes=0', 400],
    ['/history?minutes=61', 400],
    ['/history?minutes=x', 400],
  ])('is refused: %s is %d', async (path, status) => {
    expect((await setUp()(path)).status).toBe(status)
  })
})
