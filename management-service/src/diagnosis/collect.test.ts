import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createMemoryStore } from '../store/in-memory.js'
import type { KafkaLetters } from '../store/letter-ports.js'
import type { KafkaRecord } from '../store/kafka-ports.js'
import { collectFacts, factsMs, type CollectParts } from './collect.js'
import { diagnose } from './diagnose.js'
import type { Facts } from './facts.js'
import { rowOf } from './testing/facts-with.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const names = { topic, name }
const owner = { source: 'Plaintext', id: 'x' }
const never = (): Promise<never> => new Promise(() => undefined)
const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index)

/** An installation with `count` partitions, each owned by a process of its own. */
function setUp(count: number, changes: Partial<CollectParts> = {}) {
  const time = createVirtualTime()
  const store = createMemoryStore()
  const form = { name: topic, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
  store.held.topics.set(topic, { value: parseTopic(form), version: 0 })
  const body = { topicName: topic, name, description: '', endpoint: 'http://h/', owner }
  store.held.subscriptions.set(`${topic}$${name}`, { value: parseSubscription(body), version: 0 })
  const asked: string[] = []
  const read: number[] = []
  const instances = upTo(count).map(index => `host$${index}`)
  const parts: CollectParts = {
    ...{ store, clock: time, scheduler: time, log: silentLog },
    namespace: { namespace: 'ns', separator: '_' },
    consumers: {
      live: () =>
        Promise.resolve(
          instances.map(instance => ({ instance, host: 'h', pid: 1, url: `http://${instance}` })),
        ),
      holders: () => Promise.resolve(instances.map((instance, partition) => ({ instance, partition }))),
    },
    groups: { describe: () => Promise.resolve({ state: 'Empty', members: [] }) } as never,
    progress: {
      committed: (_group, _topic, all) => Promise.resolve(all.map(each => (each === 1 ? 40 : 90))),
    },
    deadLetters: {
      ...{ store, clock: time, namespace: { namespace: 'ns', separator: '_' } },
      letters: { open: () => Promise.resolve(null) } as unknown as KafkaLetters,
    },
    search: {
      partitions: wanted => Promise.resolve(wanted === 'ns_acme.orders' ? upTo(count) : null),
      ranges: (_topic, all, { fromMs }) =>
        Promise.resolve(all.map(() => ({ first: fromMs === null ? 10 : 95, next: 100 }))),
      find: never,
    },
    records: {
      range: never,
      read(_topic, partition, from) {
        read.push(partition, from)
        return Promise.resolve([{ timestampMs: 5 } as KafkaRecord])
      },
    },
    asker: {
      json(url) {
        asked.push(url)
        return Promise.resolve([rowOf()])
      },
      stop: () => Promise.resolve(),
    },
    ...changes,
  }
  return { time, parts, asked, read }
}

/** The facts, once virtual time has passed; and when they were there. */
async function collected({
  time,
  parts,
}: ReturnType<typeof setUp>): Promise<{ facts: Facts; tookMs: number }> {
  const startMs = time.monotonic()
  let tookMs = Infinity
  const facts = collectFacts(parts, names).then(found => {
    tookMs = time.monotonic() - startMs
    return found
  })
  await time.advance(10_000)
  return { facts: await facts, tookMs }
}

describe('the facts of a diagnosis', () => {
  it('come from the definition, Kafka and the owners', async () => {
    const world = setUp(2)
    const { facts } = await collected(world)

    expect(facts.kafka).toMatchObject({
      ...{ kafkaTopic: 'ns_acme.orders', groupId: 'ns_acme_orders_billing', members: [] },
      partitions: [
        { partition: 0, committed: 90, first: 10, end: 100, publishedLastMinute: 5 },
        { partition: 1, committed: 40, first: 10, end: 100, publishedLastMinute: 5 },
      ],
      oldestPublishedMs: 5,
      deadLetters: { all: 0, lastHour: 0 },
    })
    expect(world.read).toEqual([1, 40])
    expect(world.asked).toEqual(
      ['host$0', 'host$1'].map(each => `http://${each}/status/subscriptions?name=acme.orders%24billing`),
    )
  })

  it('are there in time with hundreds of partitions whose owners are all dead', async () => {
    const world = setUp(300, {
      asker: {
        json: (_url, limitMs) =>
          new Promise((_resolve, reject) => void world.time.after(limitMs, () => reject(new Error('late')))),
        stop: () => Promise.resolve(),
      },
    })
    const { facts, tookMs } = await collected(world)

    expect(tookMs).toBeLessThanOrEqual(factsMs)
    expect(diagnose(facts).findings[0]).toMatchObject({ cause: 'OWNER_SILENT', figures: { silent: 32 } })
  })

  it.each<[string, Partial<CollectParts>, string]>([
    [
      'ZooKeeper',
      { store: { topic: never, subscription: never, parkedKeys: never } as never },
      'ZOOKEEPER_SILENT',
    ],
    ['Kafka', { groups: { describe: never } as never }, 'KAFKA_SILENT'],
    [
      'the nodes of consumers',
      { consumers: { live: never, holders: () => Promise.resolve([]) } },
      'ZOOKEEPER_SILENT',
    ],
  ])('are there in time when %s is silent', async (_who, changes, cause) => {
    const { facts, tookMs } = await collected(setUp(2, changes))

    expect(tookMs).toBeLessThanOrEqual(factsMs)
    expect(diagnose(facts).findings.map(each => each.cause)).toContain(cause)
  })

  it('do not blame Kafka for a ZooKeeper that is silent', async () => {
    const store = { topic: never, subscription: never, parkedKeys: never } as never
    const world = setUp(2)
    const deadLetters = { ...world.parts.deadLetters, store }
    const { facts } = await collected({ ...world, parts: { ...world.parts, store, deadLetters } })

    expect(facts.kafka).toMatchObject({ deadLetters: { all: 0, lastHour: 0 } })
  })

  it('say so of a process that talks of something else', async () => {
    const asker = { json: () => Promise.resolve({ rows: 1 }), stop: () => Promise.resolve() }
    const { facts } = await collected(setUp(1, { asker }))

    expect(facts.consumers).toMatchObject({
      said: [{ answer: { problem: 'its answer is of another version' } }],
    })
  })

  it('are refused for what does not exist', async () => {
    const { parts } = setUp(1)

    await expect(collectFacts(parts, { topic, name: 'absent' as SubscriptionName })).rejects.toMatchObject({
      code: 'SUBSCRIPTION_NOT_EXISTS',
    })
    await expect(collectFacts(parts, { topic: 'acme.absent' as TopicName, name })).rejects.toMatchObject({
      code: 'TOPIC_NOT_EXISTS',
    })
  })
})
