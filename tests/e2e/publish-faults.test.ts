import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { freePort } from '@iris/local-stack/ports'
import { createService, settingsEnvironment } from '@iris/local-stack/service'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { eventually, pause } from '../support/eventually.js'
import { witness } from '../support/kafka-witness.js'
import {
  publishTo,
  startPublishWorld,
  type PublishAnswer,
  type PublishWorld,
} from '../support/publish-world.js'

let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'iris-publish-'))
})

afterAll(() => rm(dataDir, { recursive: true, force: true }))

const idsOf = (answers: readonly PublishAnswer[], code?: string): (string | null)[] =>
  answers.filter(answer => answer.code === code).map(answer => answer.id)

/** As in production; the world's own are longer. */
const budgets = { 'frontend.handlers.idleTimeout': '2s', 'frontend.handlers.longIdleTimeout': '2s' }

describe('with Kafka away', () => {
  let kafka: KafkaServer
  let world: PublishWorld

  beforeAll(async () => {
    kafka = await startKafka({ dataDir: join(dataDir, 'kafka') })
    world = await startPublishWorld({
      kafka: kafka.bootstrap,
      zookeeper: inject('zookeeper'),
      settings: budgets,
    })
  })

  afterAll(async () => {
    kafka.resume()
    await world.stop()
    await kafka.kill()
  })

  it('a paused broker gives 503, telling what may be stored from what is surely not', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    const first = await world.publish(topic, '"before"')
    expect(first.status).toBe(201)
    kafka.pause()
    const startedMs = performance.now()
    const inDetail = { Accept: 'application/problem+json' }
    const sent = world.publish(topic, '"sent"', inDetail)
    await pause(300)
    const waiting = Promise.all(Array.from({ length: 20 }, () => world.publish(topic, '"waiting"', inDetail)))

    const during = [await sent, ...(await waiting)]
    const tookMs = performance.now() - startedMs
    kafka.resume()
    const after = await eventually(async () => {
      const answer = await world.publish(topic, '"after"')
      expect(answer.status).toBe(201)
      return answer
    }, 10_000)

    expect(tookMs).toBeGreaterThan(1_900)
    // Kafka's own limits are longer by far.
    expect(tookMs).toBeLessThan(8_000)
    expect(during.map(answer => answer.status)).toEqual(Array.from({ length: 21 }, () => 503))
    expect(during[0]?.code).toBe('SENDING_TO_KAFKA_TIMEOUT')
    expect(idsOf(during, 'MESSAGE_NOT_SENT')).toHaveLength(20)
    const fixes = [
      'Send it again only if a repeat does no harm',
      ...Array.from({ length: 20 }, () => 'Send it again; that makes no repeat'),
    ]
    expect(during.map(({ text }) => (JSON.parse(text) as { fix: string }).fix)).toEqual(fixes)
    for (const { headers } of during) expect(headers.get('content-type')).toBe('application/problem+json')
    const records = await witness(kafka.bootstrap, world.kafkaTopic(topic), 2)
    const ids = records.map(record => record.headers['id'])
    expect(ids).toEqual(expect.arrayContaining([first.id, after.id]))
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of idsOf(during, 'MESSAGE_NOT_SENT')) expect(ids).not.toContain(id)
  })

  it('what does not fit into its memory is refused at once as overload', async () => {
    const small = await world.addFrontend({
      'frontend.kafka.producer.bufferMemory': '1048576',
      'frontend.handlers.idleTimeout': '10s',
      'frontend.handlers.longIdleTimeout': '10s',
    })
    const topic = await world.createTopic({ maxMessageSize: 65_536 })
    await eventually(async () => expect((await publishTo(small.url, topic, '{}')).status).toBe(201))
    kafka.pause()
    const body = JSON.stringify('x'.repeat(50_000))
    const filling = Array.from({ length: 20 }, () => publishTo(small.url, topic, body))
    await pause(500)
    const startedMs = performance.now()

    const refused = await publishTo(small.url, topic, body)

    // At once: those before it wait for ten seconds.
    expect(performance.now() - startedMs).toBeLessThan(8_000)
    expect(refused).toMatchObject({ status: 503, code: 'OVERLOADED' })
    expect(refused.headers.get('retry-after')).toBe('1')
    kafka.resume()
    await Promise.all(filling)
    await eventually(async () => expect((await publishTo(small.url, topic, '{}')).status).toBe(201), 10_000)
  })

  it('a killed broker that comes back is published to within 10 s, and no 201 is lost', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    const answers: PublishAnswer[] = [await world.publish(topic, '"0"')]
    await kafka.kill()
    for (let index = 1; index <= 3; index++) answers.push(await world.publish(topic, `"${index}"`))
    await kafka.start()

    answers.push(
      await eventually(async () => {
        const answer = await world.publish(topic, '"last"')
        expect(answer.status).toBe(201)
        return answer
      }, 10_000),
    )

    expect(answers.slice(1, 4).map(answer => answer.status)).toEqual([503, 503, 503])
    const stored = answers.filter(answer => answer.status === 201).map(answer => answer.id)
    const records = await witness(kafka.bootstrap, world.kafkaTopic(topic), stored.length)
    const ids = records.map(record => record.headers['id'])
    expect(ids).toEqual(expect.arrayContaining(stored))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('readiness was reached before and health stays green', async () => {
    kafka.pause()

    const answers = await Promise.all(
      ['/status/health', '/status/ready'].map(path => fetch(world.frontend.url + path)),
    )
    kafka.resume()

    expect(answers.map(answer => answer.status)).toEqual([200, 200])
  })
})

describe('with ZooKeeper away', () => {
  const withKey = { 'Idempotency-Key': '"once"' }
  let zookeeper: ZooKeeperServer
  let world: PublishWorld

  beforeAll(async () => {
    zookeeper = await startZooKeeper({ dataDir: join(dataDir, 'zookeeper') })
    world = await startPublishWorld({
      kafka: inject('kafka'),
      zookeeper: zookeeper.connection,
      settings: { 'zookeeper.sessionTimeout': '2s' },
    })
  })

  afterAll(async () => {
    await world.stop()
    await zookeeper.kill()
  })

  it('known topics are published to, unknown names are 503, new ones are seen after its return', async () => {
    const topic = await world.createTopic()
    expect((await world.publish(topic, '{}')).status).toBe(201)
    await eventually(async () => expect((await world.publish(topic, '{}', withKey)).status).toBe(201))

    await zookeeper.kill()
    await pause(3_000)
    const known = await world.publish(topic, '{}')
    const keyed = await world.publish(topic, '{}', withKey)
    const unknown = await world.publish('acme.unknown', '{}')
    await zookeeper.start()
    const added = await eventually(() => world.createTopic())

    expect(known.status).toBe(201)
    expect(keyed).toMatchObject({ status: 503, code: 'IDEMPOTENCY_UNAVAILABLE' })
    expect(keyed.headers.get('retry-after')).toBe('1')
    await eventually(async () => expect((await world.publish(topic, '{}', withKey)).status).toBe(201))
    expect(unknown).toMatchObject({ status: 503, code: 'NOT_READY' })
    await eventually(async () => expect((await world.publish(added, '{}')).status).toBe(201))
    await world.removeTopic(topic)
    await eventually(async () => expect((await world.publish(topic, '{}')).status).toBe(404))
  })
})

describe('a start', () => {
  it.each([
    ['Kafka', (dead: string) => ({ KAFKA_BROKERS: dead, ZOOKEEPER: inject('zookeeper') })],
    ['ZooKeeper', (dead: string) => ({ KAFKA_BROKERS: inject('kafka'), ZOOKEEPER: dead })],
  ])('without %s ends with one sentence that names it', async (name, environmentOf) => {
    const dead = `127.0.0.1:${await freePort()}`
    const port = String(await freePort())
    const service = createService({
      name: 'frontend-service',
      environment: {
        ...environmentOf(dead),
        ...settingsEnvironment({
          'frontend.server.port': port,
          'zookeeper.connectionTimeout': '500ms',
          'frontend.kafka.connectTimeout': '500ms',
        }),
      },
    })

    await expect(service.start()).rejects.toThrow()

    expect(service.exit?.code).toBe(1)
    const failure = service.logs().find(line => line.includes('service.startFailed'))
    expect(failure).toContain(name)
    expect(failure).toContain(dead)
  })

  it('with an unknown setting ends and names it', async () => {
    const service = createService({
      name: 'frontend-service',
      environment: { IRIS_FRONTEND_SERVER_PROT: '8080' },
    })

    await expect(service.start()).rejects.toThrow()

    expect(service.exit?.code).toBe(1)
    expect(service.logs().join('\n')).toContain('IRIS_FRONTEND_SERVER_PROT: unknown')
  })
})
