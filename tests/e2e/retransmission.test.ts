import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
let path = ''
let pathCount = 0

beforeAll(async () => {
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2 })
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

/** Which messages came, in rising order. */
const numbersAt = (at: string): number[] =>
  subscriber
    .received(at)
    .map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n)
    .sort((a, b) => a - b)

/** Publishes `{"n":from}` to `{"n":to}`, and gives a time between them and what is published later. */
async function publish(topic: string, from: number, to: number): Promise<string> {
  const all = Array.from({ length: to - from + 1 }, (_, index) => `{"n":${from + index}}`)
  await Promise.all(all.map(body => stack.publish(topic, body)))
  // Kafka's times are milliseconds: no message has the time given.
  await pause(5)
  const time = new Date().toISOString()
  await pause(5)
  return time
}

describe('a new subscription', () => {
  it('starts at the end, at the earliest message, or at the first of a time on', async () => {
    const topic = await stack.createTopic()
    const time = await publish(topic, 1, 3)
    await publish(topic, 4, 5)
    const starting = (startPosition: string | undefined, at: string): Promise<string> =>
      stack.createSubscription(topic, `${subscriber.url}${path}/${at}`, { startPosition })
    await starting('earliest', 'earliest')
    await starting(time, 'time')
    await starting('now', 'now')
    await starting(undefined, 'default')
    await publish(topic, 6, 6)
    const gotAt = (at: string): number[] => numbersAt(`${path}/${at}`)

    await eventually(() => expect(gotAt('earliest')).toEqual([1, 2, 3, 4, 5, 6]))
    await eventually(() => expect(gotAt('time')).toEqual([4, 5, 6]))
    await eventually(() => expect([gotAt('now'), gotAt('default')]).toEqual([[6], [6]]))
  })

  it('is refused where it should start at no such place, and leaves nothing behind', async () => {
    const topic = await stack.createTopic()
    const refused = stack.createSubscription(topic, subscriber.url, {
      name: 'lost',
      startPosition: 'yesterday',
    })

    await expect(refused).rejects.toThrow('Subscription.startPosition must be now, earliest, or a date')
    expect((await stack.api.readSubscription(topic, 'lost')).status).toBe(400)
  })
})
