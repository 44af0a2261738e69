/**
 * The rows of Hermes' management contract that need a real ZooKeeper and Kafka; every row and rule is listed
 * with its test in `docs/rest/management-contract.md`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: {
      'frontend-service': { 'frontend.metrics.micrometer.reportPeriod': '200ms' },
      'consumers-service': { 'consumer.metrics.micrometer.reportPeriod': '200ms' },
      'management-service': { 'management.rates.period': '500ms' },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const answer = await stack.api.manage(method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return JSON.parse(answer.text)
}

describe('queries, search and statistics', () => {
  it('know every change as soon as it is answered', async () => {
    const topic = await stack.createTopic({ name: `${stack.group}.orders`, description: 'first' })
    const asked = { query: { name: topic, description: 'first' } }
    expect(await ask('POST', '/query/topics', asked)).toMatchObject([{ name: topic }])
    expect(await ask('POST', '/query/groups', { query: {} })).toEqual([{ groupName: stack.group }])

    const name = await stack.createSubscription(topic, 'http://127.0.0.1:9/in')
    expect(await ask('POST', `/topics/${topic}/subscriptions/query`, { query: {} })).toEqual([name])
    expect(await ask('GET', `/search/query?q=${name}`)).toMatchObject({ totalCount: 1 })

    await stack.api.manage('PUT', `/topics/${topic}`, { description: 'second' })
    expect(await ask('POST', '/query/topics', asked)).toEqual([])
    await stack.api.manage('DELETE', `/topics/${topic}/subscriptions/${name}`)
    expect(await ask('POST', '/query/subscriptions', { query: {} })).toEqual([])
    await stack.api.manage('DELETE', `/topics/${topic}`)
    expect(await ask('GET', '/stats')).toMatchObject({ topicStats: { topicCount: 0 } })
  })
})

describe('metrics of an installation without Prometheus', () => {
  it('count every message and know every rate', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    for (const n of [1, 2, 3]) await stack.publish(topic, `{"n":${n}}`)
    await eventually(async () => {
      expect(await ask('GET', `/topics/${topic}/metrics`)).toMatchObject({
        ...{ published: 3, volume: 21, subscriptions: 1 },
        rate: expect.stringMatching(/^\d+\.\d+$/) as string,
        deliveryRate: expect.stringMatching(/^\d+\.\d+$/) as string,
      })
      expect(await ask('GET', `/topics/${topic}/subscriptions/${name}/metrics`)).toMatchObject({
        ...{ delivered: 3, discarded: 0, volume: 21, lag: '0' },
        codes2xx: expect.stringMatching(/^\d+\.\d+$/) as string,
      })
    })

    // The rate falls to zero again; until then every look is at least not "unavailable".
    const seen = await eventually(async () => {
      await stack.publish(topic, '{"n":0}')
      const asked = { query: { topicName: topic, rate: { gt: 0 }, delivered: { gt: 2 } } }
      const found = await ask('POST', '/query/subscriptions/metrics', asked)
      expect(found).toHaveLength(1)
      return found
    })
    expect(seen).toMatchObject([{ name, topicName: topic }])
    expect(await ask('GET', '/unhealthy')).toEqual([])
  })
})
