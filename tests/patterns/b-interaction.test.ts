import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { call } from '@iris/examples/shared/call'
import { buy } from '@iris/examples/shop/customers'
import { prices, startShop } from '@iris/examples/shop/shop'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let spoolDir: string
let stack: TestStack
let subscriber: Subscriber

beforeAll(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-b-`))
  const settings = { 'frontend-service': { 'frontend.spool.directory': spoolDir } }
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
  await rm(spoolDir, { recursive: true, force: true })
})

interface Status {
  readonly status: string
  readonly subscriptions?: Readonly<Record<string, string>>
}

async function statusAt(path: string): Promise<Status> {
  const answer = await call('GET', `${stack.frontends[0]?.url}${path}`)
  expect(answer?.status).toBe(200)
  return answer?.body as Status
}

describe('patterns of interaction', () => {
  it('B1: 202 with a Location that says how far the message is, from accepted to delivered', async () => {
    let answerNow = (): void => undefined
    const after = new Promise<void>(resolve => (answerNow = resolve))
    subscriber.answerWith(() => ({ after }))
    const topic = await stack.createTopic()
    const billing = await stack.createSubscription(topic, subscriber.url, { name: 'billing' })

    const usual = await stack.publish(topic, '{"id":1}')
    const accepted = await stack.publish(topic, '{"id":2}', { headers: { Prefer: 'respond-async' } })
    const location = accepted.headers.get('location') ?? ''
    const early = await statusAt(location)
    answerNow()
    await eventually(async () => {
      expect(await statusAt(location)).toMatchObject({
        status: 'DELIVERED',
        subscriptions: { [billing]: 'DELIVERED' },
      })
    })
    const unknown = await call('GET', `${stack.frontends[0]?.url}/topics/${topic}/messages/no-such-id`)

    expect(usual.status).toBe(201)
    expect(accepted.status).toBe(202)
    expect(location).toContain(`/topics/${topic}/messages/${accepted.headers.get('hermes-message-id')}`)
    expect(['ACCEPTED', 'STORED']).toContain(early.status)
    expect(unknown?.status).toBe(404)
  })

  it('B3: every listener gets a copy of the event, with the same id', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/billing`)
    await stack.createSubscription(topic, `${subscriber.url}/shipping`)

    const published = await stack.publish(topic, '{"id":1}')
    const [billed] = await subscriber.waitFor(1, { path: '/billing' })
    const [shipped] = await subscriber.waitFor(1, { path: '/shipping' })

    const id = published.headers.get('hermes-message-id')
    expect([billed?.messageId, shipped?.messageId]).toEqual([id, id])
    expect(subscriber.received()).toHaveLength(2)
  })

  it('B4: who publishes waits for none of the listeners, and they do not wait for the slowest', async () => {
    let answerNow = (): void => undefined
    const after = new Promise<void>(resolve => (answerNow = resolve))
    subscriber.answerWith(({ path }) => (path === '/slow' ? { after } : {}))
    const topic = await stack.createTopic()
    for (const name of ['one', 'two', 'slow'])
      await stack.createSubscription(topic, `${subscriber.url}/${name}`, { name })

    const first = await stack.publish(topic, '{"id":1}')
    await subscriber.waitFor(1, { path: '/slow' })
    const second = await stack.publish(topic, '{"id":2}')
    await subscriber.waitFor(2, { path: '/one' })
    await subscriber.waitFor(2, { path: '/two' })
    const isSlowAnswered = subscriber.inFlight().now === 0
    answerNow()

    expect([first.status, second.status]).toEqual([201, 201])
    expect(isSlowAnswered).toBe(false)
    await subscriber.waitFor(2, { path: '/slow' })
  })

  it('B8: a copy of the delivery methods takes orders while the service is stopped, also after a restart', async () => {
    const shop = await startShop(stack.api)
    try {
      await shop.methods.stop()
      const withoutCopy = await buy(shop.synchronous.url, 1)
      const withCopy = await buy(shop.asynchronous.url, 1)
      await shop.asynchronous.stop()
      await shop.asynchronous.start()
      const again = await call('POST', `${shop.asynchronous.url}/orders`, { method: 'locker' })
      const unknown = await call('POST', `${shop.asynchronous.url}/orders`, { method: 'pigeon' })

      expect(withoutCopy.refusals).toEqual(['503 methods does not answer'])
      expect(withCopy.taken).toHaveLength(1)
      expect(again).toMatchObject({ status: 202, body: { price: prices.locker } })
      expect(again?.headers.get('location')).toMatch(/^\/orders\/[\w-]+$/)
      expect(unknown?.status).toBe(422)
    } finally {
      await shop.stop()
    }
  })
})
