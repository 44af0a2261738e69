import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { witness } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

/** Long enough to look at what waits, and to kill its owner, on a machine that is busy. */
const delayMs = 20_000

interface Row {
  readonly qualifiedName: string
  readonly slot: string | null
  readonly delayed: string | null
  readonly partitions: readonly {
    partition: number
    state: string
    unsettled: number
    committedOffset: number
  }[]
}

describe('a retry that waits for long', () => {
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      consumers: 2,
      settings: { 'management-service': { 'management.consumer-group.clean-up.initialDelay': '500ms' } },
    })
    subscriber = await startSubscriber()
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  const rowsAt = async (url: string, id: string): Promise<Row[]> => {
    const rows = (await (await fetch(`${url}/status/subscriptions`)).json()) as Row[]
    return rows.filter(each => each.qualifiedName === id)
  }
  /** The process with the subscription's first slot, which has the first partition of the delay topic too. */
  const firstOwner = (id: string): Promise<TestStack['consumers'][number]> =>
    eventually(async () => {
      for (const each of stack.consumers) {
        const [row] = await rowsAt(each.url, id)
        const isFirst = row?.slot === '1 of 2' && row.partitions.every(({ state }) => state === 'running')
        if (isFirst && row.partitions.length === 2) return each
      }
      throw new Error('the partitions are not shared yet')
    }, 30_000)

  const kafkaTopics = async (): Promise<string[]> => {
    const admin = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const topics = await admin.listTopics()
    await admin.disconnect()
    return topics
  }

  it('holds up nobody, survives the kill of its owner, and comes in its time with its count and bytes', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/slow`, {
      subscriptionPolicy: { inflightSize: 20, rate: 10_000, requestTimeout: 20_000 },
      retry: { windowSeconds: 3_600 },
    })
    const id = `${topic}$${name}`
    const owner = await firstOwner(id)
    const poison = Array.from({ length: 40 }, (_, n) => `{"poison":  ${n}}`)
    subscriber.answerWith(({ body, retryCount }) =>
      body.toString().includes('poison') && retryCount === 0
        ? { status: 500, headers: { 'Iris-Verdict': 'retry', 'Retry-After': String(delayMs / 1_000) } }
        : {},
    )
    const publishing = poison.map((body, n) =>
      stack.publish(topic, body, { headers: { 'Partition-Key': `key-${n}` } }),
    )
    const good = Array.from({ length: 400 }, (_, n) => stack.publish(topic, `{"good":${n}}`))
    await Promise.all([...publishing, ...good])
    await subscriber.waitFor(440)
    expect(subscriber.received().filter(each => each.retryCount > 0)).toEqual([])

    await eventually(async () => {
      const rows = (await Promise.all(stack.consumers.map(each => rowsAt(each.url, id)))).flat()
      const partitions = rows.flatMap(row => row.partitions)
      expect(partitions.map(each => each.unsettled)).toEqual([0, 0, 0, 0])
      // What is settled and not committed yet would be repeated after a kill.
      expect(partitions.reduce((sum, each) => sum + each.committedOffset, 0)).toBe(440)
      expect(rows.map(row => row.delayed).join()).toMatch(/40 wait in the delay topic, the next until 20/)
    })
    await owner.kill()

    const survivor = stack.consumers.find(each => each !== owner)!
    const received = await subscriber
      .waitFor(480, { withinMs: delayMs + 30_000 })
      .catch(async (cause: unknown) => {
        throw new Error(JSON.stringify(await rowsAt(survivor.url, id)), { cause })
      })
    const attempts = poison.map(body => received.filter(each => each.body.toString() === body))
    for (const [first, second] of attempts) {
      expect(second?.retryCount).toBe(1)
      expect(second?.messageId).toBe(first?.messageId)
      expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(delayMs - 10)
    }
    await pause(500)
    expect(subscriber.received()).toHaveLength(480)
    const delayTopic = `${stack.namespace}_${topic}.${name}_delay`
    const records = await witness(inject('kafka'), delayTopic, 40)
    expect(records.map(each => each.headers['Delay-Retry-Count'])).toEqual(records.map(() => '1'))
    expect((await stack.api.manage('GET', '/topics')).text).not.toContain('_delay')

    await stack.api.deleteSubscription(topic, name)
    await eventually(async () => expect(await kafkaTopics()).not.toContain(delayTopic))
  })
})
