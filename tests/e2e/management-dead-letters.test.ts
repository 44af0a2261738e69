/**
 * What a subscriber would not take is listed with its reason, newest first (decisions 30), and the rest goes
 * on.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { deadLettersOf, type DeadLetterPage } from '../support/dead-letters.js'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const deadLetters = (topic: string, name: string, query = ''): Promise<DeadLetterPage> =>
  deadLettersOf(stack, topic, name).page(query.slice(1))

describe('messages that a subscriber refuses', () => {
  it('are listed with reason, status and body, page by page, while the others arrive', async () => {
    subscriber.answerWith(({ body }) => ({ status: body.toString().includes('bad') ? 400 : 200 }))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/in`)
    const bodies = Array.from({ length: 25 }, (_each, index) => `{"n": ${index}, "kind": "bad"}`)
    const ids = new Map<string, string>()
    for (const body of bodies) {
      const { headers } = await stack.publish(topic, body)
      ids.set(headers.get('hermes-message-id') ?? '', body)
      await stack.publish(topic, '{"kind":"good"}')
    }

    await eventually(async () => {
      const { items } = await deadLetters(topic, name)
      if (items.length < bodies.length) throw new Error(`${items.length} dead letters`)
    })
    const first = await deadLetters(topic, name, '?limit=10')
    const second = await deadLetters(topic, name, `?limit=10&after=${first.next}`)
    const third = await deadLetters(topic, name, `?limit=10&after=${second.next}`)
    const all = [...first.items, ...second.items, ...third.items]

    expect(third).not.toHaveProperty('next')
    expect(all).toHaveLength(bodies.length)
    expect(new Set(all.map(({ id }) => id)).size).toBe(bodies.length)
    expect(all.map(({ time }) => time)).toEqual(
      all.map(({ time }) => time).sort((left, right) => right - left),
    )
    for (const item of all) {
      expect(Buffer.from(item.body, 'base64').toString()).toBe(ids.get(item.messageId))
      expect(item).toMatchObject({ class: 'refused', lastStatus: 400, topic, attempts: 1 })
      expect(item.reason).toContain('400')
    }
    await subscriber.waitFor(2 * bodies.length)
  })

  it('are listed once they have outlived their time, and the last one is shown as undelivered', async () => {
    subscriber.answerWith(() => ({ status: 500 }))
    const topic = await stack.createTopic()
    const policy = { subscriptionPolicy: { messageTtl: 2, messageBackoff: 200 } }
    const name = await stack.createSubscription(topic, `${subscriber.url}/in`, policy)
    await stack.publish(topic, '{"poison":true}')

    const { items } = await eventually(async () => {
      const page = await deadLetters(topic, name)
      if (page.items.length === 0) throw new Error('no dead letter')
      return page
    })
    const last = await eventually(async () => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/undelivered/last`)
      if (answer.status !== 200) throw new Error(answer.text)
      return JSON.parse(answer.text) as unknown
    })

    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ class: 'expired', lastStatus: 500, topic })
    expect(items[0]?.attempts).toBeGreaterThan(1)
    expect(last).toMatchObject({
      status: 'DISCARDED',
      subscription: name,
      topicName: topic,
      message: '{"poison":true}',
    })
  })
})
