/**
 * What an endpoint and its owner see of the output rate that adapts, and of the pause by itself.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

interface Row {
  readonly qualifiedName: string
  readonly delivery: {
    readonly pace: {
      readonly mode: string
      readonly circuit: string
      readonly why: string
      readonly next: string
    }
  } | null
}

const pauseAfterMs = 2_000

describe('an output rate that adapts to its endpoint', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let path = ''
  let pathCount = 0

  beforeAll(async () => {
    const settings = { 'consumers-service': { 'consumer.rate.pauseAfter': String(pauseAfterMs) } }
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
    subscriber = await startSubscriber()
  })
  beforeEach(() => {
    path = `/test/${++pathCount}`
    subscriber.answerWith(() => ({}))
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  const received = (): readonly Received[] => subscriber.received(path)
  const distinct = (): number => new Set(received().map(each => each.body.toString())).size
  const publishAll = (topic: string, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, n) => stack.publish(topic, `{"n":${n}}`)))
  const page = async (name: string): Promise<string> =>
    (await fetch(`${stack.consumers[0]!.url}/status/${name}`)).text()
  const paceOf = async (id: string): Promise<NonNullable<Row['delivery']>['pace']> => {
    const row = (JSON.parse(await page('subscriptions')) as Row[]).find(each => each.qualifiedName === id)
    return row!.delivery!.pace
  }
  const logged = (event: string, name: string): boolean =>
    stack.consumers[0]!.logs().some(line => line.includes(event) && line.includes(name))

  it('leaves a dead endpoint in peace, pauses by itself, says so, and loses nothing when it is back', async () => {
    const topic = await stack.createTopic()
    subscriber.answerWith(() => ({ status: 500 }))
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { rate: 100, inflightSize: 50, messageBackoff: 100, requestTimeout: 20_000 },
    })
    const id = `${topic}$${name}`
    await publishAll(topic, 300)
    const paused = await eventually(async () => {
      const pace = await paceOf(id)
      expect(pace.mode).toBe('paused')
      return pace
    })

    expect(paused).toMatchObject({
      circuit: 'open',
      next: expect.stringContaining('one message at a time') as string,
    })
    expect(paused.why).toContain('paused by itself: no attempt has succeeded for 2 s')
    await eventually(async () => {
      expect(await page('prometheus')).toMatch(
        new RegExp(`subscription_circuit_state{[^}]*subscription="${name}"[^}]*} 2`),
      )
      expect(logged('delivery.pausedByItself', name)).toBe(true)
    })
    // At a rate of 100 and a back-off of 100 ms it would have been hundreds by now.
    expect(received().length).toBeLessThan(100)
    expect(distinct()).toBeLessThan(300)

    subscriber.answerWith(() => ({}))
    await eventually(() => expect(distinct()).toBe(300))
    await eventually(async () => {
      expect(await paceOf(id)).toMatchObject({ mode: 'full', circuit: 'closed' })
      expect(logged('delivery.resumedByItself', name)).toBe(true)
    })
    const { text } = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
    expect(JSON.parse(text)).toMatchObject({ items: [] })
  })

  it('probes for batches too, says why nothing is sent, and goes on with the first that is taken', async () => {
    const topic = await stack.createTopic()
    subscriber.answerWith(() => ({ status: 500 }))
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 10, batchTime: 500, messageBackoff: 100, messageTtl: 600 },
    })
    const id = `${topic}$${name}`
    await publishAll(topic, 30)
    await eventually(async () => expect((await paceOf(id)).mode).toBe('paused'))

    expect(await page('prometheus')).toMatch(
      new RegExp(`subscription_circuit_state{[^}]*subscription="${name}"[^}]*} 2`),
    )
    const { text } = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/why`)
    const { findings } = JSON.parse(text) as { findings: readonly { cause: string; text: string }[] }
    const adapted = findings.find(({ cause }) => cause === 'RATE_ADAPTED')
    expect(adapted?.text).toMatch(/^Iris sends at most [\d.]+ batches\/s: paused by itself/)

    const taken: unknown[] = []
    subscriber.answerWith(({ body }) => {
      taken.push(...(JSON.parse(body.toString()) as unknown[]))
      return {}
    })
    await eventually(() => expect(taken).toHaveLength(30))
    expect(await paceOf(id)).toMatchObject({ circuit: 'closed' })
  })

  it('sends nothing before the time that the endpoint asked for is over', async () => {
    const topic = await stack.createTopic()
    let firstMs = Infinity
    subscriber.answerWith(({ atMs, path: at }) => {
      if (at !== path) return {}
      firstMs = Math.min(firstMs, atMs)
      return atMs < firstMs + 2_900 ? { status: 429, headers: { 'Retry-After': '3' } } : {}
    })
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { rate: 50, inflightSize: 5 },
    })
    const publishing = publishAll(topic, 60)
    await eventually(async () => expect((await paceOf(`${topic}$${name}`)).mode).toBe('holding'))
    await publishing

    await eventually(() => expect(distinct()).toBe(60))
    const early = received().filter(each => each.atMs < firstMs + 2_900)
    expect(early.length).toBeLessThanOrEqual(5)
    const [probe, next] = received().slice(early.length)
    expect(probe!.atMs).toBeGreaterThanOrEqual(firstMs + 2_990)
    expect(next!.atMs).toBeGreaterThan(probe!.atMs)
  })

  it('keeps its speed when one attempt in ten fails', async () => {
    const topic = await stack.createTopic()
    let count = 0
    subscriber.answerWith(() => ({ status: ++count % 10 === 0 ? 500 : 200 }))
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { rate: 200, messageBackoff: 100 },
    })
    await publishAll(topic, 400)
    await eventually(() => expect(distinct()).toBeGreaterThan(350))

    // A busy machine may answer slowly, and be slowed for that; never for the failures.
    const { why } = await paceOf(`${topic}$${name}`)
    const changes = stack.consumers[0]!.logs().filter(line => line.includes('delivery.paceChanged'))
    expect([why, ...changes.filter(line => line.includes(name))].join()).not.toMatch(/failed|probing|paused/)
    await eventually(() => expect(received().length - distinct()).toBeGreaterThan(30))
  })
})
