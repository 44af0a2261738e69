import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { avroMetadata, avroPlaces, avroReading } from '@iris/common/schema/avro/read'
import { compileAvroSchema, type AvroSchema } from '@iris/common/schema/avro/schema'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'

const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
const schemaText = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'User', fields })
const first = schemaText({ name: 'name', type: 'string' }, { name: 'age', type: 'int' }, metadata)
const second = schemaText(
  { name: 'name', type: 'string' },
  { name: 'tall', type: 'boolean', default: false },
  metadata,
)

let world: PipelineWorld
beforeEach(async () => {
  world = await createPipelineWorld()
  world.topics.set('acme.users', world.topic({ name: 'acme.users', avroSubject: 'acme.users' }))
})
afterEach(() => world.stop())

interface Answered {
  readonly status: number
  readonly text: string
}

/** Publishes; what reaches Kafka is stored at once. */
async function publish(body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const answer = fetch(`${world.url}acme.users`, { method: 'POST', body, headers })
  let isAnswered = false
  const end = answer.finally(() => void (isAnswered = true))
  while (!isAnswered) {
    await new Promise(resolve => setImmediate(resolve))
    world.producer.appended.at(-1)?.done({ kind: 'stored', partition: 3, offset: 1 })
  }
  const { status } = await end
  return { status, text: await (await answer).text() }
}

/** What Kafka was given: the record, its metadata, its headers. */
function appended(text = first): { record: unknown; metadata: Record<string, string>; headers: string[] } {
  const message = world.producer.appended.at(-1)
  const schema = compileAvroSchema(text) as AvroSchema
  const value = Buffer.concat([...(message?.value ?? [])])
  return {
    record: JSON.parse(avroReading(schema, value).json) as unknown,
    metadata: { ...avroMetadata(schema, value, avroPlaces(schema, value)) },
    headers: (message?.headers ?? []).map(([name, bytes]) => `${name}=${bytes.toString('hex')}`),
  }
}

const json = { 'Content-Type': 'application/json' }

describe('a message of an AVRO topic', () => {
  it.each<[string, string | Buffer, string]>([
    ['plain JSON', '{"age":1,"name":"j","more":true}', 'application/json;charset=UTF-8'],
    ["Avro's JSON", '{"age":1,"name":"j","__metadata":null}', 'avro/json'],
    ['binary', Buffer.from([2, 0x6a, 2, 0, 9, 9]), 'AVRO/Binary'],
  ])('is stored as a plain record with its version and metadata, from %s', async (_what, body, type) => {
    world.registry.add('acme.users', first)

    const { status } = await publish(body, { 'Content-Type': type, traceparent: 't' })

    expect(status).toBe(201)
    const stored = appended()
    expect(stored.record).toEqual({ name: 'j', age: 1 })
    expect(stored.metadata).toEqual({
      traceparent: 't',
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      timestamp: '1700000000000',
    })
    expect(stored.headers.slice(1)).toEqual(['sv=00000001', 'h-traceparent=74'])
  })

  it('is of the latest schema, or of the one that it names', async () => {
    world.registry.add('acme.users', first)
    world.registry.add('acme.users', second)

    await publish('{"name":"j"}', json)
    expect(appended(second).record).toEqual({ name: 'j', tall: false })
    await publish('{"name":"j","age":2}', { ...json, 'Schema-Version': '1' })
    expect(appended(first).record).toEqual({ name: 'j', age: 2 })
    await publish('{"name":"j"}', { ...json, 'Schema-Version': 'abc' })
    expect(appended(second).headers[1]).toBe('sv=00000002')
  })

  it.each<[string, string | Buffer, Readonly<Record<string, string>>, string]>([
    [
      'a wrong type',
      '{"name":"j","age":"x"}',
      json,
      'Failed to convert JSON to Avro: Field age is expected to be type: java.lang.Number',
    ],
    ['no JSON', 'nope', json, 'Failed to parse json to map format.'],
    [
      'no metadata',
      '{"name":"j","age":1}',
      { 'Content-Type': 'avro/json' },
      'Failed to convert to AVRO: Expected start-union. Got END_OBJECT.',
    ],
    [
      'no record',
      Buffer.from([0xff, 0xff]),
      { 'Content-Type': 'avro/binary' },
      'Could not deserialize Avro message with provided schema, reason: EOFException: ',
    ],
    [
      'another content type',
      '{}',
      { 'Content-Type': 'text/plain' },
      'Unsupported payload content type header text/plain for topic acme.users',
    ],
    [
      'a blank before the parameters',
      '{}',
      { 'Content-Type': 'avro/json ;a=b' },
      'Unsupported payload content type header avro/json ;a=b for topic acme.users',
    ],
    [
      'no content type',
      Buffer.from([2, 0x6a, 2, 0]),
      {},
      'Unsupported payload content type header null for topic acme.users',
    ],
  ])('is refused with %s', async (_what, body, headers, problem) => {
    world.registry.add('acme.users', first)

    const { status, text } = await publish(body, headers)

    expect(status).toBe(400)
    expect(JSON.parse(text)).toEqual({ message: `Invalid message: ${problem}`, code: 'VALIDATION_ERROR' })
    expect(world.producer.appended).toEqual([])
  })

  it('is refused for a version that does not exist', async () => {
    world.registry.add('acme.users', first)

    expect(await publish('{}', { ...json, 'Schema-Version': '-1' })).toEqual({
      status: 400,
      text: `{"message":"Given schema version '-1' does not exist","code":"SCHEMA_VERSION_DOES_NOT_EXIST"}`,
    })
  })

  it.each(['down', 'empty'])('is a 500 while the registry is %s', async state => {
    world.registry.isDown = state === 'down'

    expect(await publish('{}', json)).toEqual({
      status: 500,
      text: '{"message":"Missing schema","code":"SCHEMA_COULD_NOT_BE_LOADED"}',
    })
  })

  it('is stored by a schema that is known while the registry is down', async () => {
    world.registry.add('acme.users', first)
    await publish('{"name":"j","age":1}', json)
    world.registry.isDown = true

    expect((await publish('{"name":"k","age":2}', json)).status).toBe(201)
    expect(appended().record).toEqual({ name: 'k', age: 2 })
  })

  it('is refused where metadata has a place that cannot hold it, and stored where it has none', async () => {
    world.registry.add('acme.users', schemaText({ name: '__metadata', type: 'string' }))
    expect(await publish('{"__metadata":"x"}', json)).toMatchObject({ status: 400 })

    const plain = schemaText({ name: 'age', type: 'int' })
    world.registry.add('acme.users', plain)
    await world.time.advance(600_000)
    await publish('{"age":3}', { ...json, 'Schema-Version': '2' })
    expect(appended(plain)).toMatchObject({ record: { age: 3 }, metadata: {} })
  })
})
