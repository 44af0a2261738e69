import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

describe('a subscription with a retry policy of its own', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let path = ''
  let pathCount = 0

  beforeAll(async () => {
    const often = { 'consumers-service': { 'consumer.undeliveredMessageLogPersistPeriod': '200ms' } }
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings: often })
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

  const bodies = (): string[] => subscriber.received(path).map(each => each.body.toString())
  const isAbout = (received: Received, word: string): boolean => received.body.toString().includes(word)
  const subscribe = (topic: string, retry: object, overrides: object = {}): Promise<string> =>
    stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { messageBackoff: 50, messageTtl: 5 },
      retry,
      ...overrides,
    })
  const deadLetters = async (topic: string, name: string): Promise<{ reason: string; class: string }[]> => {
    const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
    return (JSON.parse(answer.text) as { items: { reason: string; class: string }[] }).items
  }
  const metric = async (name: string, topic: string): Promise<number> => {
    const text = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
    const line = new RegExp(
      `^hermes_consumers_${name}\\{[^}]*topic="${topic.split('.')[1]!}".*\\} (.*)$`,
      'm',
    )
    return Number(line.exec(text)?.[1] ?? NaN)
  }

  it('does with each status what its rules say, and settles nothing that it was not asked to', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic, {
      rules: [
        { on: '404', then: 'discard' },
        { on: '4xx', then: 'retry', delayMs: 300 },
        { on: '500-599', then: 'deadLetter' },
      ],
    })
    subscriber.answerWith(received => {
      if (isAbout(received, 'forgotten')) return { status: 404 }
      if (isAbout(received, 'again')) return { status: received.retryCount === 0 ? 409 : 200 }
      return { status: isAbout(received, 'dead') ? 500 : 200 }
    })
    for (const word of ['forgotten', 'again', 'dead', 'good']) await stack.publish(topic, `{"is":"${word}"}`)
    await subscriber.waitFor(5, { path })
    const [letter] = await eventually(async () => {
      const found = await deadLetters(topic, name)
      expect(found).toHaveLength(1)
      return found
    })
    await pause(300)

    expect(bodies().filter(each => each.includes('again'))).toHaveLength(2)
    expect(bodies()).toHaveLength(5)
    const [first, second] = subscriber.received(path).filter(each => isAbout(each, 'again'))
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(295)
    expect(letter).toMatchObject({ class: 'refused', reason: expect.stringContaining('rule 2') as string })
    await eventually(async () => {
      expect(await metric('subscription_discarded_on_request_total', topic)).toBe(1)
      expect(await metric('subscription_discarded_total', topic)).toBe(1)
      const last = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/undelivered/last`)
      expect(last.status).toBe(200)
    })
  })

  it('follows the verdict in the answer, without any rule', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path)
    subscriber.answerWith(received => {
      if (isAbout(received, 'forgotten'))
        return { status: 500, headers: { 'Iris-Verdict': 'discard', 'Retry-After': '1' } }
      if (isAbout(received, 'dead')) return { status: 503, headers: { 'Iris-Verdict': 'dead-letter' } }
      if (isAbout(received, 'taken')) return { status: 202, headers: { 'Iris-Verdict': 'retry' } }
      const again = { status: 422, headers: { 'Iris-Verdict': 'retry', 'Retry-After': '1' } }
      return received.retryCount === 0 ? again : {}
    })
    for (const word of ['forgotten', 'again', 'dead', 'taken']) await stack.publish(topic, `{"is":"${word}"}`)
    await subscriber.waitFor(5, { path })
    await eventually(async () => expect(await deadLetters(topic, name)).toHaveLength(1))

    const [first, second] = subscriber.received(path).filter(each => isAbout(each, 'again'))
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(995)
    expect(bodies()).toHaveLength(5)
    expect(await metric('subscription_discarded_on_request_total', topic)).toBe(1)
  })

  it('is suspended with its reason where a rule says pause, and goes on with that message later', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic, { rules: [{ on: '410', then: 'pause' }] })
    subscriber.answerWith(() => ({ status: 410 }))
    await stack.publish(topic, '{"is":"kept"}')
    const suspended = await eventually(async () => {
      const read = JSON.parse((await stack.api.readSubscription(topic, name)).text) as Record<string, unknown>
      expect(read['state']).toBe('SUSPENDED')
      return read
    })
    expect(suspended['suspendedReason']).toContain('status code: 410 (retry rule 0: pause)')
    await stack.publish(topic, '{"is":"later"}')
    const before = bodies().length
    await pause(300)
    expect(bodies()).toHaveLength(before)

    subscriber.answerWith(() => ({}))
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await subscriber.waitFor(before + 2, { path })
    expect(new Set(bodies().slice(before))).toEqual(new Set(['{"is":"kept"}', '{"is":"later"}']))
    expect(await deadLetters(topic, name)).toEqual([])
    const resumed = JSON.parse((await stack.api.readSubscription(topic, name)).text) as object
    expect(resumed).not.toHaveProperty('suspendedReason')
  })

  it('parks the key of a dead letter where it says so, until the key is cleared', async () => {
    const topic = await stack.createTopic()
    const name = await subscribe(topic, { onKeyFailure: 'PARK' }, { ordering: 'KEY' })
    const send = (key: string, n: number): Promise<unknown> =>
      stack.publish(topic, `{"of":"${key}${n}"}`, { headers: { 'Partition-Key': key } })
    const parkedKeys = async (): Promise<{ key: string; hash: string }[]> => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/parked-keys`)
      return (JSON.parse(answer.text) as { items: { key: string; hash: string }[] }).items
    }
    subscriber.answerWith(received => ({ status: isAbout(received, 'a1') ? 400 : 200 }))
    for (const n of [1, 2, 3]) await send('a', n)
    await send('b', 1)
    await eventually(async () => expect(await deadLetters(topic, name)).toHaveLength(3))

    const classes = (await deadLetters(topic, name)).map(each => each.class)
    expect(classes.sort()).toEqual(['parked', 'parked', 'refused'])
    await subscriber.waitFor(2, { path })
    expect(bodies().sort()).toEqual(['{"of":"a1"}', '{"of":"b1"}'])
    expect(await parkedKeys()).toMatchObject([{ key: 'a' }])

    const address = `/topics/${topic}/subscriptions/${name}/parked-keys/a`
    expect((await stack.api.manage('DELETE', address)).status).toBe(200)
    expect((await stack.api.manage('DELETE', address)).status).toBe(404)
    expect(await parkedKeys()).toEqual([])
    // The consumers hear of it a moment later; until then its messages are dead letters.
    await eventually(async () => {
      await send('a', 4)
      await subscriber.waitFor(3, { path, withinMs: 300 })
    })
    expect(bodies()).toContain('{"of":"a4"}')
  })

  it.each([
    [
      {
        rules: [
          { on: '500', then: 'retry' },
          { on: '2xx', then: 'discard' },
        ],
      },
      'rules[1].on',
    ],
    [{ rules: [{ on: '500', then: 'ignore' }] }, 'rules[0].then'],
    [{ onKeyFailure: 'PARK' }, 'onKeyFailure PARK needs the ordering KEY'],
  ])('is refused with %j', async (retry, place) => {
    const topic = await stack.createTopic()

    await expect(subscribe(topic, retry)).rejects.toThrow(`Subscription.retry.${place}`)
  })
})
