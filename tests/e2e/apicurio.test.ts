/**
 * A registry of somebody else: Apicurio, beside the stand-in of all other tests and below all three services.
 * What it answers is recorded, so that the stand-in is held against it also where there is none.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import avro from 'avsc'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startApicurio, whyNoApicurio, type Apicurio } from '../support/apicurio.js'
import { eventually } from '../support/eventually.js'
import { callRegistry, type RegistrySaid } from '../support/registry-calls.js'
import { startSchemaRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

/** Written anew with `RECORD_APICURIO=1`. */
const recordedFile = fileURLToPath(new URL('../apicurio/answers.json', import.meta.url))
const recorded = (): RegistrySaid[] => JSON.parse(readFileSync(recordedFile, 'utf8')) as RegistrySaid[]
const missing = await whyNoApicurio()
/** A machine that has no archive yet downloads it first. */
const downloadMs = 600_000
const startMs = 200_000

const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
const schemaOf = (...fields: readonly object[]): { type: 'record'; name: string; fields: object[] } => ({
  ...{ type: 'record', name: 'Order', namespace: 'acme' },
  fields: [...fields, metadata],
})
const n = { name: 'n', type: 'int' }
const first = schemaOf(n)
const second = schemaOf(n, { name: 'state', type: 'string', default: 'new' })
const incompatible = schemaOf({ name: 'n', type: 'string' })
const json = { 'Content-Type': 'application/json' }

it('is spoken to as recorded by the stand-in, which adds nothing', async () => {
  const standIn = await startSchemaRegistry()

  const said = await callRegistry(standIn.url)
  await standIn.stop()

  for (const [index, each] of recorded().entries()) expect(each).toMatchObject({ ...said[index] })
  expect(said.length).toBe(recorded().length)
})

describe.skipIf(missing !== null)(`an Apicurio Registry (${missing ?? 'downloaded'})`, () => {
  let apicurio: Apicurio
  let stack: TestStack
  let subscriber: Subscriber

  beforeAll(async () => {
    apicurio = await startApicurio()
    const shared = { 'schema.repository.serverUrl': apicurio.url, 'schema.repository.httpReadTimeout': '20s' }
    const removing = {
      'management.topic.removeSchema': 'true',
      'schema.repository.deleteSchemaPathSuffix': '',
    }
    stack = await startTestStack({
      ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
      settings: {
        'frontend-service': { ...shared, 'schema.idHeaderEnabled': 'true' },
        'management-service': { ...shared, ...removing },
        'consumers-service': { ...shared, 'schema.idHeaderEnabled': 'true' },
      },
    })
    subscriber = await startSubscriber()
  }, downloadMs + startMs)
  afterAll(async () => {
    await stack?.stop()
    await subscriber?.stop()
    await apicurio?.stop()
  })

  const avroTopic = (): Promise<string> =>
    stack.createTopic({ contentType: 'AVRO', schema: JSON.stringify(first) })
  const bodiesOf = async (path: string, count: number): Promise<string[]> =>
    (await subscriber.waitFor(count, { path })).map(each => each.body.toString()).sort()

  it('answers as recorded', async () => {
    const said = await callRegistry(apicurio.url)
    if (process.env['RECORD_APICURIO'] === '1')
      writeFileSync(recordedFile, JSON.stringify(said, null, 2) + '\n')

    expect(said).toEqual(recorded())
  })

  it('holds the schemas of messages that come as JSON or binary and go as JSON or records', async () => {
    const topic = await avroTopic()
    await stack.createSubscription(topic, `${subscriber.url}/json`)
    await stack.createSubscription(topic, `${subscriber.url}/avro`, { contentType: 'AVRO' })
    const bodies: readonly (readonly [string | Buffer, string])[] = [
      ['{"n":1,"unknown":true}', 'application/json'],
      ['{"__metadata":null,"n":2}', 'avro/json'],
      [Buffer.from([6, 0]), 'avro/binary'],
    ]

    for (const [body, type] of bodies) {
      const answer = await stack.publish(topic, body, { headers: { 'Content-Type': type } })
      expect([answer.status, answer.text]).toEqual([201, ''])
    }
    const refused = await stack.publish(topic, '{"n":"x"}', { headers: json })

    expect(await bodiesOf('/json', 3)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
    const type = avro.Type.forSchema(first as unknown as avro.Schema, { wrapUnions: 'always' })
    const records = await subscriber.waitFor(3, { path: '/avro' })
    const numbers = records.map(({ body }) => (type.fromBuffer(body) as { n: number }).n)
    expect(numbers.sort()).toEqual([1, 2, 3])
    expect(records[0]?.headers).toMatchObject({ 'content-type': 'avro/binary', 'schema-version': '1' })
    const id = records[0]?.headers['schema-id']
    const byId = await stack.api.manage('GET', `/topics/${topic}/schema/ids/${id}`)
    expect([byId.status, byId.text]).toEqual([200, JSON.stringify(first)])
    expect([refused.status, refused.text]).toMatchObject([
      400,
      expect.stringContaining('VALIDATION_ERROR') as unknown,
    ])
  })

  it('takes a second version, refuses one that breaks, and each record is read by its own', async () => {
    const topic = await avroTopic()
    await stack.createSubscription(topic, `${subscriber.url}/evolved`)
    await stack.publish(topic, '{"n":1}', { headers: json })

    const refused = await stack.api.manage('POST', `/topics/${topic}/schema`, incompatible)
    const added = await stack.api.manage('POST', `/topics/${topic}/schema`, second)

    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      400,
      { message: expect.stringContaining('server response: 409') as unknown, code: 'SCHEMA_BAD_REQUEST' },
    ])
    expect([added.status, added.text]).toEqual([201, ''])
    await eventually(async () => {
      const headers = { ...json, 'Schema-Version': '2' }
      const answer = await stack.publish(topic, '{"n":2,"state":"paid"}', { headers })
      expect([answer.status, answer.text]).toEqual([201, ''])
    })
    const old = await stack.publish(topic, '{"n":3,"state":"paid"}', {
      headers: { ...json, 'Schema-Version': '1' },
    })
    expect(old.status).toBe(201)
    expect(await bodiesOf('/evolved', 3)).toEqual(['{"n":1}', '{"n":2,"state":"paid"}', '{"n":3}'])
  })

  it('forgets a schema that is removed, and a topic with its schema, which can be made anew', async () => {
    const topic = await avroTopic()

    const removed = await stack.api.manage('DELETE', `/topics/${topic}/schema`)
    const none = await stack.api.manage('GET', `/topics/${topic}/schema`)
    const again = await stack.api.manage('POST', `/topics/${topic}/schema`, first)

    expect([removed.status, removed.text]).toEqual([200, ''])
    expect(none.status).toBe(204)
    expect([again.status, again.text]).toEqual([201, ''])
    expect((await stack.api.deleteTopic(topic)).status).toBe(200)
    await stack.createTopic({ name: topic, contentType: 'AVRO', schema: JSON.stringify(second) })
    await stack.createSubscription(topic, `${subscriber.url}/anew`)
    // A frontend that has not heard of the removal yet may still write by the schema before.
    await eventually(async () => {
      await stack.publish(topic, '{"n":4,"state":"paid"}', { headers: json })
      const bodies = subscriber.received('/anew').map(({ body }) => body.toString())
      expect(bodies).toContain('{"n":4,"state":"paid"}')
    })
  })
})
