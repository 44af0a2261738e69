/**
 * The rows of Hermes' management contract that need a real ZooKeeper and Kafka; every row and rule is listed
 * with its test in `docs/rest/management-contract.md`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startTestStack, type TestStack } from '../support/stack.js'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})
afterAll(() => stack.stop())

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
