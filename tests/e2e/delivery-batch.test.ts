import { Kafka, logLevel, type Admin, type Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { consumerGroupId } from '@iris/common/kafka/names'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Answer, type Received, type Subscriber } from '../support/subscriber.js'

interface Wrapped {
  readonly _w: true
  readonly metadata: { timestamp: number; id: string; externalMetadata: Record<string, string> }
  readonly message: { readonly n: number }
}
interface DeadLetterItem {
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  readonly body: string
}

/** From the moment an attempt begins to its arrival, at most, on a machine that is busy with other tests. */
const latenessMs = 5_000
/** Nothing but the limit under test makes a batch ripe. */
const patient = { batchSize: 1_000, batchTime: 60_000, batchVolume: 1_000_000, messageBackoff: 100 }

describe('a subscription in batches', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let admin: Admin
  let kafka: Kafka
  let pathCount = 0
  const decisions = new Map<string, (received: Received) => Answer>()

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
    subscriber = await startSubscriber()
    subscriber.answerWith(received => decisions.get(received.path)?.(received) ?? {})
    kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING })
    admin = kafka.admin()
    await admin.connect()
  })
  afterAll(async () => {
    await admin.disconnect()
    await stack.stop()
    await subscriber.stop()
  })

  /** A path of the receiver, and what it does with the batches that come there. */
  function receiver(decide: (received: Received) => Answer = () => ({})) {
    const path = `/batch/${++pathCount}`
    decisions.set(path, decide)
    return {
      path,
      url: subscriber.url + path,
      batches: () => subscriber.received(path),
      waitFor: (count: number) => subscriber.waitFor(count, { path }),
      subscribe: (topic: string, policy: object, members: object = {}): Promise<string> =>
        stack.createSubscription(topic, subscriber.url + path, {
          deliveryType: 'BATCH',
          subscriptionPolicy: { ...patient, ...policy },
          ...members,
        }),
    }
  }
  const inTurn =
    (...answers: Answer[]): (() => Answer) =>
    () =>
      answers.shift() ?? {}
  /** Publishes `{"n":from}` to `{"n":to}` into one partition, and gives the ids. */
  async function publish(topic: string, from: number, to: number): Promise<string[]> {
    const ids: string[] = []
    for (let n = from; n <= to; n++) {
      const answer = await stack.publish(topic, `{"n":${n}}`, { headers: { 'Partition-Key': 'one' } })
      ids.push(answer.headers.get('hermes-message-id') ?? '')
    }
    return ids
  }
  const elementsOf = (received: Received): Wrapped[] => JSON.parse(received.body.toString()) as Wrapped[]
  const numbersOf = (received: Received): number[] => elementsOf(received).map(({ message }) => message.n)
  const batchId = (received: Received): string => received.headers['hermes-batch-id'] ?? ''
  async function deadLetters(topic: string, name: string, expected: number): Promise<DeadLetterItem[]> {
    return eventually(async () => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
      const { items } = JSON.parse(answer.text) as { items: DeadLetterItem[] }
      expect(items).toHaveLength(expected)
      return [...items].reverse()
    })
  }
  async function committed(topic: string, name: string): Promise<number> {
    const groupId = consumerGroupId(
      { namespace: stack.namespace, separator: '_' },
      topic as never,
      name as never,
    )
    const [found] = await admin.fetchOffsets({ groupId, topics: [`${stack.namespace}_${topic}`] })
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
  }
  async function metric(name: string, topic: string): Promise<number> {
    const text = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
    const labels = `group="${stack.group}",topic="${topic.split('.')[1]}"`
    return Number(new RegExp(`hermes_consumers_${name}\\{${labels}[^}]*\\} (\\S+)`).exec(text)?.[1] ?? NaN)
  }
  async function toKafka(topic: string, messages: Message[]): Promise<void> {
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: `${stack.namespace}_${topic}`, messages })
    await producer.disconnect()
  }

  it.concurrent(
    'gets as many messages at once as it asked for, wrapped, in order, with the headers of the contract',
    async () => {
      const topic = await stack.createTopic()
      const { url, path, batches, waitFor } = receiver()
      const name = await stack.createSubscription(topic, url.replace('http://', 'http://user:pa:ss@'), {
        deliveryType: 'BATCH',
        subscriptionPolicy: { ...patient, batchSize: 2 },
        subscriptionIdentityHeadersEnabled: true,
        headers: [
          { name: 'X-Fixed', value: 'fixed' },
          { name: 'Hermes-Retry-Count', value: 'mine' },
        ],
      })
      const bodies = [' {"n": 1.0, "twice":1,"twice":2 }\n', '[9007199254740993,"ł\\u0142"]', '"text"', '4']
      const ids: string[] = []
      for (const body of bodies) {
        const headers = { 'Partition-Key': 'one', ...(body === '4' ? { 'Trace-Id': 'abc' } : {}) }
        const answer = await stack.publish(topic, body, { headers })
        ids.push(answer.headers.get('hermes-message-id')!)
      }
      await waitFor(2)
      await pause(200)

      expect(batches()).toHaveLength(2)
      const [first, second] = batches() as [Received, Received]
      const times = batches().flatMap(each => elementsOf(each).map(({ metadata }) => metadata.timestamp))
      const element = (n: number, external: string): string =>
        `{"_w":true,"metadata":{"timestamp":${times[n]},"id":"${ids[n]}",` +
        `"externalMetadata":${external}},"message":${bodies[n]}}`
      expect(first.body.toString()).toBe(`[${element(0, '{}')},${element(1, '{}')}]`)
      expect(second.body.toString()).toBe(
        `[${element(2, '{}')},${element(3, `{"Trace-Id":"abc","messageId":"${ids[3]}"}`)}]`,
      )
      expect(Math.abs(times[0]! - Date.now())).toBeLessThan(60_000)
      expect(first).toMatchObject({ method: 'POST', path })
      expect(first.headers).toMatchObject({
        'content-type': 'application/json',
        'hermes-topic-name': topic,
        'hermes-subscription-name': name,
        'hermes-retry-count': 'mine',
        'x-fixed': 'fixed',
        authorization: `Basic ${Buffer.from('user:pa:ss').toString('base64')}`,
      })
      expect(batchId(first)).toMatch(/^[0-9a-f-]{36}$/)
      expect(batchId(second)).not.toBe(batchId(first))
      for (const absent of ['hermes-message-id', 'trace-id', 'keep-alive'])
        expect(second.headers).not.toHaveProperty(absent)
      await eventually(async () => expect(await committed(topic, name)).toBe(4))
      expect(await metric('subscription_batches_total', topic)).toBe(2)
      expect(await metric('subscription_delivered_total', topic)).toBe(4)
    },
  )

  it.concurrent('waits for more no longer than it asked for', async () => {
    const topic = await stack.createTopic()
    const { subscribe, waitFor } = receiver()
    await subscribe(topic, { batchTime: 2_000 })
    const beforeMs = performance.now()
    await publish(topic, 1, 3)
    const [first] = await waitFor(1)

    expect(numbersOf(first!)).toEqual([1, 2, 3])
    expect(first!.atMs - beforeMs).toBeGreaterThanOrEqual(1_990)
  })

  it.concurrent(
    'gets no more bytes at once than it asked for, and what does not fit comes first in the next batch',
    async () => {
      const topic = await stack.createTopic()
      const sample = `{"_w":true,"metadata":{"timestamp":1700000000000,"id":"${'x'.repeat(36)}","externalMetadata":{}},"message":{"n":1}}`
      const { subscribe, waitFor } = receiver()
      await subscribe(topic, { batchVolume: 2 * sample.length + 3, batchTime: 2_000 })
      await publish(topic, 1, 5)
      const received = await waitFor(3)

      expect(received.map(numbersOf)).toEqual([[1, 2], [3, 4], [5]])
      expect(received.map(each => each.body.length)).toEqual([
        2 * sample.length + 3,
        2 * sample.length + 3,
        sample.length + 2,
      ])
    },
  )

  it.concurrent(
    'gets a batch again after the fixed back-off, under the same id and with a growing retry count',
    async () => {
      const topic = await stack.createTopic()
      const { subscribe, waitFor } = receiver(
        inTurn({ status: 500 }, 'reset', { status: 503, headers: { 'Retry-After': '1' } }),
      )
      const name = await subscribe(topic, { batchSize: 3, messageBackoff: 200 })
      await publish(topic, 1, 6)
      const received = await waitFor(5)

      expect(received.map(numbersOf)).toEqual([...Array<number[]>(4).fill([1, 2, 3]), [4, 5, 6]])
      expect(new Set(received.slice(0, 4).map(batchId)).size).toBe(1)
      expect(received.map(each => each.retryCount)).toEqual([0, 1, 2, 3, 0])
      const gaps = received.slice(1, 4).map((each, index) => each.atMs - received[index]!.atMs)
      for (const [index, leastMs] of [195, 195, 995].entries())
        expect(gaps[index]).toBeGreaterThanOrEqual(leastMs)
      expect(await metric('subscription_retries_total', topic)).toBe(3)
      expect(await metric('subscription_failures_total', topic)).toBe(3)
      await eventually(async () => expect(await committed(topic, name)).toBe(6))
    },
  )

  it.concurrent(
    'has every message of a refused batch as a dead letter, and of one whose time to live is over',
    async () => {
      const topic = await stack.createTopic()
      const { subscribe, batches } = receiver(
        inTurn({ status: 422 }, {}, ...Array<Answer>(20).fill({ status: 500 })),
      )
      const name = await subscribe(topic, { batchSize: 3, messageTtl: 2, messageBackoff: 300 })
      const ids = await publish(topic, 1, 9)

      const items = await deadLetters(topic, name, 6)
      expect(items.map(each => each.messageId)).toEqual([...ids.slice(0, 3), ...ids.slice(6)])
      expect(items.map(each => Buffer.from(each.body, 'base64').toString())).toEqual(
        [1, 2, 3, 7, 8, 9].map(n => `{"n":${n}}`),
      )
      for (const item of items.slice(0, 3))
        expect(item).toMatchObject({ class: 'refused', attempts: 1, lastStatus: 422 })
      const last = batches().filter(each => numbersOf(each)[0] === 7)
      for (const item of items.slice(3))
        expect(item).toMatchObject({ class: 'expired', attempts: last.length, lastStatus: 500 })
      expect(last.at(-1)!.atMs - last[0]!.atMs).toBeLessThan(2_000 + latenessMs)
      await eventually(async () => expect(await committed(topic, name)).toBe(9))
      expect(await metric('subscription_discarded_total', topic)).toBe(6)
      expect(await metric('subscription_inflight', topic)).toBe(0)
    },
  )

  it.concurrent(
    'is sent again, forgotten or a dead letter as its retry rules and Iris-Verdict say of the whole batch',
    async () => {
      const topic = await stack.createTopic()
      const forget: Answer = { status: 500, headers: { 'Iris-Verdict': 'discard' } }
      const { subscribe, batches, waitFor } = receiver(
        inTurn({ status: 404 }, { status: 410 }, { status: 503 }, forget),
      )
      const rules = [
        { on: '404', then: 'retry', delayMs: 700 },
        { on: '410', then: 'discard' },
        { on: '5xx', then: 'deadLetter' },
      ]
      const name = await subscribe(topic, { batchSize: 2 }, { retry: { rules } })
      const ids = await publish(topic, 1, 8)
      await waitFor(5)

      expect(batches().map(numbersOf)).toEqual([
        [1, 2],
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ])
      expect(batches()[1]!.atMs - batches()[0]!.atMs).toBeGreaterThanOrEqual(695)
      const items = await deadLetters(topic, name, 2)
      expect(items.map(each => [each.messageId, each.class, each.lastStatus])).toEqual(
        ids.slice(2, 4).map(id => [id, 'refused', 503]),
      )
      expect(await metric('subscription_discarded_on_request_total', topic)).toBe(4)
      await eventually(async () => expect(await committed(topic, name)).toBe(8))
    },
  )

  it.concurrent(
    'gets again only what it reports as failed with 207, and a dead letter where it wants no retry',
    async () => {
      const topic = await stack.createTopic()
      const jsonAnswer = (body: object): Answer => ({
        status: 207,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
      })
      const reports = [
        (ids: string[]) => ({
          failed: [
            { id: ids[1], status: 500, retry: true },
            { id: ids[3], status: 400, retry: false },
            { id: ids[4], status: 503 },
          ],
        }),
        (ids: string[]) => ({ failed: [{ id: 'of another batch', retry: true }, { id: ids[0] }] }),
        () => ({ failed: [] }),
      ]
      const { subscribe, waitFor } = receiver(received => {
        const report = reports.shift()
        return report === undefined
          ? {}
          : jsonAnswer(report(elementsOf(received).map(each => each.metadata.id)))
      })
      const name = await subscribe(topic, { batchSize: 5 })
      const ids = await publish(topic, 1, 10)
      const received = await waitFor(4)

      expect(received.map(numbersOf)).toEqual([
        [1, 2, 3, 4, 5],
        [2, 5],
        [2, 5],
        [6, 7, 8, 9, 10],
      ])
      expect(batchId(received[1]!)).not.toBe(batchId(received[0]!))
      expect(batchId(received[2]!)).toBe(batchId(received[1]!))
      expect(received.map(each => each.retryCount)).toEqual([0, 1, 2, 0])
      const [item] = await deadLetters(topic, name, 1)
      expect(item).toMatchObject({ messageId: ids[3], class: 'refused', attempts: 1, lastStatus: 400 })
      await eventually(async () => expect(await committed(topic, name)).toBe(10))
      expect(await metric('subscription_delivered_total', topic)).toBe(9)
    },
  )

  it.concurrent(
    'has what no batch can hold as a dead letter, and gets the rest in one readable array',
    async () => {
      const topic = await stack.createTopic()
      const { subscribe, waitFor } = receiver()
      const name = await subscribe(topic, { batchSize: 3, batchVolume: 2_000 })
      await publish(topic, 1, 1)
      await stack.publish(topic, `"${'x'.repeat(2_000)}"`, { headers: { 'Partition-Key': 'one' } })
      await toKafka(topic, [
        {
          key: 'one',
          value: '{"_w":true,"metadata":{"timestamp":1,"id":"broken","externalMetadata":{}},"message":},{}',
        },
        { key: 'one', value: '{"n":2}', headers: { id: 'raw' } },
      ])
      await stack.publish(topic, '\ufeff{"n":3}', { headers: { 'Partition-Key': 'one' } })
      const [first] = await waitFor(1)

      expect(numbersOf(first!)).toEqual([1, 2, 3])
      expect(elementsOf(first!)[1]?.metadata).toMatchObject({ id: 'raw', externalMetadata: {} })
      const items = await deadLetters(topic, name, 2)
      expect(items[0]).toMatchObject({ class: 'pipeline', reason: 'too large', attempts: 0 })
      expect(items[1]?.reason).toMatch(/^UNPARSABLE: /)
      await eventually(async () => expect(await committed(topic, name)).toBe(5))
    },
  )

  it.concurrent('is made of what the filters let through', async () => {
    const topic = await stack.createTopic()
    const { subscribe, waitFor } = receiver()
    const filters = [{ type: 'jsonpath', path: '$.n', matcher: '[13579]' }]
    const name = await subscribe(topic, { batchSize: 2 }, { filters })
    await publish(topic, 1, 8)
    const received = await waitFor(2)

    expect(received.map(numbersOf)).toEqual([
      [1, 3],
      [5, 7],
    ])
    await eventually(async () => expect(await committed(topic, name)).toBe(8))
  })

  it.concurrent('becomes one of single messages and back while it runs', async () => {
    const topic = await stack.createTopic()
    const { subscribe, waitFor } = receiver()
    const name = await subscribe(topic, { batchSize: 2 })
    await publish(topic, 1, 3)
    await waitFor(1)
    await stack.api.updateSubscription(topic, name, { deliveryType: 'SERIAL' })
    const [, third] = await waitFor(2)
    expect(third!.body.toString()).toBe('{"n":3}')

    await stack.api.updateSubscription(topic, name, {
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 4, batchTime: 60_000 },
    })
    await eventually(async () => {
      const rows = (await (await fetch(`${stack.consumers[0]!.url}/status/subscriptions`)).json()) as {
        qualifiedName: string
        delivery: { gathered: number; rate: number | null } | null
      }[]
      expect(rows.find(row => row.qualifiedName === `${topic}$${name}`)?.delivery?.rate).toBeNull()
    })
    await publish(topic, 4, 6)
    await stack.api.updateSubscription(topic, name, { subscriptionPolicy: { batchSize: 3 } })
    const received = await waitFor(3)
    expect(numbersOf(received[2]!)).toEqual([4, 5, 6])
    expect(received).toHaveLength(3)
  })

  it('repeats nothing that was settled when its process is stopped, and starts no time to live anew', async () => {
    const topic = await stack.createTopic()
    const { subscribe, batches, waitFor } = receiver(received => {
      if (numbersOf(received)[0] === 5) return {}
      const failed = elementsOf(received).filter(({ message }) => message.n !== 2)
      return {
        status: 207,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ failed: failed.map(({ metadata }) => ({ id: metadata.id })) }),
      }
    })
    // Time enough to stop, to start and to try again on a machine that is busy.
    const messageTtl = 10
    const name = await subscribe(topic, { batchSize: 4, messageTtl, messageBackoff: 400 })
    await publish(topic, 1, 4)
    await waitFor(3)
    await stack.consumers[0]!.stop()
    const before = batches().length
    await stack.consumers[0]!.start()

    const items = await deadLetters(topic, name, 3)
    const [first, ...others] = batches()
    expect(numbersOf(first!)).toEqual([1, 2, 3, 4])
    expect(others.map(numbersOf)).toEqual(others.map(() => [1, 3, 4]))
    expect(others.length).toBeGreaterThan(before)
    for (const item of items) expect(item).toMatchObject({ class: 'expired', attempts: others.length + 1 })
    expect(others.at(-1)!.retryCount).toBe(others.length)
    expect(others.at(-1)!.atMs - first!.atMs).toBeLessThan(messageTtl * 1000 + latenessMs)
    await publish(topic, 5, 8)
    await eventually(() => expect(numbersOf(batches().at(-1)!)).toEqual([5, 6, 7, 8]))
  })
})
