import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { buy } from '@iris/examples/shop/customers'
import { startShop } from '@iris/examples/shop/shop'
import { eventually } from '../support/eventually.js'
import { runExample } from '../support/example-program.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Sent {
  readonly status: string
  readonly subscription?: string
}

const settings = {
  'frontend-service': {
    'frontend.http.headers.propagationEnabled': 'true',
    'frontend.http.headers.allowedSet': 'trace-id',
  },
}

let stack: TestStack
let subscriber: Subscriber

beforeAll(async () => {
  ;[stack, subscriber] = await Promise.all([
    startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings }),
    startSubscriber(),
  ])
})
beforeEach(() => {
  subscriber.answerWith(() => ({}))
  subscriber.forget()
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

describe('synchronous and asynchronous', () => {
  it('A1: a publisher is answered while the receiver still works', async () => {
    let answerNow = (): void => undefined
    const after = new Promise<void>(resolve => (answerNow = resolve))
    subscriber.answerWith(() => ({ after }))
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url)

    const published = await stack.publish(topic, '{"id":1}')
    await subscriber.waitFor(1)
    const working = subscriber.inFlight().now
    answerNow()

    expect(published.status).toBe(201)
    expect(working).toBe(1)
    expect(subscriber.received()[0]?.body.toString()).toBe('{"id":1}')
  })

  it('A2: a direct call needs both sides at the same moment, a message does not', async () => {
    const shop = await startShop(stack.api)
    try {
      await shop.billing.stop()
      const called = await buy(shop.synchronous.url, 1)
      const told = await buy(shop.asynchronous.url, 1)

      expect(called.refusals).toEqual(['503 billing does not answer'])
      expect(told).toMatchObject({ taken: [expect.any(String)], refusals: [] })
    } finally {
      await shop.stop()
    }
  })

  it('A3: who is away gets it later, and the trace says whether it was taken', async () => {
    subscriber.answerWith(() => ({ status: 503 }))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url, { trackingMode: 'trackingAll' })
    const published = await Promise.all([1, 2, 3].map(n => stack.publish(topic, `{"n":${n}}`)))
    const ids = published.map(each => each.headers.get('hermes-message-id') ?? '')
    await subscriber.waitFor(3)

    const taken = new Set<string>()
    subscriber.answerWith(({ messageId }) => {
      taken.add(messageId)
      return {}
    })
    await eventually(() => expect([...taken].sort()).toEqual([...ids].sort()))
    const path = `/topics/${topic}/subscriptions/${name}/events/${ids[0]}/trace`
    await eventually(async () => {
      const { text } = await stack.api.manage('GET', path)
      const statuses = (JSON.parse(text) as readonly Sent[]).map(({ status }) => status)
      expect(statuses).toContain('FAILED')
      expect(statuses.at(-1)).toBe('SUCCESS')
    })
  })

  it('A4: the subscriber moves, the publisher does not notice', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/billing`)
    const ids: string[] = []
    const publish = async (): Promise<void> => {
      const { headers } = await stack.publish(topic, '{"id":1}')
      ids.push(headers.get('hermes-message-id') ?? '')
    }
    await publish()
    await subscriber.waitFor(1, { path: '/billing' })

    await stack.api.updateSubscription(topic, name, { endpoint: `${subscriber.url}/billing2` })
    await eventually(async () => {
      await publish()
      expect(subscriber.received('/billing2').length).toBeGreaterThan(0)
    })
    await eventually(() => {
      const arrived = new Set(subscriber.received().map(({ messageId }) => messageId))
      expect(ids.filter(id => !arrived.has(id))).toEqual([])
    })
  })

  it('A7: with services stopped the synchronous shop refuses orders, the asynchronous one completes all', async () => {
    const flags = ['--frontend', stack.frontends[0]?.url ?? '', '--management', stack.management.url]
    const { code, screen } = await runExample('shop', [...flags, '--orders', '5'])

    // Asked, taken, failed, lost.
    expect(screen).toMatch(/synchronous +15 +5 +10 +0 /)
    expect(screen).toMatch(/asynchronous +16 +16 +0 +0 /)
    expect(screen).toContain('503 methods does not answer')
    expect(screen).toContain('503 billing does not answer')
    expect(screen).toMatch(/GET \/orders\/\S+ says: being billed/)
    expect(screen).toContain('Iris says: 5 messages wait for `billing`')
    expect(screen).toMatch(/were dropped by their id: [1-9]/)
    expect(screen).toContain('without exactly one bill and one mail: 0')
    expect(code).toBe(0)
  })

  it('A7: the demo says what to start when there is no Iris, and what it can be told', async () => {
    const nobody = await runExample('shop', ['--frontend', 'http://127.0.0.1:1'])
    const wrong = await runExample('shop', ['--orders', '0'])

    expect(nobody.code).toBe(1)
    expect(nobody.screen).toMatch(/^No Iris answers at .* run `npm start` in another terminal first\.\n$/)
    expect(wrong.code).toBe(1)
    expect(wrong.screen).toContain('--orders COUNT')
  })

  it('A8: one id and the trace of the publisher go all the way', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url)

    const headers = { 'Trace-Id': 't1', 'Not-Allowed': 'x' }
    const published = await stack.publish(topic, '{"id":1}', { headers })
    const [received] = await subscriber.waitFor(1)

    expect(received?.headers['trace-id']).toBe('t1')
    expect(received?.headers['not-allowed']).toBeUndefined()
    expect(received?.messageId).toBe(published.headers.get('hermes-message-id'))
  })
})
