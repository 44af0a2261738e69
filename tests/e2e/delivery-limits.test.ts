import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

/** How long this process did not run at a stretch: what comes meanwhile is seen at once. */
function watchStandstill(): { stop(): number } {
  let lastMs = performance.now()
  let longestMs = 0
  const look = (): void => {
    longestMs = Math.max(longestMs, performance.now() - lastMs)
    lastMs = performance.now()
  }
  const timer = setInterval(look, 10)
  return {
    stop() {
      clearInterval(timer)
      look()
      return longestMs
    },
  }
}

describe('the limits and the order of a subscription', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
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

  const publishAll = (topic: string, bodies: readonly string[], key?: string): Promise<unknown> =>
    Promise.all(
      bodies.map(body =>
        stack.publish(topic, body, { headers: key === undefined ? {} : { 'Partition-Key': key } }),
      ),
    )
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `{"n":${index}}`)
  /** Each test has a path of its own: what others still deliver does not count. */
  let path = ''
  let pathCount = 0
  const received = (): readonly Received[] => subscriber.received(path)
  const numbers = (): number[] => received().map(each => JSON.parse(each.body.toString()).n as number)

  it('never has more in flight than inflightSize, and takes a new size while running', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { inflightSize: 3, requestTimeout: 20_000 },
    })
    subscriber.answerWith(() => ({ delayMs: 100 }))
    await publishAll(topic, numbered(30))
    await subscriber.waitFor(15, { path })
    expect(subscriber.inFlight().max).toBe(3)

    await stack.api.updateSubscription(topic, name, { subscriptionPolicy: { inflightSize: 10 } })
    await publishAll(topic, numbered(60))
    await subscriber.waitFor(90, { path })
    expect(subscriber.inFlight().max).toBeGreaterThan(3)
    expect(subscriber.inFlight().max).toBeLessThanOrEqual(10)
  })

  it('starts at full speed and never goes over its rate by more than a twentieth', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, { state: 'SUSPENDED' })
    await publishAll(topic, numbered(300))
    await stack.api.updateSubscription(topic, name, {
      subscriptionPolicy: { rate: 100, requestTimeout: 20_000 },
    })
    const still = watchStandstill()
    const beforeMs = performance.now()
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    const all = await subscriber.waitFor(300, { path })
    const stillMs = still.stop()

    // What is late at a busy receiver is no fault of the sender, what is early is.
    const times = all.map(each => each.atMs - beforeMs)
    for (const [index, atMs] of times.entries())
      expect(atMs, `message ${index}`).toBeGreaterThan(((index - 5) / 105) * 1_000)
    // Nor does a late start make up for itself: what comes within any second was sent in that second, in one
    // that connections may take, or while this process stood still.
    for (const from of times) {
      const count = times.filter(at => at >= from && at < from + 1_000).length
      expect(count, `from ${from} ms on`).toBeLessThan(((2_000 + stillMs) / 1_000) * 105 + 5)
    }
    const inFirstSecond = times.filter(at => at < times[0]! + 1_000).length
    expect(inFirstSecond).toBeGreaterThan(50)
  })

  it('waits its sending delay', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { sendingDelay: 1500 },
    })
    const beforeMs = performance.now()
    await stack.publish(topic, '{"n":0}')
    const [first] = await subscriber.waitFor(1, { path })

    expect(first!.atMs - beforeMs).toBeGreaterThanOrEqual(1_490)
  })

  it('with ordering KEY, keeps the order of a key over failures while other keys go on', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      ordering: 'KEY',
      state: 'SUSPENDED',
      subscriptionPolicy: { messageBackoff: 2_000, inflightSize: 50 },
    })
    subscriber.answerWith(({ body, retryCount }) => ({
      status: body.toString().includes('"slow":0') && retryCount === 0 ? 500 : 200,
    }))
    for (let index = 0; index < 5; index++) await publishAll(topic, [`{"slow":${index}}`], 'slow')
    for (let index = 0; index < 20; index++) await publishAll(topic, [`{"n":${index}}`], `key${index}`)
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await subscriber.waitFor(26, { path })

    const slow = received().filter(each => each.body.toString().includes('slow'))
    expect(slow.map(each => each.body.toString())).toEqual(
      [0, 0, 1, 2, 3, 4].map(index => `{"slow":${index}}`),
    )
    const others = received().filter(each => !each.body.toString().includes('slow'))
    expect(Math.max(...others.map(each => each.atMs))).toBeLessThan(slow[1]!.atMs)
  })

  it('with ordering PARTITION or inflightSize 1, goes one by one', async () => {
    for (const settings of [
      { ordering: 'PARTITION' },
      { subscriptionPolicy: { inflightSize: 1, messageBackoff: 50 } },
    ]) {
      const topic = await stack.createTopic()
      await stack.createSubscription(topic, subscriber.url + path, settings)
      subscriber.answerWith(({ body, retryCount }) => ({
        status: body.toString() === '{"n":3}' && retryCount < 2 ? 500 : 200,
      }))
      for (const body of numbered(10)) await publishAll(topic, [body], 'one key')
      await subscriber.waitFor(12, { path })

      expect(numbers()).toEqual([0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9])
      path += '/next'
    }
  })

  it('sends nothing that begins after the answer to a suspension, and loses nothing over it', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      state: 'SUSPENDED',
      subscriptionPolicy: { rate: 200, requestTimeout: 20_000 },
    })
    subscriber.answerWith(() => ({ delayMs: 20 }))
    await publishAll(topic, numbered(600))
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await subscriber.waitFor(50, { path })
    const answer = await stack.api.setSubscriptionState(topic, name, 'SUSPENDED')
    const answeredMs = performance.now()
    expect(answer.status).toBe(200)
    await pause(500)
    expect(received().filter(each => each.atMs > answeredMs)).toEqual([])
    expect(received().length).toBeLessThan(600)

    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await eventually(() => expect(new Set(numbers()).size).toBe(600))
    expect(received()).toHaveLength(600)
  })

  it('follows a changed endpoint and stops when it is deleted', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path)
    await stack.publish(topic, '{"n":0}')
    await subscriber.waitFor(1, { path })
    await stack.api.updateSubscription(topic, name, { endpoint: subscriber.url + path + '/new' })
    await eventually(async () => {
      await stack.publish(topic, '{"n":1}')
      expect(subscriber.received(path + '/new').length).toBeGreaterThan(0)
    })
    await stack.api.deleteSubscription(topic, name)
    await eventually(async () => {
      const rows = await (await fetch(`${stack.consumers[0]!.url}/status/subscriptions`)).json()
      expect(
        (rows as { qualifiedName: string }[]).some(row => row.qualifiedName === `${topic}$${name}`),
      ).toBe(false)
    })
    const before = subscriber.received(path + '/new').length
    await stack.publish(topic, '{"n":2}')
    await pause(500)
    expect(subscriber.received(path + '/new')).toHaveLength(before)
  })
})
