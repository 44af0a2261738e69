import { Kafka, logLevel, type Admin } from 'kafkajs'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { commitOffsets } from '../support/commit-offsets.js'
import { deadLettersOf } from '../support/dead-letters.js'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

/** As the test stack and the test's ZooKeeper have it. */
const sessionMs = 4_000
const tickMs = 500
/** What a busy machine may add. */
const latenessMs = 3_000
const patientPolicy = { requestTimeout: 20_000, messageBackoff: 100 }

interface Row {
  readonly qualifiedName: string
  readonly notRunning: string | null
  readonly delivery: { readonly inflight: number } | null
  readonly partitions: readonly { partition: number; state: string; committedOffset: number }[]
}

describe('consumers processes that share the work', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let admin: Admin
  let path = ''
  let pathCount = 0

  beforeAll(async () => {
    const readBack = { 'consumers-service': { 'consumer.commit.offset.readBackPeriod': '1s' } }
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      consumers: 2,
      settings: readBack,
    })
    subscriber = await startSubscriber()
    admin = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
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

  const gone = new Set<string>()
  const rowsOf = async (url: string): Promise<Row[]> =>
    (await (await fetch(`${url}/status/subscriptions`)).json()) as Row[]
  const partitionsAt = async (url: string, id: string): Promise<number[]> => {
    const row = (await rowsOf(url)).find(each => each.qualifiedName === id)
    return (row?.partitions ?? []).filter(each => each.state === 'running').map(each => each.partition)
  }
  const inflightAt = async (url: string, id: string): Promise<number> =>
    (await rowsOf(url)).find(each => each.qualifiedName === id)?.delivery?.inflight ?? 0
  const urls = (): string[] => stack.consumers.map(each => each.url).filter(url => !gone.has(url))
  /** Waits until the partitions of a subscription are shared by these processes, and gives who has which. */
  const shared = (id: string, owners: number): Promise<Map<string, number[]>> =>
    eventually(async () => {
      const held = new Map<string, number[]>()
      for (const url of urls()) held.set(url, await partitionsAt(url, id))
      const all = [...held.values()].flat().sort()
      expect(all).toEqual([0, 1, 2, 3])
      expect([...held.values()].filter(each => each.length > 0)).toHaveLength(owners)
      return held
    }, 30_000)
  /** Publishes messages numbered from `first` on. */
  const publishAll = (topic: string, count: number, first = 0): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, n) => stack.publish(topic, `{"n":${first + n}}`)))
  const received = (): readonly Received[] => subscriber.received(path)
  const distinct = (): number => new Set(received().map(each => each.body.toString())).size

  it('split the partitions of each subscription between two of them', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: patientPolicy,
    })
    const held = await shared(`${topic}$${name}`, 2)
    expect([...held.values()].sort()).toEqual([
      [0, 2],
      [1, 3],
    ])

    await publishAll(topic, 200)
    await eventually(() => expect(distinct()).toBe(200))
    await pause(300)
    expect(received()).toHaveLength(200)
  })

  it('repair a commit that somebody wrote over theirs', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: patientPolicy,
    })
    await publishAll(topic, 100)
    await eventually(() => expect(distinct()).toBe(100))
    const groupId = groupOf(stack.namespace, topic, name)
    const kafkaTopic = `${stack.namespace}_${topic}`
    const committed = (): Promise<string> =>
      admin
        .fetchOffsets({ groupId, topics: [kafkaTopic] })
        .then(rows => String(rows[0]!.partitions.reduce((sum, each) => sum + Number(each.offset), 0)))
    await eventually(async () => expect(await committed()).toBe('100'))

    const zero = [0, 1, 2, 3].map(partition => ({ partition, offset: 0, metadata: '' }))
    await commitOffsets(inject('kafka'), [{ groupId, topic: kafkaTopic, offsets: zero }])
    // That it lay there for a moment, the repair itself says: it may be quicker than another look of ours.
    await eventually(() => {
      const logs = stack.consumers.flatMap(each => each.logs())
      expect(logs.some(line => line.includes('commit.stale') && line.includes(groupId))).toBe(true)
    })
    await eventually(async () => expect(await committed()).toBe('100'))
    expect(received()).toHaveLength(100)
  })

  it('deliver nothing beside a foreign member of the group, say so, and begin when it is gone', async () => {
    const topic = await stack.createTopic()
    const name = 'contested'
    const groupId = groupOf(stack.namespace, topic, name)
    const foreign = new Kafka({
      brokers: [inject('kafka')],
      clientId: 'hermes-7',
      logLevel: logLevel.NOTHING,
    }).consumer({
      groupId,
    })
    await foreign.connect()
    await foreign.subscribe({ topic: `${stack.namespace}_${topic}` })
    await foreign.run({ eachMessage: () => Promise.resolve(), autoCommit: false })
    await eventually(async () =>
      expect((await admin.describeGroups([groupId])).groups[0]?.members).toHaveLength(1),
    )
    // Management cannot commit start offsets beside a member either, so the subscription is made while it is
    // away.
    await foreign.stop()
    await stack.createSubscription(topic, subscriber.url + path, { name, state: 'SUSPENDED' })
    await foreign.run({ eachMessage: () => Promise.resolve(), autoCommit: false })
    await eventually(async () =>
      expect((await admin.describeGroups([groupId])).groups[0]?.members).toHaveLength(1),
    )
    await stack.api.setSubscriptionState(topic, name, 'ACTIVE')
    await stack.publish(topic, '{"n":0}')
    await eventually(async () => {
      const rows = (await Promise.all(urls().map(rowsOf)))
        .flat()
        .filter(row => row.qualifiedName.endsWith('$contested'))
      expect(rows.map(row => row.notRunning).join()).toContain('client hermes-7 at')
    })
    await eventually(async () => {
      const ready = await Promise.all(urls().map(url => fetch(`${url}/status/ready`)))
      expect(ready.map(({ status }) => status)).toEqual(urls().map(() => 200))
      expect((await Promise.all(ready.map(answer => answer.text()))).join()).toContain('client hermes-7 at')
    })
    expect(received()).toEqual([])

    await foreign.disconnect()
    await subscriber.waitFor(1, { path })
  })

  it('repeat nothing over a SIGTERM, whose process is gone within 15 s', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { ...patientPolicy, rate: 300 },
    })
    await shared(`${topic}$${name}`, 2)
    // As long as a slow subscriber takes, and far within the drain.
    let attemptMs = 50
    subscriber.answerWith(({ body }) => ({
      delayMs: attemptMs,
      status: body.toString() === '{"n":7}' ? 500 : 200,
    }))
    await publishAll(topic, 100)
    await subscriber.waitFor(100, { path })
    await stack.addConsumers()
    // Only now the rest, so that there is enough to deliver however long the third process took to start.
    attemptMs = 2_500
    await publishAll(topic, 800, 100)
    const leaving = await eventually(async () => {
      const counts = await Promise.all(urls().map(url => inflightAt(url, `${topic}$${name}`)))
      expect(Math.max(...counts)).toBeGreaterThan(5)
      return stack.consumers.find(({ url }) => url === urls()[counts.indexOf(Math.max(...counts))])!
    })
    const startMs = performance.now()
    gone.add(leaving.url)
    const left = leaving.stop()
    attemptMs = 50
    await left
    expect(performance.now() - startMs).toBeLessThan(15_000)

    await eventually(() => expect(distinct()).toBe(900), 30_000)
    subscriber.answerWith(() => ({}))
    await pause(1_000)
    const failing = received().filter(each => each.body.toString() === '{"n":7}')
    expect(received().length - failing.length).toBe(899)
    // The attempts of before the restart still count.
    expect(failing.map(each => each.retryCount)).toEqual(failing.map((_, index) => index))
  })

  it('keep the time to live of a message that one of them hands to another', async () => {
    const topic = await stack.createTopic()
    const ttlMs = 10_000
    const backoffMs = 400
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { ...patientPolicy, messageTtl: ttlMs / 1_000, messageBackoff: backoffMs },
    })
    const held = await shared(`${topic}$${name}`, 2)
    // Such an answer speaks of the message: an endpoint that fails at all of them gets nothing but probes.
    subscriber.answerWith(() => ({ status: 500, headers: { 'Iris-Verdict': 'retry' } }))
    const publishedMs = Date.now()
    // Each partition gets some, so that the one who leaves has some.
    await publishAll(topic, 12)
    await eventually(() => expect(distinct()).toBe(12))

    await pause(Math.max(0, publishedMs + 0.6 * ttlMs - Date.now()))
    const leaving = stack.consumers.find(each => (held.get(each.url) ?? []).includes(0))!
    const leavingMs = Date.now()
    gone.add(leaving.url)
    await leaving.stop()
    await stack.addConsumers()

    const letters = await deadLettersOf(stack, topic, name).waitFor(12)
    for (const { time } of letters) {
      // The next attempt would have been after its end.
      expect(time).toBeGreaterThanOrEqual(publishedMs + ttlMs - backoffMs)
      // Begun anew by its next owner, it would have ended only then.
      expect(time).toBeLessThan(leavingMs + ttlMs)
    }
    expect(received().filter(each => each.retryCount === 0)).toHaveLength(12)
  })

  it('take over from one that is killed, within its session, a tick and two seconds; little is repeated', async () => {
    const topic = await stack.createTopic()
    const inflightSize = 20
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { ...patientPolicy, rate: 400, inflightSize },
    })
    const id = `${topic}$${name}`
    const held = await shared(id, 2)
    await publishAll(topic, 1_000)
    await subscriber.waitFor(200, { path })
    const killed = stack.consumers.find(each => (held.get(each.url) ?? []).includes(0))!
    const killedMs = performance.now()
    gone.add(killed.url)
    await killed.kill()
    const takenMs = await eventually(async () => {
      await shared(id, Math.min(2, urls().length))
      return performance.now() - killedMs
    })
    expect(takenMs).toBeLessThan(sessionMs + tickMs + 2_000 + latenessMs)

    await eventually(() => expect(distinct()).toBe(1_000), 30_000)
    await pause(500)
    // At most what was in flight, and what was settled in the second since the last commit.
    expect(received().length - 1_000).toBeLessThanOrEqual(inflightSize + 400)
  })
})

function groupOf(namespace: string, topic: string, name: string): string {
  const dot = topic.lastIndexOf('.')
  const parts = [topic.slice(0, dot), topic.slice(dot + 1), name].map(each => each.replaceAll('_', '__'))
  return `${namespace}_${parts.join('_')}`
}
