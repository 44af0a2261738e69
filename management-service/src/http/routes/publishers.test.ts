import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import { holdTopic } from '../../changes/testing/held.js'
import { createGate } from '../../gate.js'
import { createMemoryStore } from '../../store/in-memory.js'
import type { LiveFrontend } from '../../store/ports.js'
import type { TopicPublishers } from '../../topics/publisher-sums.js'
import type { PublishersParts } from '../../topics/read-publishers.js'
import { callRoute } from '../testing/call-route.js'
import { publisherRoutes } from './publishers.js'

const frontend = (id: string): LiveFrontend => ({ id, url: `http://${id}`, token: `of ${id}` })
const shop = {
  ...{ name: 'shop', proven: true, network: null, client: null },
  ...{ accepted: 1, refused: 0, firstMs: 1, lastMs: 2 },
}
const page = { sinceMs: 1, publishers: [shop], others: null }

const ask = async (
  frontends: readonly LiveFrontend[],
  json: PublishersParts['asker']['json'],
  topic = 'g.t',
  principal: Principal = everybody,
): Promise<{ status: number; body: TopicPublishers & { code?: string } }> => {
  const store = createMemoryStore()
  holdTopic(store, 'g.t')
  const parts = { store, asker: { json }, frontends: () => Promise.resolve(frontends) }
  const routes = publisherRoutes(parts, createGate(1, 'looks'))
  return (await callRoute(routes, 'GET', `/topics/${topic}/publishers`, { principal })) as never
}

describe('who publishes a topic', () => {
  it('is asked of each frontend, with the token that proves who asks', async () => {
    const asked: unknown[] = []
    const { status, body } = await ask([frontend('a'), frontend('b')], (url, _limitMs, how) => {
      asked.push([url, how?.headers])
      return Promise.resolve(page)
    })

    expect([status, body.complete, body.problems]).toEqual([200, true, []])
    expect(body.publishers).toMatchObject([{ name: 'shop', accepted: 2, frontends: 2 }])
    expect(asked).toEqual([
      ['http://a/status/publishers/g.t', { 'Iris-Forwarded-Token': 'of a' }],
      ['http://b/status/publishers/g.t', { 'Iris-Forwarded-Token': 'of b' }],
    ])
  })

  it('is not complete where a frontend is silent or of another version, and says which', async () => {
    const { body } = await ask([frontend('a'), frontend('b'), frontend('c')], url => {
      if (url.startsWith('http://a')) return Promise.resolve(page)
      return url.startsWith('http://b') ? Promise.reject(new Error('it answered 404')) : Promise.resolve({})
    })

    expect(body).toMatchObject({
      complete: false,
      problems: [
        'The frontend b has not told: it answered 404',
        'The frontend c has not told: its answer is of another version',
      ],
      publishers: [{ name: 'shop', frontends: 1 }],
    })
  })

  it('tells no machine and no address to who may not read all groups, only how many are silent', async () => {
    const refused = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:8080'))
    const seen = async (group: string, json: PublishersParts['asker']['json']): Promise<unknown> => {
      const reader = principalOf('anna', [{ role: 'reader', group }])
      const { body } = await ask([frontend('a'), frontend('b')], json, 'g.t', reader)
      return [body.complete, body.problems]
    }

    expect(await seen('g', refused)).toEqual([false, ['2 frontends have not told']])
    expect(await seen('g', url => (url.startsWith('http://a') ? refused() : Promise.resolve(page)))).toEqual([
      ...[false, ['1 frontend has not told']],
    ])
    expect(await seen('g', () => Promise.resolve(page))).toEqual([true, []])
    expect(await seen('*', refused)).toEqual([
      ...[false, ['a', 'b'].map(id => `The frontend ${id} has not told: connect ECONNREFUSED 10.0.0.7:8080`)],
    ])
  })

  it('is not known where no frontend lives', async () => {
    const { body } = await ask([], () => Promise.reject(new Error('nobody is asked')))

    expect(body).toMatchObject({ since: null, complete: false, publishers: [], others: null })
    expect(body.problems).toEqual(['No frontend lives: there is nobody to ask'])
  })

  it('is asked of no more frontends than there is time for', async () => {
    let count = 0
    const many = Array.from({ length: 257 }, (_, n) => frontend(`f${n}`))
    const { body } = await ask(many, () => {
      count++
      return Promise.resolve(page)
    })

    expect([count, body.complete]).toEqual([256, false])
    expect(body.problems).toEqual(['There are 257 frontends, and no more than 256 are asked'])
  })

  it('is refused for a topic that is not there, and nobody is asked', async () => {
    const { status, body } = await ask(
      [frontend('a')],
      () => Promise.reject(new Error('nobody is asked')),
      'g.none',
    )

    expect([status, body.code]).toEqual([404, 'TOPIC_NOT_EXISTS'])
  })
})
