/**
 * The rows of Hermes' management contract that need a real ZooKeeper and Kafka; every row and rule is listed
 * with its test in `docs/rest/management-contract.md`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { makeKafkaTopic } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2 },
    settings: {
      'frontend-service': { 'frontend.metrics.micrometer.reportPeriod': '200ms' },
      'consumers-service': { 'consumer.metrics.micrometer.reportPeriod': '200ms' },
      'management-service': { 'management.rates.period': '500ms', 'management.topic.partitions': '2' },
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

describe('what Hermes keeps beside the definitions', () => {
  it('limits the consumers of a subscription, who are the members of its group, and takes the limit back', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    const slots = async (): Promise<number> => {
      const rows = await Promise.all(
        stack.consumers.map(async ({ url }) => {
          const answer = await fetch(`${url}/status/subscriptions?name=${topic}$${name}`, {
            signal: AbortSignal.timeout(10_000),
          })
          return (await answer.json()) as { slot: string | null }[]
        }),
      )
      return rows.flat().filter(({ slot }) => slot !== null).length
    }
    await eventually(async () => expect(await slots()).toBe(2))
    const partitionsByMember = async (): Promise<readonly number[][]> => {
      const path = `/topics/${topic}/subscriptions/${name}/consumer-groups`
      const [group] = (await ask('GET', path)) as {
        members: { partitions: { partition: number }[] }[]
      }[]
      return group!.members.map(({ partitions }) => partitions.map(({ partition }) => partition))
    }
    await eventually(async () => expect((await partitionsByMember()).toSorted()).toEqual([[0], [1]]))

    const subscriptionName = `${topic}$${name}`
    const limit = { subscriptionName, constraints: { consumersNumber: 1, reason: 'in order, please' } }
    const made = await stack.api.manage('PUT', '/workload-constraints/subscription', limit)
    expect([made.status, made.text]).toEqual([201, ''])
    await eventually(async () => expect(await slots()).toBe(1))
    await eventually(async () => expect(await partitionsByMember()).toEqual([[0, 1]]))

    expect((await stack.api.manage('PUT', '/workload-constraints/subscription', limit)).status).toBe(200)
    expect(await ask('GET', '/workload-constraints')).toEqual({
      topicConstraints: {},
      subscriptionConstraints: { [subscriptionName]: limit.constraints },
    })
    await stack.api.manage('DELETE', `/workload-constraints/subscription/${topic}/${name}`)
    await eventually(async () => expect(await slots()).toBe(2))
  })

  it('queues offline retransmissions, and knows no inactive topic before it looked', async () => {
    const topic = await stack.createTopic()
    const times = { startTimestamp: '2026-01-01T00:00:00Z', endTimestamp: '2026-01-02T00:00:00Z' }
    const task = { type: 'topic', sourceTopic: topic, targetTopic: topic, ...times }
    const made = await stack.api.manage('POST', '/offline-retransmission/tasks', task)
    expect(made.status).toBe(201)

    const all = (await ask('GET', '/offline-retransmission/tasks')) as { taskId: string }[]
    expect(all).toMatchObject([{ ...task, type: 'TOPIC', sourceViewPath: null }])
    // The console asks with a slash at the end.
    expect(await ask('GET', `/offline-retransmission/topics/${topic}/tasks/`)).toHaveLength(1)
    await stack.api.manage('DELETE', `/offline-retransmission/tasks/${all[0]!.taskId}`)
    expect(await ask('GET', '/offline-retransmission/tasks')).toEqual([])
    expect(await ask('GET', '/inactive-topics')).toEqual([])
  })

  it('lists Kafka topics that belong to nobody, and removes only those', async () => {
    const topic = await stack.createTopic()
    const lost = `${stack.namespace}_${stack.group}.lost`
    await makeKafkaTopic(inject('kafka'), lost)
    const unknown = '/consistency/inconsistencies/topics'
    const listed = await eventually(async () => {
      const names = (await ask('GET', unknown)) as string[]
      expect(names).toContain(lost)
      return names
    })
    const kept = `${stack.namespace}_${topic}`
    expect(listed).not.toContain(kept)

    expect((await stack.api.manage('DELETE', `${unknown}?topicName=${kept}`)).status).toBe(400)
    expect((await stack.api.manage('DELETE', `${unknown}?topicName=${lost}`)).status).toBe(200)
    await eventually(async () => expect(await ask('GET', unknown)).not.toContain(lost))
  })

  it('gives browsers a page at the root and at every deep link', async () => {
    for (const path of ['/', '/ui', '/ui/groups/x/topics']) {
      const answer = await fetch(stack.management.url + path, { signal: AbortSignal.timeout(10_000) })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8'])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(await answer.text()).toContain('Iris management')
    }
  })
})
