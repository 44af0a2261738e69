/**
 * What could not be delivered is kept, looked at, corrected, and thrown away or sent again.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { deadLettersOf, type DeadLetterCalls } from '../support/dead-letters.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  const settings = { 'management-service': { 'management.topic.partitions': '1' } }
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

interface Dead {
  readonly topic: string
  readonly name: string
  readonly letters: DeadLetterCalls
}

/** A subscription whose receiver refused these bodies, in this order. */
async function died(bodies: readonly string[], path = '/in'): Promise<Dead> {
  subscriber.answerWith(({ body }) => ({ status: body.toString().includes('gone') ? 404 : 400 }))
  const topic = await stack.createTopic()
  const name = await stack.createSubscription(topic, `${subscriber.url}${path}`, {
    subscriptionPolicy: { inflightSize: 1 },
  })
  for (const body of bodies) await stack.publish(topic, body, { headers: { 'Partition-Key': 'k' } })
  const letters = deadLettersOf(stack, topic, name)
  await letters.waitFor(bodies.length)
  return { topic, name, letters }
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_each, index) => `{"n":${index}}`)

describe('dead letters', () => {
  it('are found by cause, time and content, counted, and shown one by one', async () => {
    const { letters } = await died(['{"n":0}', '{"n":1,"gone":true}', '{"n":2}'])
    const [last, gone] = await letters.items()

    expect(await letters.bodies('status=404')).toEqual(['{"n":1,"gone":true}'])
    expect(await letters.bodies('cause=404')).toEqual(['{"n":1,"gone":true}'])
    expect(await letters.bodies('cause=timeout')).toEqual([])
    expect(await letters.bodies('reason=CODE:%20400&class=refused')).toEqual(['{"n":2}', '{"n":0}'])
    expect(await letters.bodies(`messageId=${gone?.messageId}`)).toEqual(['{"n":1,"gone":true}'])
    expect(await letters.bodies('body=%22n%22:0')).toEqual(['{"n":0}'])
    expect(await letters.bodies('to=2020-01-01T00:00:00Z')).toEqual([])
    expect(await letters.bodies(`from=${last?.time}`)).toContain('{"n":2}')
    expect(await letters.call('GET', '?class=lost')).toMatchObject({ status: 400 })
    expect(await letters.call('GET', '?cause=bad-luck')).toMatchObject({ status: 400 })
    expect(await letters.call('GET', 'summary')).toMatchObject({
      status: 200,
      json: {
        ...{ total: 3, byClass: { refused: 3 }, byStatus: { 400: 2, 404: 1 }, isComplete: true },
        byCause: [
          { cause: '400', count: 2, newest: last?.time },
          { cause: '404', count: 1, newest: gone?.time },
        ],
      },
    })
    expect(await letters.call('GET', gone?.id ?? '')).toMatchObject({
      status: 200,
      json: { ...gone, key: Buffer.from('k').toString('base64'), propagated: expect.any(Array) as unknown },
    })
    expect(await letters.call('GET', '0-99')).toMatchObject({
      status: 404,
      json: { code: 'DEAD_LETTER_NOT_EXISTS' },
    })
  })

  it('are copied with another body, and the copy may take the place of the original', async () => {
    const { letters } = await died(numbered(2))
    const [, first] = await letters.items()

    const copied = await letters.call('POST', `${first?.id}/copy`, { text: '{"n":"kept"}' })
    const replaced = await letters.call('POST', `${first?.id}/copy`, { text: '{"n":"new"}', replace: true })
    const refused = await letters.call('POST', `${first?.id}/copy`, { text: '{"n":"again"}' })
    const items = await letters.items()

    expect([copied.status, replaced.status, refused.status]).toEqual([201, 201, 404])
    expect(await letters.bodies()).toEqual(['{"n":"new"}', '{"n":"kept"}', '{"n":1}'])
    expect(items[0]).toMatchObject({ copyOf: first?.id, messageId: first?.messageId, class: 'refused' })
    expect(await letters.call('POST', `${items[0]?.id}/copy`, { text: 'no json' })).toMatchObject({
      status: 400,
      json: { code: 'VALIDATION_ERROR' },
    })
  })

  it('are gone after a purge: some, those that fit, all; in lists, counts and Hermes’ undelivered', async () => {
    const { letters } = await died([...numbered(4), '{"n":4,"gone":1}'])
    const [, third] = await letters.items()

    expect(await letters.call('POST', 'purge', { ids: [third?.id] })).toMatchObject({ json: { purged: 1 } })
    expect(await letters.bodies()).toEqual(['{"n":4,"gone":1}', '{"n":2}', '{"n":1}', '{"n":0}'])
    expect(await letters.call('POST', 'purge', { filter: { status: 404 } })).toMatchObject({
      json: { purged: 1, isComplete: true },
    })
    expect(await letters.bodies()).toEqual(['{"n":2}', '{"n":1}', '{"n":0}'])
    expect(await letters.call('GET', 'summary')).toMatchObject({ json: { total: 3, byStatus: { 400: 3 } } })
    expect((await letters.call('GET', '/undelivered')).json).toHaveLength(3)
    expect(await letters.call('POST', 'purge', {})).toMatchObject({ status: 400 })
    expect(await letters.call('POST', 'purge', { all: true })).toMatchObject({ status: 200 })
    expect(await letters.bodies()).toEqual([])
    expect((await letters.call('GET', '/undelivered')).json).toEqual([])
  })

  it('of a removed subscription do not come back with a new one of its name', async () => {
    const { topic, name, letters } = await died(numbered(2))

    await stack.api.deleteSubscription(topic, name)
    const removed = await letters.call('GET', '')
    await stack.createSubscription(topic, `${subscriber.url}/in`, { name })

    expect(removed.status).toBe(400)
    expect(await letters.items()).toEqual([])
    await stack.publish(topic, '{"n":"own"}')
    await letters.waitFor(1)
    expect(await letters.bodies()).toEqual(['{"n":"own"}'])
  })
})
