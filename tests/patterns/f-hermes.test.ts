import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { eventually } from '../support/eventually.js'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const project = fileURLToPath(new URL('../../', import.meta.url))
const publishMs = 30_000
const rate = 100

let dataDir: string
let kafka: KafkaServer
let stack: TestStack
let subscriber: Subscriber
let path = ''
let pathCount = 0

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-f-`))
  kafka = await startKafka({ dataDir: join(dataDir, 'kafka') })
  const settings = {
    'frontend-service': {
      'frontend.spool.directory': join(dataDir, 'spool'),
      'frontend.handlers.idleTimeout': '2s',
    },
  }
  ;[stack, subscriber] = await Promise.all([
    startTestStack({ kafka: kafka.bootstrap, zookeeper: inject('zookeeper'), settings }),
    startSubscriber(),
  ])
})
beforeEach(() => {
  path = `/test/${++pathCount}`
  subscriber.answerWith(() => ({}))
})
afterAll(async () => {
  kafka.resume()
  await stack.stop()
  await Promise.all([subscriber.stop(), kafka.kill()])
  await rm(dataDir, { recursive: true, force: true })
})

/** As any HTTP client would. */
function post(
  topic: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${stack.frontends[0]?.url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(publishMs),
  })
}

describe('Hermes', () => {
  it('F1: the lists of what is compatible name tests that are there, also of a take-over and of its own client', async () => {
    const pages = ['rest/management-contract.md', 'rest/publishing-contract.md', 'operating/take-over.md']
    const texts = await Promise.all(pages.map(page => readFile(join(project, 'docs', page), 'utf8')))
    const named = texts.map(text =>
      [...text.matchAll(/`(tests\/[\w./-]+\.test\.ts)`/g)].map(([, at = '']) => at),
    )

    expect(named.flat().filter(test => !existsSync(join(project, test)))).toEqual([])
    expect(named[0]?.length).toBeGreaterThan(20)
    expect(named[1]?.length).toBeGreaterThan(10)
    expect(named[2]).toEqual(
      expect.arrayContaining(['tests/e2e/java-client.test.ts', 'tests/e2e/take-over.test.ts']),
    )
  })

  it('F2: publishing is one POST, answered 201 with an id; an unknown topic is 404', async () => {
    const topic = await stack.createTopic()

    const published = await post(topic, '{"a":1}')
    const nowhere = await post(`${stack.group}.nowhere`, '{"a":1}')

    expect(published.status).toBe(201)
    expect(published.headers.get('hermes-message-id')).toMatch(/\S+/)
    expect(await published.text()).toBe('')
    expect(nowhere.status).toBe(404)
  })

  it('F3: a plain Kafka consumer sees the message in the topic of the same name, in its wrapper', async () => {
    const topic = await stack.createTopic()

    const published = await post(topic, '{"a":1}', { 'Partition-Key': 'k' })
    const [record] = await witness(kafka.bootstrap, `${stack.namespace}_${topic}`, 1)
    if (record === undefined) throw new Error('no record')
    const id = published.headers.get('hermes-message-id')
    const wrapper = JSON.parse(record.value.toString()) as { readonly metadata: { readonly id: string } }

    expect(wrapper).toMatchObject({ _w: true, metadata: { id }, message: { a: 1 } })
    expect(bodyOf(record).toString()).toBe('{"a":1}')
    expect(record.headers['id']).toBe(id)
    expect(record.key?.toString()).toBe('k')
  })

  it('F4: the rate falls while the receiver fails, and climbs again when it has recovered', async () => {
    subscriber.answerWith(() => ({ status: 500 }))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url + path, {
      subscriptionPolicy: { rate, messageBackoff: 100 },
    })
    const gauge = new RegExp(`max_rate_output_rate{[^}]*subscription="${name}"[^}]*} ([\\d.e+-]+)`)
    const outputRate = async (): Promise<number> => {
      const page = await (await fetch(`${stack.consumers[0]?.url}/status/prometheus`)).text()
      return Number(gauge.exec(page)?.[1])
    }

    await Promise.all(Array.from({ length: 50 }, (_, n) => post(topic, `{"n":${n}}`)))
    await eventually(async () => expect(await outputRate()).toBeLessThan(rate / 10))
    subscriber.answerWith(() => ({}))
    await eventually(async () => expect(await outputRate()).toBeGreaterThan(rate / 2))

    await eventually(() => {
      const bodies = new Set(subscriber.received(path).map(({ body }) => body.toString()))
      expect(bodies.size).toBe(50)
    })
  })

  it('F5: with Kafka paused it is 503, or 202 for who prefers that; what was 202 arrives when Kafka is back', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, subscriber.url + path)
    await post(topic, '{"n":0}')
    await subscriber.waitFor(1, { path })

    kafka.pause()
    const usual = await post(topic, '{"n":1}')
    const preferring = await post(topic, '{"n":2}', { Prefer: 'respond-async' })
    const location = preferring.headers.get('location') ?? ''
    const status = (await (await fetch((stack.frontends[0]?.url ?? '') + location)).json()) as object
    kafka.resume()
    await eventually(() => {
      const ids = subscriber.received(path).map(({ messageId }) => messageId)
      expect(ids).toContain(preferring.headers.get('hermes-message-id'))
    })

    expect(usual.status).toBe(503)
    expect(preferring.status).toBe(202)
    expect(status).toMatchObject({ status: 'ACCEPTED' })
  })
})
