import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { localOwner } from '@iris/local-stack/iris-api'
import { eventually } from '../support/eventually.js'
import { settled } from '../support/settled.js'
import { publishStored } from '../support/publish-stored.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let one: Subscriber
let two: Subscriber

beforeAll(async () => {
  ;[one, two] = await Promise.all([startSubscriber(), startSubscriber()])
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})
afterAll(async () => {
  await stack.stop()
  await Promise.all([one.stop(), two.stop()])
})

const publish = (topic: string, body: object, headers?: Record<string, string>): Promise<string> =>
  publishStored(stack, topic, body, headers)
const publishNumbers = (topic: string, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => publish(topic, { n })))
const idsOf = (received: readonly Received[]): string[] => received.map(({ messageId }) => messageId).sort()
const subscribe = (topicName: string, name: string) =>
  stack.api.createSubscription({
    ...{ topicName, name, endpoint: `${one.url}/${name}`, description: '', owner: localOwner },
  })

describe('B2: a command', () => {
  it('has exactly one receiving subscription, which gets every command once', async () => {
    const topic = await stack.createTopic({ kind: 'COMMAND' })
    const first = await subscribe(topic, 'worker')
    const second = await subscribe(topic, 'other')
    const sent = await publishNumbers(topic, 10)
    await one.waitFor(10, { path: '/worker' })
    await settled(inject('kafka'), stack, [[topic, 'worker']])

    expect([first.status, second.status]).toEqual([201, 409])
    expect(second.text).toMatch(/COMMAND_TOPIC_TAKEN/)
    expect(second.text).toMatch(/exactly one subscription gets: there is worker/)
    expect(idsOf(one.received('/worker'))).toEqual([...sent].sort())
    const again = await subscribe(topic, 'worker')
    expect([again.status, again.text]).toEqual([400, expect.stringContaining('SUBSCRIPTION_ALREADY_EXISTS')])
  })

  it('has one receiver also where two are made at the same moment, and another when that is gone', async () => {
    const topic = await stack.createTopic({ kind: 'COMMAND' })
    const names = ['left', 'right']
    const answers = await Promise.all(names.map(name => subscribe(topic, name)))

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    const winner = names[answers.findIndex(({ status }) => status === 201)] ?? ''
    expect((await stack.api.deleteSubscription(topic, winner)).status).toBe(200)
    expect((await subscribe(topic, 'next')).status).toBe(201)
  })

  it('cannot be what a topic with two subscriptions holds, and a topic for commands can be opened', async () => {
    const topic = await stack.createTopic()
    const kind = (value: string | null) => stack.api.manage('PUT', `/topics/${topic}`, { kind: value })
    await subscribe(topic, 'first')
    expect((await kind('COMMAND')).status).toBe(200)
    expect((await subscribe(topic, 'second')).status).toBe(409)
    expect((await kind(null)).status).toBe(200)
    expect((await subscribe(topic, 'second')).status).toBe(201)
    const refused = await kind('COMMAND')

    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('first, second')])
    const { text } = await stack.api.manage('GET', `/topics/${topic}`)
    expect(JSON.parse(text)).not.toHaveProperty('kind')
  })
})

describe('B5: an event', () => {
  it('is what every subscription gets a copy of, under the same id', async () => {
    const topic = await stack.createTopic()
    for (const name of ['billing', 'shipping']) await stack.createSubscription(topic, `${one.url}/b5/${name}`)
    const id = await publish(topic, { n: 1 })
    const [billing] = await one.waitFor(1, { path: '/b5/billing' })
    const [shipping] = await one.waitFor(1, { path: '/b5/shipping' })

    expect([billing?.messageId, shipping?.messageId]).toEqual([id, id])
  })
})

describe('several instances of one receiver', () => {
  const instances = (path: string) => ({
    endpointAddressResolverMetadata: { instances: [one.url + path, two.url + path], strategy: 'ROUND_ROBIN' },
  })

  it('B6: compete for messages, in turn', async () => {
    const topic = await stack.createTopic({ kind: 'COMMAND' })
    await stack.createSubscription(topic, `${one.url}/nobody`, instances('/b6'))
    const sent = await publishNumbers(topic, 10)
    const [left, right] = await Promise.all([
      one.waitFor(5, { path: '/b6' }),
      two.waitFor(5, { path: '/b6' }),
    ])

    expect([left.length, right.length]).toEqual([5, 5])
    expect([...idsOf(left), ...idsOf(right)].sort()).toEqual([...sent].sort())
  })

  it('B7: all get a copy with BROADCAST, and only who has failed is called again', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${one.url}/nobody`, {
      ...instances('/b7'),
      mode: 'BROADCAST',
      subscriptionPolicy: { messageBackoff: 10 },
    })
    const failed = new Set<string>()
    two.answerWith(({ path, body }) => {
      const isFirst = path === '/b7' && body.toString() === '{"n":1}' && failed.size === 0
      if (isFirst) failed.add(path)
      return { status: isFirst ? 500 : 200 }
    })
    const sent = await publishNumbers(topic, 3)
    await two.waitFor(4, { path: '/b7' })
    await one.waitFor(3, { path: '/b7' })

    expect(idsOf(one.received('/b7'))).toEqual([...sent].sort())
    expect(new Set(idsOf(two.received('/b7')))).toEqual(new Set(sent))
    expect(two.received('/b7')).toHaveLength(4)
  })
})

describe('C2: at most once', () => {
  it('is a time to live of zero: one attempt, and a dead letter', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${one.url}/c2`, {
      subscriptionPolicy: { messageTtl: 0 },
    })
    one.answerWith(({ path }) => ({ status: path === '/c2' ? 500 : 200 }))
    await publish(topic, { n: 1 })
    const last = await eventually(async () => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/undelivered/last`)
      expect(answer.status).toBe(200)
      return answer.text
    })
    one.answerWith(() => ({}))

    expect(last).toContain('500')
    expect(one.received('/c2')).toHaveLength(1)
  })
})

describe('C6: order', () => {
  it('is that of publishing with a key and one message in flight', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${one.url}/c6`, { subscriptionPolicy: { inflightSize: 1 } })
    const numbers = Array.from({ length: 20 }, (_, n) => n)
    for (const n of numbers) await publish(topic, { n }, { 'Partition-Key': 'o1' })
    const received = await one.waitFor(20, { path: '/c6' })

    expect(received.map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n)).toEqual(numbers)
  })

  it('leaves out what a newer version has overtaken', async () => {
    const topic = await stack.createTopic()
    const filters = [{ type: 'latest', key: '$.orderId', version: '$.version' }]
    const byHeader = [{ type: 'latest', key: '$.orderId' }]
    const latest = await stack.createSubscription(topic, `${one.url}/latest`, { filters })
    const header = await stack.createSubscription(topic, `${one.url}/header`, { filters: byHeader })
    for (const version of [1, 3, 2])
      await publish(topic, { orderId: 'o1', version }, { 'Partition-Key': 'o1', Version: String(version) })
    await settled(inject('kafka'), stack, [
      [topic, latest],
      [topic, header],
    ])

    for (const path of ['/latest', '/header'])
      expect(
        one
          .received(path)
          .map(({ headers }) => headers['version'])
          .sort(),
      ).toEqual(['1', '3'])
  })
})

describe('A9: who calls whom', () => {
  it('is a graph in which a ring of topics is named', async () => {
    const auth = (publisher: string): object => ({ enabled: true, publishers: [publisher] })
    const first = await stack.createTopic({ auth: auth('service-a') })
    const second = await stack.createTopic({ auth: auth('service-b') })
    await stack.createSubscription(first, `${one.url}/b`, { owner: { source: 'Plaintext', id: 'service-b' } })
    const before = await stack.api.manage('GET', '/graph?cycles=true')
    await stack.createSubscription(second, `${one.url}/a`, {
      owner: { source: 'Plaintext', id: 'service-a' },
    })
    const after = await stack.api.manage('GET', '/graph?cycles=true')

    expect((JSON.parse(before.text) as { cycles: string[][] }).cycles).toEqual([])
    const { cycles, subscriptions } = JSON.parse(after.text) as {
      cycles: string[][]
      subscriptions: object[]
    }
    expect(cycles).toEqual([[first, second].sort()])
    expect(subscriptions).toContainEqual(
      expect.objectContaining({ topic: first, owner: 'service-b', hosts: [`127.0.0.1:${one.port}`] }),
    )
  })
})
