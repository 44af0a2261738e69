import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { KafkaServer } from '@iris/local-stack/kafka'
import { brokerPorts, startBrokers } from '../chaos/servers.js'
import { eventually } from '../support/eventually.js'
import { configureTopic } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const brokersCount = 3

let dataDir: string
let brokers: readonly KafkaServer[]
let stack: TestStack

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-e8-`))
  brokers = await startBrokers(dataDir, await brokerPorts(brokersCount))
  stack = await startTestStack({
    kafka: brokers.map(each => each.bootstrap).join(','),
    zookeeper: inject('zookeeper'),
    consumers: 0,
    settings: {
      'management-service': {
        'management.topic.replicationFactor': String(brokersCount),
        'management.topic.partitions': '3',
      },
      'frontend-service': { 'frontend.handlers.idleTimeout': '2s' },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await Promise.all(brokers.map(each => each.kill()))
  await rm(dataDir, { recursive: true, force: true })
})

describe('replication', () => {
  it('E8: 201 means on enough brokers: one may be killed, and with too few it is never 201', async () => {
    const enough = await stack.createTopic({ ack: 'ALL' })
    const strict = await stack.createTopic({ ack: 'ALL' })
    const [first, , third] = brokers
    const bootstrap = first?.bootstrap ?? ''
    await configureTopic(bootstrap, `${stack.namespace}_${strict}`, { 'min.insync.replicas': '3' })
    const admin = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const inSync = async (): Promise<readonly number[]> => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [`${stack.namespace}_${strict}`] })
      return topics.flatMap(each => each.partitions.map(({ isr }) => isr.length))
    }
    const publish = async (topic: string): Promise<number> => (await stack.publish(topic, '{"n":1}')).status
    await eventually(async () => {
      expect(await inSync()).toEqual([3, 3, 3])
      expect(await publish(strict)).toBe(201)
    })

    await third?.kill()
    await eventually(async () => expect(await inSync()).toEqual([2, 2, 2]))
    const tooFew = await Promise.all(Array.from({ length: 4 }, () => publish(strict)))
    await eventually(async () => expect(await publish(enough)).toBe(201))

    expect(tooFew).toEqual([503, 503, 503, 503])

    await configureTopic(bootstrap, `${stack.namespace}_${strict}`, { 'min.insync.replicas': '2' })
    await eventually(async () => expect(await publish(strict)).toBe(201))
    await admin.disconnect()
  })
})
