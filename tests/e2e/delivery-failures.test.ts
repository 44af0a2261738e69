import { Kafka, logLevel, type Message } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

interface DeadLetterItem {
  readonly id: string
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  readonly partition: number
  readonly offset: number
  readonly body: string
}

describe('a message that the subscriber does not take', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
    subscriber = await startSubscriber()
  })
  afterEach(() => {
    subscriber.answerWith(() => ({}))
    subscriber.forget()
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  async function deadLetters(topic: string, subscription: string): Promise<DeadLetterItem[]> {
    const answer = await stack.api.manage(
      'GET',
      `/topics/${topic}/subscriptions/${subscription}/dead-letters`,
    )
    expect(answer.status).toBe(200)
    return (JSON.parse(answer.text) as { items: DeadLetterItem[] }).items
  }
  async function toKafka(topic: string, messages: Message[]): Promise<void> {
    const kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: `${stack.namespace}_${topic}`, messages })
    await producer.disconnect()
  }
  const gaps = (received: readonly Received[]): number[] =>
    received.slice(1).map((each, index) => Math.round(each.atMs - received[index]!.atMs))

  it('is tried again after the back-off, with the same id and a growing retry count', async () => {
    const topic = await stack.createTopic()
    const policy = { messageBackoff: 100, backoffMultiplier: 5, backoffMaxIntervalInSec: 1 }
    await stack.createSubscription(topic, subscriber.url, { subscriptionPolicy: policy })
    subscriber.answerWith(({ retryCount }) => ({ status: retryCount < 4 ? 500 : 200 }))
    await stack.publish(topic, '{"a":1}')
    const received = await subscriber.waitFor(5)
    await pause(500)

    expect(subscriber.received()).toHaveLength(5)
    expect(received.map(each => each.retryCount)).toEqual([0, 1, 2, 3, 4])
    expect(new Set(received.map(each => each.messageId)).size).toBe(1)
    for (const [index, least] of [100, 500, 1_000, 1_000].entries())
      expect(gaps(received)[index]).toBeGreaterThanOrEqual(least - 5)
    // Without its bound the last wait would be 12.5 s.
    expect(gaps(received).at(-1)).toBeLessThan(10_000)
  })

  it('waits as long as the receiver asks with 429 and 503, also without retryClientErrors', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url, { subscriptionPolicy: { messageBackoff: 10 } })
    subscriber.answerWith(({ retryCount }) => {
      if (retryCount === 0) return { status: 429, headers: { 'Retry-After': '1' } }
      const date = new Date(Date.now() + 2_000).toUTCString()
      return retryCount === 1 ? { status: 503, headers: { 'Retry-After': date } } : {}
    })
    await stack.publish(topic, '{"a":1}')
    const received = await subscriber.waitFor(3)

    expect(gaps(received)[0]).toBeGreaterThanOrEqual(995)
    expect(gaps(received)[1]).toBeGreaterThanOrEqual(900)
  })

  it('holds up nobody else while it waits, and is a dead letter when its time to live is over', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url, {
      subscriptionPolicy: { messageBackoff: 300, messageTtl: 4, inflightSize: 2 },
    })
    const isPoison = (received: Received): boolean => received.body.toString().includes('poison')
    subscriber.answerWith(received => ({ status: isPoison(received) ? 500 : 200 }))
    const poison = await stack.publish(topic, '{"poison":1}')
    await stack.publish(topic, '{"poison":2}')
    await stack.publish(topic, '{"poison":3}')
    await Promise.all(Array.from({ length: 20 }, (_, index) => stack.publish(topic, `{"good":${index}}`)))
    const items = await eventually(async () => {
      const found = await deadLetters(topic, name)
      expect(found).toHaveLength(3)
      return found
    })
    const good = subscriber.received().filter(each => !isPoison(each))
    expect(good).toHaveLength(20)
    const lastPoisonMs = subscriber.received().findLast(isPoison)!.atMs
    for (const { atMs } of good) expect(atMs).toBeLessThan(lastPoisonMs)
    const item = items.find(each => each.messageId === poison.headers.get('hermes-message-id'))
    const attempts = subscriber.received().filter(each => each.messageId === item?.messageId)
    expect(item).toMatchObject({ class: 'expired', lastStatus: 500, attempts: attempts.length })
    expect(item?.reason).toContain('500')
    expect(Buffer.from(item?.body ?? '', 'base64').toString()).toBe('{"poison":1}')
    // The time until the last attempt has come is the machine's.
    expect(attempts.at(-1)!.atMs - attempts[0]!.atMs).toBeLessThan(4_000 + 5_000)
    const last = await eventually(async () => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/undelivered/last`)
      expect(answer.status).toBe(200)
      return JSON.parse(answer.text) as Record<string, unknown>
    })
    expect(last).toMatchObject({ status: 'DISCARDED', topicName: topic, subscription: name })
  })

  it('is a dead letter at once when it is refused with another 4xx', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    subscriber.answerWith(received => ({ status: received.body.toString().includes('bad') ? 422 : 200 }))
    await stack.publish(topic, '{"bad":1}')
    await stack.publish(topic, '{"good":1}')
    const [item] = await eventually(async () => {
      const found = await deadLetters(topic, name)
      expect(found).toHaveLength(1)
      return found
    })

    expect(item).toMatchObject({ class: 'refused', lastStatus: 422, attempts: 1 })
    await subscriber.waitFor(2)
    expect(subscriber.received()).toHaveLength(2)
  })

  it('is tried again after a time limit, a reset and a closed port, with its own reasons', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url, {
      subscriptionPolicy: { messageBackoff: 50, requestTimeout: 1_500 },
    })
    subscriber.answerWith(({ retryCount }) => (retryCount === 0 ? 'hang' : retryCount === 1 ? 'reset' : {}))
    await stack.publish(topic, '{"a":1}')
    const received = await subscriber.waitFor(3)

    expect(received.map(each => each.retryCount)).toEqual([0, 1, 2])
    // The limit counts from when the attempt begins; a busy receiver saw it some time later.
    expect(gaps(received)[0]).toBeGreaterThanOrEqual(1_000)
    const labels = `group="${stack.group}",topic="${topic.split('.')[1]}"`
    await eventually(async () => {
      const metrics = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
      for (const name of ['timeouts', 'other_errors', 'delivered'])
        expect(metrics).toMatch(
          new RegExp(`hermes_consumers_subscription_${name}_total\\{${labels}[^}]*\\} 1\\n`),
        )
    })
  })

  it('is a dead letter with the class pipeline when nobody can read it, and the rest goes on', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    await stack.publish(topic, '{"before":1}')
    await toKafka(topic, [
      {
        value: '{"_w":true,"metadata":{"id":7},"message":{"unreadable":1}}',
        headers: { id: 'broken-1' },
        partition: 0,
      },
      { value: '{"raw":"as it is"}', partition: 0 },
      { value: null, key: 'k', partition: 0 },
    ])
    await stack.publish(topic, '{"after":1}')
    await subscriber.waitFor(3)
    const items = await eventually(async () => {
      const found = await deadLetters(topic, name)
      expect(found).toHaveLength(2)
      return found
    })

    const bodies = subscriber.received().map(each => each.body.toString())
    expect(bodies.sort()).toEqual(['{"after":1}', '{"before":1}', '{"raw":"as it is"}'])
    for (const item of items) {
      expect(item).toMatchObject({ class: 'pipeline', attempts: 0 })
      expect(item).not.toHaveProperty('lastStatus')
    }
    expect(items.map(each => each.reason).every(reason => reason.startsWith('UNPARSABLE'))).toBe(true)
    expect(items.map(each => each.messageId)).toContain('broken-1')
  })

  it('never reaches a forbidden address', async () => {
    const guarded = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      settings: { 'consumers-service': { 'delivery.allowedNetworks': '10.0.0.0/8' } },
    })
    try {
      const topic = await guarded.createTopic()
      const port = new URL(subscriber.url).port
      await guarded.createSubscription(topic, `http://127.0.0.1:${port}/guarded`)
      await guarded.createSubscription(topic, `http://localhost:${port}/guarded`)
      await guarded.publish(topic, '{"a":1}')
      await eventually(async () => {
        const metrics = await (await fetch(`${guarded.consumers[0]!.url}/status/prometheus`)).text()
        const failed = [...metrics.matchAll(/subscription_failures_total\{[^}]*\} (\d+)/g)]
        expect(failed.map(match => Number(match[1]) > 0)).toEqual([true, true])
      })
      expect(subscriber.received('/guarded')).toEqual([])
    } finally {
      await guarded.stop()
    }
  })
})
