import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession } from '@iris/common/zookeeper/session'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

type Filter = Readonly<Record<string, unknown>>
type Published = readonly [body: unknown, headers?: Readonly<Record<string, string>>]

let stack: TestStack
let subscriber: Subscriber
/** Each test has a path of its own: what others still deliver does not count. */
let path = ''
let pathCount = 0

beforeAll(async () => {
  const settings = { 'frontend-service': { 'frontend.http.headers.allowedSet': 'X-Kind,X-Route' } }
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
  subscriber = await startSubscriber()
})
beforeEach(() => {
  path = `/test/${++pathCount}`
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const jsonpath = (at: string, matcher: string, more: Filter = {}): Filter => ({
  type: 'jsonpath',
  path: at,
  matcher,
  ...more,
})
const header = (name: string, matcher: string): Filter => ({ type: 'header', header: name, matcher })

async function publishAll(topic: string, messages: readonly Published[]): Promise<void> {
  for (const [body, headers] of messages) {
    const answer = await stack.publish(topic, JSON.stringify(body), { headers: headers ?? {} })
    expect(answer.status).toBe(201)
  }
}

const bodies = (): unknown[] =>
  subscriber.received(path).map(each => JSON.parse(each.body.toString()) as unknown)

/** The metric of a subscription; 0 where it has none yet. */
async function metric(name: string, subscription: string): Promise<number> {
  const text = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
  const line = text
    .split('\n')
    .find(each => each.startsWith(`hermes_consumers_${name}{`) && each.includes(`"${subscription}"`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

interface StatusRow {
  readonly qualifiedName: string
  readonly notRunning: string | null
  readonly partitions: readonly { readonly committedOffset: number }[]
}

/** What the consumers say of a subscription. */
async function statusOf(topic: string, name: string): Promise<StatusRow | undefined> {
  const rows = (await (await fetch(`${stack.consumers[0]!.url}/status/subscriptions`)).json()) as StatusRow[]
  return rows.find(each => each.qualifiedName === `${topic}$${name}`)
}

/** Changes members of a node as Hermes would, past our management. */
async function asAnotherWriter(node: string, members: object): Promise<void> {
  const deps = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const limits = { sessionTimeoutMs: 4_000, connectTimeoutMs: 10_000, requestTimeoutMs: 5_000 }
  const session = createZooSession(deps, { servers: inject('zookeeper'), ...limits })
  await session.start()
  const present = JSON.parse((await session.read(node))?.data.toString() ?? '{}') as object
  await session.write(node, Buffer.from(JSON.stringify({ ...present, ...members })))
  await session.stop()
}

async function deadLetters(
  topic: string,
  name: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
  return (JSON.parse(answer.text) as { items: Readonly<Record<string, unknown>>[] }).items
}

describe('a subscription with filters', () => {
  it.each<[string, readonly Filter[], readonly Published[], readonly number[]]>([
    [
      'a JSON path that matches as a whole',
      [jsonpath('$.status', 'new|paid')],
      [[{ n: 1, status: 'new' }], [{ n: 2, status: 'newer' }], [{ n: 3, status: 'paid' }], [{ n: 4 }]],
      [1, 3],
    ],
    [
      'all and any of several values, and a null',
      [jsonpath('$.tags[*]', 'a.*', { matchingStrategy: 'any' }), jsonpath('ids[*]', '\\d+')],
      [
        [{ n: 1, tags: ['b', 'ab'], ids: [1, 2] }],
        [{ n: 2, tags: ['b'], ids: [1] }],
        [{ n: 3, tags: ['a'], ids: [1, 'x'] }],
        [{ n: 4, tags: ['a'], ids: [1, null] }],
      ],
      [1],
    ],
    [
      'a propagated header with its exact name',
      [header('X-Kind', 'go.*')],
      [
        [{ n: 1 }, { 'X-Kind': 'gold' }],
        [{ n: 2 }, { 'X-Kind': 'silver' }],
        [{ n: 3 }],
        [{ n: 4 }, { 'x-kind': 'gold' }],
      ],
      [1],
    ],
    [
      'and, or, not, numbers and existence',
      [
        {
          type: 'or',
          filters: [
            {
              type: 'and',
              filters: [header('X-Kind', 'gold'), { type: 'not', filter: jsonpath('$.off', 'true') }],
            },
            { type: 'number', path: '$.price', operator: '<=', value: 10 },
            { type: 'exists', path: '$.urgent' },
          ],
        },
      ],
      [
        [{ n: 1 }, { 'X-Kind': 'gold' }],
        [{ n: 2, off: true }, { 'X-Kind': 'gold' }],
        [{ n: 3, price: 10 }],
        [{ n: 4, price: 10.01 }],
        [{ n: 5, price: '10' }],
        [{ n: 6, urgent: null }],
      ],
      [1, 3, 6],
    ],
    [
      'words of a routing key, as a topic exchange',
      [{ type: 'pattern', header: 'X-Route', pattern: 'order.*.#' }],
      [
        [{ n: 1 }, { 'X-Route': 'order.new' }],
        [{ n: 2 }, { 'X-Route': 'order' }],
        [{ n: 3 }, { 'X-Route': 'order.new.pl' }],
        [{ n: 4 }, { 'X-Route': 'invoice.new' }],
      ],
      [1, 3],
    ],
  ])('gets what passes by %s, and the rest is counted', async (_what, filters, published, expected) => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, { filters })

    await publishAll(topic, published)
    await eventually(async () =>
      expect(await metric('subscription_filtered_out_total', name)).toBe(published.length - expected.length),
    )
    await subscriber.waitFor(expected.length, { path })

    const numbers = bodies().map(each => (each as { n: number }).n)
    expect(numbers.sort((a, b) => a - b)).toEqual(expected)
    expect(await metric('subscription_discarded_total', name)).toBe(0)
  })

  it('takes new filters while it runs', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      filters: [jsonpath('$.a', 'x')],
    })
    await publishAll(topic, [[{ a: 'x' }], [{ a: 'y' }]])
    await eventually(async () => expect(await metric('subscription_filtered_out_total', name)).toBe(1))
    await subscriber.waitFor(1, { path })

    await stack.api.updateSubscription(topic, name, { filters: [jsonpath('$.a', 'y')] })
    await eventually(async () => {
      await publishAll(topic, [[{ a: 'y' }]])
      await subscriber.waitFor(2, { path, withinMs: 200 })
    })
    await stack.api.updateSubscription(topic, name, { filters: [] })
    await eventually(async () => {
      await publishAll(topic, [[{ a: 'z' }]])
      await eventually(() => expect(bodies()).toContainEqual({ a: 'z' }), 200)
    })

    expect(bodies()[0]).toEqual({ a: 'x' })
  })

  it('buries what its filters cannot judge, and delivers what is broken where nobody looks', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url, { filters: [jsonpath('$.a', 'x')] })
    const other = await stack.createSubscription(topic, subscriber.url + path, {
      filters: [{ type: 'not', filter: header('X-Kind', '.*') }],
    })
    const broken = Buffer.from('{"a": tru}')
    const kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: `${stack.namespace}_${topic}`, messages: [{ value: broken }] })
    await producer.disconnect()

    const [item] = await eventually(async () => {
      const items = await deadLetters(topic, name)
      expect(items).toHaveLength(1)
      return items
    })
    expect(item).toMatchObject({
      class: 'pipeline',
      reason: 'FILTER: not JSON: unexpected } at byte 9',
      attempts: 0,
      body: broken.toString('base64'),
    })
    const [delivered] = await subscriber.waitFor(1, { path })
    expect(delivered?.body).toEqual(broken)
    expect(await deadLetters(topic, other)).toEqual([])
  })

  it('does not run with filters of Hermes that RE2 cannot express, says why, and runs once they are changed', async () => {
    const topic = (await stack.createTopic()) as TopicName
    const name = (await stack.createSubscription(topic, subscriber.url + path)) as SubscriptionName
    const node = zooPaths(stack.root).subscription(topic, name)
    await asAnotherWriter(node, { filters: [jsonpath('$.a', '(?!x).*')] })
    const notRunning = async (): Promise<unknown> => (await statusOf(topic, name))?.notRunning

    await eventually(async () =>
      expect(await notRunning()).toBe(
        'Subscription.filters[0].matcher has a look ahead, which cannot be matched in linear time (at position 0)',
      ),
    )
    await publishAll(topic, [[{ a: 'x' }], [{ a: 'y' }]])
    const described = await stack.api.updateSubscription(topic, name, { description: 'as Hermes left it' })
    expect(described.status).toBe(200)
    expect(bodies()).toEqual([])

    const other = { type: 'not', filter: jsonpath('$.a', 'x.*') }
    expect((await stack.api.updateSubscription(topic, name, { filters: [other] })).status).toBe(200)
    await subscriber.waitFor(1, { path })
    expect(bodies()).toEqual([{ a: 'y' }])
  })

  it('goes through a long backlog of what it does not want while others get theirs', async () => {
    const backlog = 20_000
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url, {
      filters: [jsonpath('$.a', 'never')],
      state: 'SUSPENDED',
    })
    const kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    const messages = Array.from({ length: backlog / 4 }, (_, n) => ({ value: `{"a":"no","n":${n}}` }))
    for (let partition = 0; partition < 4; partition++) {
      const own = messages.map(each => ({ ...each, partition }))
      await producer.send({ topic: `${stack.namespace}_${topic}`, messages: own })
    }
    await producer.disconnect()
    const neighbour = await stack.createTopic()
    await stack.createSubscription(neighbour, subscriber.url + path)

    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await publishAll(neighbour, [[{ a: 1 }], [{ a: 2 }]])
    await subscriber.waitFor(2, { path })
    await eventually(async () => expect(await metric('subscription_filtered_out_total', name)).toBe(backlog))

    await eventually(async () => {
      const row = await statusOf(topic, name)
      expect(row?.partitions.map(each => each.committedOffset)).toEqual([5_000, 5_000, 5_000, 5_000])
    })
  })
})

describe('a trial of filters', () => {
  it('says whether a message would be delivered', async () => {
    const topic = await stack.createTopic()
    const message = Buffer.from('{"a":"x"}').toString('base64')
    const trial = async (form: object): Promise<readonly [number, unknown]> => {
      const answer = await stack.api.manage('POST', `/filters/${topic}`, form)
      return [answer.status, JSON.parse(answer.text)]
    }

    expect(await trial({ message, filters: [jsonpath('$.a', 'x')] })).toEqual([200, { status: 'MATCHED' }])
    expect(await trial({ message, filters: [jsonpath('$.a', 'y')] })).toEqual([
      200,
      { status: 'NOT_MATCHED' },
    ])
    expect(await trial({ message: 'e30=', filters: [{ type: 'bogus' }] })).toEqual([
      400,
      { message: "Filter of type 'bogus' not found.", code: 'OTHER' },
    ])
  })
})
