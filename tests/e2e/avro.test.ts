import avro from 'avsc'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { witness } from '../support/kafka-witness.js'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
const schemaOf = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'User', namespace: 'acme', fields: [...fields, metadata] })
const name = { name: 'name', type: 'string' }
const first = schemaOf(name, { name: 'age', type: 'int' })
const second = schemaOf(
  name,
  { name: 'age', type: 'int' },
  { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
)
const json = { 'Content-Type': 'application/json' }

let registry: TestRegistry
let stack: TestStack
let subscriber: Subscriber
/** Each test has a path of its own. */
let path = ''
let pathCount = 0

beforeAll(async () => {
  registry = await startSchemaRegistry()
  const shared = {
    'schema.repository.serverUrl': registry.url,
    'schema.repository.httpReadTimeout': '1500ms',
    // Subjects of tests that run side by side must not meet; here they cannot.
    'schema.repository.subjectNamespaceEnabled': 'true',
  }
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    settings: {
      'frontend-service': { ...shared, 'frontend.http.headers.allowedSet': 'X-Kind' },
      'management-service': {
        ...shared,
        'management.topic.removeSchema': 'true',
        'schema.repository.deleteSchemaPathSuffix': '',
      },
      'consumers-service': shared,
    },
  })
  subscriber = await startSubscriber()
})
beforeEach(() => {
  registry.setMood('well')
  path = `/test/${++pathCount}`
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
  await registry.stop()
})

const endpoint = (more = ''): string => subscriber.url + path + more
const avroTopic = (schema = first): Promise<string> => stack.createTopic({ contentType: 'AVRO', schema })
const errorOf = (text: string): unknown => JSON.parse(text)

describe('an AVRO topic', () => {
  it('takes JSON, Avro JSON and binary, and delivers JSON and records to those who want them', async () => {
    const topic = await avroTopic()
    await stack.createSubscription(topic, endpoint('/json'))
    await stack.createSubscription(topic, endpoint('/avro'), { contentType: 'AVRO' })
    const bodies: readonly (readonly [string | Buffer, string])[] = [
      ['{"name":"a","age":1,"unknown":true}', 'application/json;charset=UTF-8'],
      ['{"age":2,"__metadata":null,"name":"b"}', 'avro/json'],
      [Buffer.from([2, 0x63, 6, 0]), 'avro/binary'],
    ]
    const ids: string[] = []

    for (const [body, type] of bodies) {
      const answer = await stack.publish(topic, body, { headers: { 'Content-Type': type, 'X-Kind': 'gold' } })
      expect([answer.status, answer.text]).toEqual([201, ''])
      ids.push(answer.headers.get('hermes-message-id') ?? '')
    }

    const asJson = await subscriber.waitFor(3, { path: `${path}/json` })
    expect(asJson.map(each => each.body.toString()).sort()).toEqual([
      '{"name":"a","age":1}',
      '{"name":"b","age":2}',
      '{"name":"c","age":3}',
    ])
    expect(asJson[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-kind': 'gold' })
    expect(asJson[0]?.headers).not.toHaveProperty('schema-version')
    const asRecords = await subscriber.waitFor(3, { path: `${path}/avro` })
    const type = avro.Type.forSchema(JSON.parse(first) as avro.Schema, { wrapUnions: 'always' })
    for (const { headers, body, messageId } of asRecords) {
      expect(headers).toMatchObject({
        'content-type': 'avro/binary',
        'schema-version': '1',
        'x-kind': 'gold',
      })
      const record = type.fromBuffer(body) as { __metadata: { map: Record<string, string> } }
      expect(record.__metadata.map).toMatchObject({ messageId, 'X-Kind': 'gold' })
    }
    expect(asRecords.map(each => each.messageId).sort()).toEqual(ids.sort())

    const records = await witness(inject('kafka'), `${stack.namespace}_${topic}`, 3)
    expect(records.map(each => each.headers['sv'])).toEqual(Array(3).fill('\u0000\u0000\u0000\u0001'))
    const { partition, offset } = records[0]!
    const at = `/topics/${topic}/preview/cluster/primary-dc/partition/${partition}/offset/${offset}`
    expect(errorOf((await stack.api.manage('GET', at)).text)).toMatchObject({
      __metadata: { 'X-Kind': 'gold' },
    })
  })

  it.each<[string, string | Buffer, Readonly<Record<string, string>>, string, string]>([
    [
      'a wrong type',
      '{"name":"j","age":"x"}',
      json,
      'VALIDATION_ERROR',
      'Invalid message: Failed to convert JSON to Avro: Field age is expected to be type: java.lang.Number',
    ],
    [
      'a number that would wrap',
      '{"name":"j","age":2147483648}',
      json,
      'VALIDATION_ERROR',
      'Invalid message: Failed to convert JSON to Avro: Field age is expected to be a number that fits int, not 2147483648',
    ],
    [
      'an unsupported type',
      '{"name":"j","age":1}',
      { 'Content-Type': 'text/plain' },
      'VALIDATION_ERROR',
      'Invalid message: Unsupported payload content type header text/plain for topic TOPIC',
    ],
    [
      'no metadata in Avro JSON',
      '{"name":"j","age":1}',
      { 'Content-Type': 'avro/json' },
      'VALIDATION_ERROR',
      'Invalid message: Failed to convert to AVRO: Expected start-union. Got END_OBJECT.',
    ],
    [
      'no record',
      Buffer.from([0xff, 0xff]),
      { 'Content-Type': 'avro/binary' },
      'VALIDATION_ERROR',
      'Invalid message: Could not deserialize Avro message with provided schema, reason: EOFException: ',
    ],
    [
      'a version that does not exist',
      '{"name":"j","age":1}',
      { ...json, 'Schema-Version': '7' },
      'SCHEMA_VERSION_DOES_NOT_EXIST',
      "Given schema version '7' does not exist",
    ],
  ])('refuses %s with 400', async (_what, body, headers, code, message) => {
    const topic = await avroTopic()

    const answer = await stack.publish(topic, body, { headers })

    expect(answer.status).toBe(400)
    expect(errorOf(answer.text)).toEqual({ message: message.replace('TOPIC', topic), code })
  })

  it('evolves: old and new version side by side, each record by its own', async () => {
    const topic = await avroTopic()
    await stack.createSubscription(topic, endpoint())
    await stack.publish(topic, '{"name":"a","age":1}', { headers: json })

    const refused = await stack.api.manage('POST', `/topics/${topic}/schema`, {
      type: 'record',
      name: 'User',
      namespace: 'acme',
      fields: [{ name: 'age', type: 'string' }, metadata],
    })
    expect([refused.status, errorOf(refused.text)]).toEqual([
      400,
      { message: expect.stringContaining('server response: 409') as unknown, code: 'SCHEMA_BAD_REQUEST' },
    ])
    const added = await stack.api.manage('POST', `/topics/${topic}/schema`, JSON.parse(second))
    expect(added.status).toBe(201)

    // A frontend that has just read the versions does not ask again for a moment.
    const named = await eventually(async () => {
      const headers = { ...json, 'Schema-Version': '2' }
      const answer = await stack.publish(topic, '{"name":"b","age":2,"tags":["x"]}', { headers })
      expect(answer.status, answer.text).toBe(201)
      return answer
    })
    const old = await stack.publish(topic, '{"name":"c","age":3,"tags":["x"]}', {
      headers: { ...json, 'Schema-Version': '1' },
    })
    expect([named.status, old.status]).toEqual([201, 201])
    const bodies = (await subscriber.waitFor(3, { path })).map(each => each.body.toString()).sort()
    expect(bodies).toEqual([
      '{"name":"a","age":1}',
      '{"name":"b","age":2,"tags":["x"]}',
      '{"name":"c","age":3}',
    ])
    const present = await stack.api.manage('GET', `/topics/${topic}/schema`)
    const former = await stack.api.manage('GET', `/topics/${topic}/schema/versions/1`)
    expect([JSON.parse(present.text), former.text]).toEqual([JSON.parse(second), first])
    expect((await stack.api.manage('GET', `/topics/${topic}/schema/versions/9`)).status).toBe(204)
    const versions = await stack.api.manage('GET', `/topics/${topic}/schema/versions`)
    expect([versions.status, versions.text]).toEqual([200, '[1,2]'])
  })

  it('filters by Avro paths, and sends dead letters again in the form they died in', async () => {
    const topic = await avroTopic(second)
    const filters = [{ type: 'avropath', path: '.tags[*]', matcher: 'go.*', matchingStrategy: 'any' }]
    const subscription = await stack.createSubscription(topic, endpoint(), { contentType: 'AVRO', filters })
    subscriber.answerWith(received => (received.path === path ? { status: 400 } : {}))
    await stack.publish(topic, '{"name":"a","age":1,"tags":["silver","gold"]}', { headers: json })
    await stack.publish(topic, '{"name":"b","age":2,"tags":["silver"]}', { headers: json })
    const letters = `/topics/${topic}/subscriptions/${subscription}/dead-letters`
    await eventually(async () => {
      const { items } = JSON.parse((await stack.api.manage('GET', letters)).text) as { items: unknown[] }
      expect(items).toHaveLength(1)
    })

    subscriber.answerWith(() => ({}))
    const task = await stack.api.manage('POST', `${letters}/redrive`, { all: true })
    expect(task.status).toBe(202)
    const [refused, again] = await subscriber.waitFor(2, { path })

    expect(again?.body.equals(refused?.body ?? Buffer.alloc(0))).toBe(true)
    expect(again?.headers).toMatchObject({ 'content-type': 'avro/binary', 'schema-version': '1' })
    const message = Buffer.from('{"name":"c","age":1,"tags":["golden"]}').toString('base64')
    const trial = await stack.api.manage('POST', `/filters/${topic}`, { message, filters })
    expect(errorOf(trial.text)).toEqual({ status: 'MATCHED' })
  })

  it('goes on by what is known while the registry is down, and says so where it knows nothing', async () => {
    const [known, unknown] = [await avroTopic(), await avroTopic()]
    await stack.createSubscription(known, endpoint())
    await stack.publish(known, '{"name":"a","age":1}', { headers: json })
    await subscriber.waitFor(1, { path })

    registry.setMood('silent')
    const published = await stack.publish(known, '{"name":"b","age":2}', { headers: json })
    const missing = await stack.publish(unknown, '{"name":"c","age":3}', { headers: json })
    const refused = await stack.api.createTopic({
      ...{ name: `${stack.group}.late`, description: '', owner: { source: 'Plaintext', id: 'x' } },
      ...{ contentType: 'AVRO', retentionTime: { duration: 1 }, schema: first },
    })

    expect(published.status).toBe(201)
    expect(await subscriber.waitFor(2, { path })).toHaveLength(2)
    expect([missing.status, missing.text]).toEqual([
      500,
      '{"message":"Missing schema","code":"SCHEMA_COULD_NOT_BE_LOADED"}',
    ])
    expect([refused.status, errorOf(refused.text)]).toMatchObject([500, { code: 'OTHER' }])
    registry.setMood('well')
    await eventually(async () => {
      expect((await stack.publish(unknown, '{"name":"c","age":3}', { headers: json })).status).toBe(201)
    })
  })

  it('of JSON becomes AVRO, and what it held before is delivered beside the new', async () => {
    const topic = await stack.createTopic()
    const subscription = await stack.createSubscription(topic, endpoint())
    await stack.api.setSubscriptionState(topic, subscription, 'SUSPENDED')
    await stack.publish(topic, '{"old":true}')

    const patch = { contentType: 'AVRO', migratedFromJsonType: true }
    expect((await stack.api.manage('PUT', `/topics/${topic}`, patch)).status).toBe(400)
    const migrated = await stack.api.manage('PUT', `/topics/${topic}`, { ...patch, schema: first })
    expect([migrated.status, migrated.text]).toEqual([200, ''])
    await eventually(async () => {
      expect((await stack.publish(topic, '{"name":"a","age":1}', { headers: json })).status).toBe(201)
      const records = await witness(inject('kafka'), `${stack.namespace}_${topic}`, 2)
      expect(records.some(each => each.headers['sv'] !== undefined)).toBe(true)
    })
    await stack.api.setSubscriptionState(topic, subscription, 'ACTIVE')

    // Of the new ones there may be several, in partitions before that of the old one.
    await eventually(() => {
      const bodies = subscriber.received(path).map(each => each.body.toString())
      expect(new Set(bodies)).toEqual(new Set(['{"old":true}', '{"name":"a","age":1}']))
    })
  })

  it('is refused by management without a fitting schema, and takes its schema along', async () => {
    const create = (more: object): Promise<{ status: number; text: string }> =>
      stack.api.createTopic({
        ...{ name: `${stack.group}.refused`, description: '', owner: { source: 'Plaintext', id: 'x' } },
        ...{ contentType: 'AVRO', retentionTime: { duration: 1 }, ...more },
      })
    const said = async (more: object): Promise<unknown> => {
      const { status, text } = await create(more)
      return [status, ...Object.values(JSON.parse(text) as object)]
    }

    expect(await said({})).toEqual([400, 'Message schema cannot be empty', 'OTHER'])
    expect(await said({ schema: JSON.stringify({ type: 'record', name: 'U', fields: [name] }) })).toEqual([
      400,
      'Error while trying to validate schema: Missing Hermes __metadata field',
      'FORMAT_ERROR',
    ])
    expect((await create({ schema: first })).status).toBe(201)
    const topic = `${stack.group}.refused`
    expect(JSON.parse((await stack.api.manage('GET', `/topics/${topic}`)).text)).toMatchObject({
      schema: first,
    })
    expect((await stack.api.deleteTopic(topic)).status).toBe(200)
    registry.add(`${stack.namespace}_${topic}`, JSON.parse(first) as object)
    expect(await said({ schema: first })).toEqual([
      400,
      `Schema already exists for topic ${topic}, please remove it before creating topic.`,
      'SCHEMA_ALREADY_EXISTS',
    ])
    const plain = await stack.createTopic()
    const onJson = await stack.api.manage('POST', `/topics/${plain}/schema`, JSON.parse(first))
    expect(errorOf(onJson.text)).toEqual({
      message: 'No schema validator for content-type: JSON',
      code: 'VALIDATION_ERROR',
    })
  })
})
