/**
 * What an endpoint sees of a rate whose parts are lent between the processes that share it.
 */
import { Kafka, logLevel, type Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Row {
  readonly qualifiedName: string
  readonly delivery: { readonly pace: { readonly maxRate: number } } | null
  readonly partitions: readonly { readonly partition: number; readonly state: string }[]
}

const rate = 200
const path = '/lending'

describe('a rate that two processes share', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let admin: Admin
  let topic = ''
  let id = ''

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2 })
    subscriber = await startSubscriber()
    admin = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
  })
  afterAll(async () => {
    await admin.disconnect()
    await stack.stop()
    await subscriber.stop()
  })

  const rowAt = async (url: string): Promise<Row | undefined> => {
    const rows = (await (await fetch(`${url}/status/subscriptions`)).json()) as Row[]
    return rows.find(each => each.qualifiedName === id)
  }
  const partitionsAt = async (url: string): Promise<number[]> =>
    ((await rowAt(url))?.partitions ?? [])
      .filter(each => each.state === 'running')
      .map(each => each.partition)
  const maxRateAt = async (url: string): Promise<number> => (await rowAt(url))?.delivery?.pace.maxRate ?? NaN
  const ends = async (): Promise<string[]> =>
    (await admin.fetchTopicOffsets(`${stack.namespace}_${topic}`))
      .sort((a, b) => a.partition - b.partition)
      .map(({ offset }) => offset)
  const publish = (key: string, n: number): Promise<unknown> =>
    stack.publish(topic, `{"n":${n}}`, { headers: { 'Partition-Key': key } })
  const publishAll = async (key: string, count: number): Promise<void> => {
    for (let from = 0; from < count; from += 50)
      await Promise.all(Array.from({ length: 50 }, (_, index) => publish(key, from + index)))
  }
  /** A key whose messages go into one of these partitions. Each look publishes a message. */
  async function keyIn(partitions: readonly number[]): Promise<string> {
    for (let tried = 0; ; tried++) {
      const before = await ends()
      await publish(`key-${tried}`, tried)
      const after = await ends()
      if (partitions.some(partition => before[partition] !== after[partition])) return `key-${tried}`
    }
  }

  it('lends what one does without to the other, takes it back when needed, and is never exceeded', async () => {
    topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { rate, requestTimeout: 20_000 },
    })
    id = `${topic}$${name}`
    const [busy, idle] = stack.consumers.map(each => each.url) as [string, string]
    const [ofBusy, ofIdle] = await eventually(async () => {
      const held = [await partitionsAt(busy), await partitionsAt(idle)] as const
      expect(held.flat().sort()).toEqual([0, 1, 2, 3])
      expect(held.map(each => each.length)).toEqual([2, 2])
      return held
    })
    const [busyKey, idleKey] = [await keyIn(ofBusy), await keyIn(ofIdle)]
    expect([await maxRateAt(busy), await maxRateAt(idle)]).toEqual([rate / 2, rate / 2])

    const publishing = publishAll(busyKey, 1_200)
    await eventually(async () => expect(await maxRateAt(busy)).toBeGreaterThanOrEqual(rate * 0.9))
    const kept = await maxRateAt(idle)
    expect(kept).toBeGreaterThanOrEqual(rate * 0.04)
    expect(kept).toBeLessThanOrEqual(rate * 0.1)

    await Promise.all([publishing, publishAll(idleKey, 400)])
    await eventually(async () => expect(await maxRateAt(idle)).toBeCloseTo(rate / 2))
    const distinct = (): number => new Set(subscriber.received(path).map(each => each.messageId)).size
    await eventually(() => expect(distinct()).toBeGreaterThanOrEqual(1_600))

    // What is late at a busy receiver is no fault of the senders: over any five seconds of traffic, no more
    // come than the rate, a twentieth and the bursts of both allow, with a second for the receiver, in which
    // it may stand still and then find all that has come meanwhile. At every moment it is judged in virtual
    // time (`lending.property.test.ts`).
    const times = subscriber.received(path).map(each => each.atMs)
    for (let first = 0; first + 5 * rate < times.length; first += 25) {
      const last = first + 5 * rate
      const leastMs = ((last - first - 2 * 0.05 * rate - 10) / (rate * 1.05)) * 1_000 - 1_000
      expect(times[last]! - times[first]!, `messages ${first} to ${last}`).toBeGreaterThan(leastMs)
    }
    const inBestSecond = Math.max(
      ...times.map((from, first) => times.slice(first).filter(at => at < from + 1_000).length),
    )
    expect(inBestSecond).toBeGreaterThan(rate * 0.6)
  })
})
