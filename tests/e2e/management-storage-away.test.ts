/**
 * Management while ZooKeeper or Kafka is away: changes are refused with a clear error, nothing is left
 * half-made, and it goes on by itself when they are back.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'

/** Servers start slowly on a busy machine, and here they start twice. */
const slowMs = 120_000
let dataDir: string
let kafka: KafkaServer
let zookeeper: ZooKeeperServer
let stack: TestStack
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'iris-away-'))
  ;[kafka, zookeeper] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka') }),
    startZooKeeper({ dataDir: join(dataDir, 'zookeeper') }),
  ])
  stack = await startTestStack({
    kafka: kafka.bootstrap,
    zookeeper: zookeeper.connection,
    frontends: 0,
    consumers: 0,
    settings: { 'management-service': { 'management.kafka.adminRequestTimeout': '3s' } },
  })
}, slowMs)
afterAll(async () => {
  await stack.stop()
  await Promise.all([kafka.kill(), zookeeper.kill()])
  await rm(dataDir, { recursive: true, force: true })
})

const topicForm = (shortName: string): Readonly<Record<string, unknown>> => ({
  name: `${stack.group}.${shortName}`,
  description: '',
  owner: { source: 'Plaintext', id: 'x' },
  contentType: 'JSON',
  retentionTime: { duration: 1 },
})

describe('management', { timeout: slowMs }, () => {
  it('refuses changes while ZooKeeper is away, and takes them again when it is back', async () => {
    await zookeeper.kill()

    const refused = await stack.api.createGroup('later')
    const ready = await stack.api.manage('GET', '/status/ready')
    const health = await stack.api.manage('GET', '/status/health')
    await zookeeper.start()
    const taken = await eventually(async () => {
      const answer = await stack.api.createGroup('later')
      if (answer.status >= 500) throw new Error(answer.text)
      return answer
    })

    expect([refused.status, (JSON.parse(refused.text) as { code: string }).code]).toEqual([
      503,
      'STORAGE_UNAVAILABLE',
    ])
    expect([ready.status, health.status]).toEqual([503, 200])
    expect(taken.status).toBe(201)
  })

  it('makes neither topic nor subscription while Kafka is away, and leaves nothing behind', async () => {
    const topic = await stack.createTopic()
    const subscriptionForm = {
      topicName: topic,
      name: 'unmade',
      description: '',
      endpoint: 'http://127.0.0.1:9/',
      owner: { source: 'Plaintext', id: 'x' },
    }
    await kafka.kill()

    const refused = await Promise.all([
      stack.api.createTopic(topicForm('unmade')),
      stack.api.createSubscription(subscriptionForm),
    ])
    const topics = await stack.api.manage('GET', '/topics')
    const subscriptions = await stack.api.manage('GET', `/topics/${topic}/subscriptions`)
    await kafka.start()
    const taken = await eventually(async () => {
      const answer = await stack.api.createTopic(topicForm('unmade'))
      if (answer.status >= 500) throw new Error(answer.text)
      return answer
    })

    for (const { status, text } of refused) {
      expect(status).toBe(500)
      expect(JSON.parse(text)).toMatchObject({ code: 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION' })
    }
    expect([topics.text, subscriptions.text]).toEqual([JSON.stringify([topic]), '[]'])
    expect(taken.status).toBe(201)
  })
})
