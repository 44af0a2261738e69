/**
 * What the console and the command look at: the installation as a whole, real messages, what flowed.
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
    settings: { 'management-service': { 'management.rates.period': '500ms' } },
  })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function show<T>(path: string): Promise<T> {
  const { status, text } = await stack.api.manage('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  return JSON.parse(text) as T
}

interface Overview {
  readonly counts: Readonly<Record<string, number>>
  readonly stuck: readonly { readonly subscription: string; readonly text: string; readonly lag: number }[]
  readonly busiest: readonly { readonly topic: string; readonly publishedPerS: number }[]
  readonly processCounts: unknown
}

describe('the installation', () => {
  it('lists its processes, with kind and version', async () => {
    const processes = await show<readonly { kind: string; port: number; version: string }[]>('/processes')

    expect(processes.map(({ kind }) => kind)).toEqual(['frontend', 'consumers', 'management'])
    expect(processes[0]).toMatchObject({ version: '0.1.0', pid: expect.any(Number) as number })
    expect(processes[2]?.port).toBe(Number(new URL(stack.management.url).port))
  })

  it('shows at a glance what flows and what is stuck, with a line that says why', async () => {
    subscriber.answerWith(({ path }) => (path.endsWith('/broken') ? { status: 503 } : {}))
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/fine`, { name: 'fine' })
    await stack.createSubscription(topic, `${subscriber.url}/broken`, { name: 'broken' })
    await stack.publish(topic, '{"n":1}')
    const overview = await eventually(async () => {
      await stack.publish(topic, '{"n":2}')
      const seen = await show<Overview>('/overview')
      if (seen.stuck.length === 0 || seen.busiest.length === 0) throw new Error(JSON.stringify(seen))
      return seen
    })

    expect(overview.stuck).toMatchObject([{ subscription: 'broken', text: expect.stringMatching(/503/) }])
    expect(overview.stuck[0]?.lag).toBeGreaterThan(0)
    expect(overview.busiest[0]?.topic).toBe(topic)
    expect(overview).toMatchObject({
      counts: { groups: 1, topics: 1, subscriptions: 2 },
      processCounts: { frontend: 1, consumers: 1, management: 1 },
    })
  })
})
