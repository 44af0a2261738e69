import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { consumerGroupId } from '@iris/common/kafka/names'
import type { ServiceProcess } from '@iris/local-stack/service'
import { eventually } from '../support/eventually.js'
import { makeKafkaTopic, witness } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

interface Member {
  readonly consumerId: string
  readonly partitions: readonly { readonly partition: number; readonly currentOffset: number }[]
}

/** As the test stack makes topics. */
const allPartitions = [0, 1, 2, 3]
const dayMs = 86_400_000
const settings = { 'consumers-service': { 'consumer.workload.consumersPerSubscription': '3' } }

let stack: TestStack
let subscriber: Subscriber
let admin: Admin
let path = ''
let pathCount = 0

beforeAll(async () => {
  admin = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING }).admin()
  ;[stack, subscriber] = await Promise.all([
    startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2, settings }),
    startSubscriber(),
    admin.connect(),
  ])
})
beforeEach(() => {
  path = `/test/${++pathCount}`
  subscriber.answerWith(() => ({}))
})
afterAll(async () => {
  await admin.disconnect()
  await stack.stop()
  await subscriber.stop()
})

const received = (at = path): readonly Received[] => subscriber.received(at)
const idsAt = (at: string): readonly string[] => received(at).map(({ messageId }) => messageId)
const distinct = (): number => new Set(received().map(({ body }) => body.toString())).size
const numberIn = ({ body }: Received): number => (JSON.parse(body.toString()) as { n: number }).n
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const publishAll = (topic: string, count: number): Promise<unknown> =>
  Promise.all(range(count).map(n => stack.publish(topic, `{"n":${n}}`)))

/** What Kafka has as committed by the group of a subscription, added up. */
async function committed(topic: string, name: string): Promise<number> {
  const where = { namespace: stack.namespace, separator: '_' }
  const groupId = consumerGroupId(where, topic as TopicName, name as SubscriptionName)
  const [row] = await admin.fetchOffsets({ groupId, topics: [`${stack.namespace}_${topic}`] })
  return (row?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
}

async function retransmit(topic: string, name: string, date: string, query = ''): Promise<Response> {
  const place = `/topics/${topic}/subscriptions/${name}/retransmission${query}`
  return fetch(stack.management.url + place, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ retransmissionDate: date }),
    signal: AbortSignal.timeout(60_000),
  })
}

/** The members of a subscription's group, as management tells them. */
async function membersOf(topic: string, name: string): Promise<readonly Member[]> {
  const { text } = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/consumer-groups`)
  const [group] = JSON.parse(text) as { readonly members: readonly Member[] }[]
  return group?.members ?? []
}

/** The same, once so many of them share all partitions. */
function shared(
  [topic, name]: readonly [string, string],
  count: number,
  partitions = allPartitions,
): Promise<readonly Member[]> {
  return eventually(async () => {
    const members = await membersOf(topic, name)
    const held = members.flatMap(each => each.partitions.map(({ partition }) => partition))
    expect(held.sort()).toEqual(partitions)
    expect(members).toHaveLength(count)
    return members
  })
}

/** The consumers process that delivers all of a subscription. */
async function ownerOf(id: string): Promise<ServiceProcess> {
  for (const each of stack.consumers) {
    const answer = await fetch(`${each.url}/status/subscriptions`, { signal: AbortSignal.timeout(10_000) })
    const rows = (await answer.json()) as { qualifiedName: string; partitions: { state: string }[] }[]
    const row = rows.find(({ qualifiedName }) => qualifiedName === id)
    if (row?.partitions.some(({ state }) => state === 'running') === true) return each
  }
  throw new Error(`nobody delivers ${id}`)
}

const partsOf = (members: readonly Member[]): readonly number[] =>
  members.map(({ partitions }) => partitions.length).sort()

describe('Kafka', () => {
  it('E1: a subscription reads the log at its own pace, and Kafka has its offsets', async () => {
    const topic = await stack.createTopic()
    const reading = await stack.createSubscription(topic, subscriber.url + path)
    const paused = await stack.createSubscription(topic, `${subscriber.url}/never`, { state: 'SUSPENDED' })

    await publishAll(topic, 10)
    await subscriber.waitFor(10, { path })

    await eventually(async () => expect(await committed(topic, reading)).toBe(10))
    const offsets = (await membersOf(topic, reading)).flatMap(({ partitions }) => partitions)
    expect(offsets.reduce((sum, { currentOffset }) => sum + currentOffset, 0)).toBe(10)
    expect(await committed(topic, paused)).toBe(0)
    expect(received('/never')).toEqual([])
  })

  it('E2: reading deletes nothing: one subscription gets all again, the other nothing, for as long as Kafka keeps it', async () => {
    const topic = await stack.createTopic({ retentionTime: { duration: 1, retentionUnit: 'DAYS' } })
    const again = `${path}/again`
    await stack.createSubscription(topic, subscriber.url + path)
    const second = await stack.createSubscription(topic, subscriber.url + again)
    await publishAll(topic, 4)
    await Promise.all([path, again].map(at => subscriber.waitFor(4, { path: at })))

    const moved = await retransmit(topic, second, '2020-01-01T00:00:00Z')
    await eventually(() => expect(idsAt(again)).toHaveLength(8))
    const name = `${stack.namespace}_${topic}`
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] }],
    })

    expect(moved.status).toBe(200)
    expect(new Set(idsAt(again)).size).toBe(4)
    expect(idsAt(path)).toHaveLength(4)
    expect(resources[0]?.configEntries[0]?.configValue).toBe(String(dayMs))
  })

  it('E3: each subscription is a group of its own, whose partitions its members share', async () => {
    const topic = await stack.createTopic()
    const other = `${path}/other`
    const one = await stack.createSubscription(topic, subscriber.url + path)
    await stack.createSubscription(topic, subscriber.url + other)
    const members = await shared([topic, one], 2)

    await publishAll(topic, 20)
    await Promise.all([path, other].map(at => subscriber.waitFor(20, { path: at })))

    expect(partsOf(members)).toEqual([2, 2])
    expect([...idsAt(path)].sort()).toEqual([...idsAt(other)].sort())
    await eventually(async () => expect(await committed(topic, one)).toBe(20))
  })

  it('E4: messages of one key lie in one partition and arrive in their order', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url + path, { ordering: 'KEY' })

    for (const n of range(10))
      for (const key of ['a', 'b'])
        await stack.publish(topic, JSON.stringify({ key, n }), { headers: { 'Partition-Key': key } })
    await subscriber.waitFor(20, { path })
    const records = await witness(inject('kafka'), `${stack.namespace}_${topic}`, 20)

    for (const key of ['a', 'b']) {
      const ofKey = received().filter(({ body }) => body.toString().includes(`"${key}"`))
      const places = records.filter(record => record.key?.toString() === key).map(each => each.partition)
      expect(ofKey.map(numberIn)).toEqual(range(10))
      expect(places).toHaveLength(10)
      expect(new Set(places).size).toBe(1)
    }
  })

  it('E6: batches bring several messages in one request, in order', async () => {
    const topic = await stack.createTopic()
    // Nothing but the size makes a batch ripe.
    await stack.createSubscription(topic, subscriber.url + path, {
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 2, batchTime: 60_000, batchVolume: 100_000 },
    })

    for (const n of range(4)) await stack.publish(topic, `{"n":${n}}`, { headers: { 'Partition-Key': 'k' } })
    const batches = await subscriber.waitFor(2, { path })

    const numbers = batches.map(({ body }) =>
      (JSON.parse(body.toString()) as { message: { n: number } }[]).map(({ message }) => message.n),
    )
    const batchIds = batches.map(({ headers }) => headers['hermes-batch-id'])
    expect(numbers).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(new Set(batchIds).size).toBe(2)
    expect(batchIds).not.toContain(undefined)
  })

  it('E7: offsets moved back in time bring the same messages again, after a dry run that moves nothing', async () => {
    const topic = await stack.createTopic()
    const before = new Date(Date.now() - 1_000).toISOString()
    const name = await stack.createSubscription(topic, subscriber.url + path)
    await publishAll(topic, 5)
    await subscriber.waitFor(5, { path })
    await eventually(async () => expect(await committed(topic, name)).toBe(5))

    const planned = await retransmit(topic, name, before, '?dryRun=true')
    const unmoved = await committed(topic, name)
    const moved = await retransmit(topic, name, before)
    await eventually(() => expect(idsAt(path)).toHaveLength(10))

    expect([planned.status, planned.headers.get('iris-message-count')]).toEqual([200, '5'])
    expect(unmoved).toBe(5)
    expect(moved.status).toBe(200)
    expect([...idsAt(path).slice(5)].sort()).toEqual([...idsAt(path).slice(0, 5)].sort())
  })

  it('E10: beyond Kafka, a subscription gets only what its filters let through', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      filters: [{ type: 'jsonpath', path: '$.status', matcher: 'new' }],
    })

    await stack.publish(topic, '{"status":"old"}')
    await stack.publish(topic, '{"status":"new"}')
    await subscriber.waitFor(1, { path })

    const counter = new RegExp(`subscription_filtered_out_total{[^}]*subscription="${name}"[^}]*} (\\d+)`)
    await eventually(async () => {
      const pages = await Promise.all(
        stack.consumers.map(async ({ url }) => (await fetch(`${url}/status/prometheus`)).text()),
      )
      const counts = pages.map(page => Number(counter.exec(page)?.[1] ?? 0))
      expect(counts.reduce((sum, each) => sum + each, 0)).toBe(1)
    })
    await eventually(async () => expect(await committed(topic, name)).toBe(2))
    expect(received().map(({ body }) => body.toString())).toEqual(['{"status":"new"}'])
  })

  it('E9: one more instance takes its part while messages come, and none is missing', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path)
    await shared([topic, name], 2)

    await publishAll(topic, 20)
    const [members] = await Promise.all([
      stack.addConsumers().then(() => shared([topic, name], 3)),
      (async () => {
        for (const n of range(20)) await stack.publish(topic, `{"n":${20 + n}}`)
      })(),
    ])

    expect(partsOf(members)).toEqual([1, 1, 2])
    await eventually(() => expect(distinct()).toBe(40))
  })

  it('E5: with fewer partitions than instances the others stand by, and one goes on when the owner is killed', async () => {
    const topic = `${stack.group}.narrow`
    await makeKafkaTopic(inject('kafka'), `${stack.namespace}_${topic}`)
    await stack.createTopic({ name: topic })
    const name = await stack.createSubscription(topic, subscriber.url + path)
    const [owner] = await shared([topic, name], 1, [0])
    await publishAll(topic, 5)
    await subscriber.waitFor(5, { path })

    await (await ownerOf(`${topic}$${name}`)).kill()
    await stack.publish(topic, '{"n":5}')

    await eventually(() => expect(distinct()).toBe(6))
    const [next] = await shared([topic, name], 1, [0])
    expect(next?.consumerId).not.toBe(owner?.consumerId)
  })
})
