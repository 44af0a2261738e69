/** AVRO topics with all else a message can be: later, once, one of many, in a batch, of an old schema. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
const schemaOf = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'Order', namespace: 'acme', fields: [...fields, metadata] })
const first = schemaOf({ name: 'n', type: 'int' })
const second = schemaOf({ name: 'n', type: 'int' }, { name: 'state', type: 'string', default: 'new' })
const json = { 'Content-Type': 'application/json' }
const old = { ...json, 'Schema-Version': '1' }

let registry: TestRegistry
let stack: TestStack
let subscriber: Subscriber
let pathCount = 0

beforeAll(async () => {
  registry = await startSchemaRegistry()
  const shared = { 'schema.repository.serverUrl': registry.url }
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    settings: {
      'frontend-service': { ...shared, 'frontend.handlers.longIdleTimeout': '20s' },
      'management-service': shared,
      'consumers-service': shared,
    },
  })
  subscriber = await startSubscriber()
  // The first makes the schedule topic and that of keys, which a busy machine may need a while for.
  const topic = await stack.createTopic()
  const answer = await stack.publish(topic, '{}', {
    headers: { 'Deliver-After': 'PT1H', 'Idempotency-Key': 'a' },
  })
  expect([answer.status, answer.text]).toEqual([201, ''])
}, 60_000)
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
  await registry.stop()
})

/** A topic with both schemas, and the path of its one subscriber. */
async function evolved(overrides: Parameters<TestStack['createSubscription']>[2] = {}) {
  const topic = await stack.createTopic({ contentType: 'AVRO', schema: first })
  expect((await stack.api.manage('POST', `/topics/${topic}/schema`, JSON.parse(second))).status).toBe(201)
  const path = `/avro/${++pathCount}`
  await stack.createSubscription(topic, subscriber.url + path, overrides)
  return { topic, path }
}

const idOf = (headers: Headers | undefined): string | null => headers?.get('hermes-message-id') ?? null
const bodiesOf = async (path: string, count: number): Promise<string[]> =>
  (await subscriber.waitFor(count, { path })).map(({ body }) => body.toString()).sort()

describe.concurrent('a message of an AVRO topic', () => {
  it('can be for later, of the latest schema or of an older one', async () => {
    const { topic, path } = await evolved()
    const ids: (string | null)[] = []
    for (const headers of [json, old]) {
      const later = { headers: { ...headers, 'Deliver-After': '1' } }
      const answer = await stack.publish(topic, '{"n":1}', later)
      expect([answer.status, answer.text]).toEqual([201, ''])
      ids.push(answer.headers.get('hermes-message-id'))
    }

    expect(await bodiesOf(path, 2)).toEqual(['{"n":1,"state":"new"}', '{"n":1}'])
    expect(new Set(subscriber.received(path).map(({ messageId }) => messageId))).toEqual(new Set(ids))
    const wrong = await stack.publish(topic, '{"n":"x"}', { headers: { ...json, 'Deliver-After': '1' } })
    expect(wrong.status).toBe(400)
  })

  it('is stored once under its key, now or later', async () => {
    const { topic, path } = await evolved()
    const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
    const twice = async (headers: Readonly<Record<string, string>>): Promise<readonly Headers[]> => {
      const first = await stack.publish(topic, '{"n":2}', { headers })
      const again = await stack.publish(topic, '{"n":2}', { headers })
      expect([first.status, first.text, again.status, again.text]).toEqual([201, '', 201, ''])
      expect(idOf(again.headers)).toBe(idOf(first.headers))
      return [first.headers, again.headers]
    }
    const [now] = await twice({ ...old, 'Idempotency-Key': 'now' })
    const [soon] = await twice({ ...json, 'Idempotency-Key': 'soon', 'Deliver-At': inMs(2_000) })
    const at = inMs(3_600_000)
    const far = { ...json, 'Idempotency-Key': 'far' }
    const answers = await twice({ ...far, 'Deliver-At': at })
    expect(answers.map(each => each.get('deliver-at'))).toEqual([at, at])
    const other = { headers: { ...far, 'Deliver-At': inMs(7_200_000) } }
    expect((await stack.publish(topic, '{"n":2}', other)).status).toBe(422)
    await stack.publish(topic, '{"n":3}', { headers: json })

    expect(await bodiesOf(path, 3)).toEqual(['{"n":2,"state":"new"}', '{"n":2}', '{"n":3,"state":"new"}'])
    const received = subscriber.received(path).map(({ messageId }) => messageId)
    expect(received).toEqual(expect.arrayContaining([now, soon].map(each => idOf(each))))
  })

  it('can be one of many in a request, each by its own schema', async () => {
    const { topic, path } = await evolved()
    const records = [
      { message: { n: 1 } },
      { message: { n: 2 }, headers: { 'Schema-Version': '1' } },
      { message: { n: 'x' } },
      { message: { n: 4 }, headers: { 'Schema-Version': '9' } },
    ]

    const answer = await fetch(`${stack.frontends[0]?.url}/topics/${topic}/batch?records=wrapped`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: records.map(record => JSON.stringify(record)).join('\n'),
      signal: AbortSignal.timeout(30_000),
    })

    const { results } = (await answer.json()) as { results: { status: number; code?: string }[] }
    expect(results.map(({ status, code }) => code ?? status)).toEqual([
      ...[201, 201],
      ...['VALIDATION_ERROR', 'SCHEMA_VERSION_DOES_NOT_EXIST'],
    ])
    expect(await bodiesOf(path, 2)).toEqual(['{"n":1,"state":"new"}', '{"n":2}'])
  })

  it('is JSON in a batch of a subscriber', async () => {
    const { topic, path } = await evolved({
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 2, batchTime: 60_000, batchVolume: 10_000, requestTimeout: 5_000 },
    })
    // Of one key: a batch is of one partition.
    for (const headers of [json, old])
      await stack.publish(topic, '{"n":5}', { headers: { ...headers, 'Partition-Key': 'k' } })

    const [batch] = await subscriber.waitFor(1, { path })
    expect(JSON.parse(batch?.body.toString() ?? '')).toMatchObject([
      { message: { n: 5, state: 'new' } },
      { message: { n: 5 } },
    ])
  })
})
