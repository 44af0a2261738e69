import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppendOutcome } from '@iris/common/kafka/producer'
import { DeadlineQueue } from '../publish/deadline-queue.js'
import type { SpooledEntry } from '../spool/segment.js'
import { recordsInFlightMax } from './bulk-request.js'
import { bodyOf, bulkLimits, createBulkWorld, type BulkAnswer, type BulkWorld } from './in-memory-bulk.js'

const stored: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }
const json = { 'Content-Type': 'application/json' }
const lines = { 'Content-Type': 'application/x-ndjson' }

let world: BulkWorld

beforeEach(async () => {
  world = await createBulkWorld()
})

afterEach(() => world.stop())

describe('a request with many messages', () => {
  it.each<[what: string, headers: Record<string, string>, body: string]>([
    ['an array', json, '\ufeff[ {"a" : 1.0} ,\n"x", [3] ]\n'],
    ['lines', lines, '\ufeff{"a" : 1.0}\r\n\r\n"x"\n\t\n[3]'],
  ])('as %s stores each as the bytes that came, in order', async (_what, headers, body) => {
    const answer = await world.storing(world.publish(body, headers))

    expect(answer).toMatchObject({ status: 200, records: 3, stored: 3, failed: 0 })
    expect(answer.results?.map(({ index, status }) => [index, status])).toEqual([
      [0, 201],
      [1, 201],
      [2, 201],
    ])
    expect(new Set(answer.results?.map(result => result.messageId)).size).toBe(3)
    expect(world.stored).toEqual(['{"a" : 1.0}', '"x"', '[3]'])
  })

  it.each([
    [json, '[]'],
    [lines, '\n'],
  ])('may have none', async (headers, body) => {
    expect(await world.publish(body, headers)).toEqual({
      status: 200,
      records: 0,
      stored: 0,
      failed: 0,
      results: [],
    })
  })

  it('tells which records are safe and go to Kafka later', async () => {
    world.stop()
    world = await createBulkWorld({
      spools: {
        accept: message => queueMicrotask(() => message.spooled({ kind: 'kept', entry: {} as SpooledEntry })),
        hasWaiting: () => false,
        resolve: () => undefined,
      },
      ...{ deadlines: new DeadlineQueue(1_000), holdMs: 1_000, locationOf: topic => `/${topic}/there` },
    })
    world.pipeline.topics.set('acme.orders', world.pipeline.topic({ respondAsync: 'ALWAYS' }))

    const safe = await world.publish('[1]', json)
    const mixed = await world.publish('[1,]', json)

    expect(safe).toMatchObject({ status: 200, records: 1, stored: 0, accepted: 1, failed: 0 })
    expect(safe.results).toMatchObject([{ index: 0, status: 202, location: '/acme.orders/there' }])
    expect(mixed).toMatchObject({ status: 207, accepted: 1, unread: { code: 'VALIDATION_ERROR' } })
  })

  it('lists outcomes in the order of the records, whatever came first', async () => {
    const answering = world.publish('[1,2,3]', json)
    await world.untilAppended(3)
    const [first, second, third] = world.pipeline.producer.appended
    third?.done(stored)
    first?.done({ kind: 'notStored', cause: 'refused', detail: 'NO' })
    second?.done({ kind: 'unknown', detail: 'late' })

    const { status, results } = await answering
    expect(status).toBe(207)
    expect(results).toMatchObject([
      { index: 0, status: 500, code: 'INTERNAL_ERROR', message: 'Message not published. NO' },
      { index: 1, status: 503, code: 'SENDING_TO_KAFKA_TIMEOUT' },
      { index: 2, status: 201 },
    ])
  })

  it('is not spoilt by bad ones between', async () => {
    const long = JSON.stringify('x'.repeat(2_000))
    const answer = await world.storing(world.publish(`[1, nope, ${long}, {"a"}, 2]`, json))

    expect(answer).toMatchObject({ status: 207, records: 5, stored: 2, failed: 3 })
    expect(answer.results).toMatchObject([
      { status: 201 },
      { status: 400, code: 'VALIDATION_ERROR', message: expect.stringContaining('not JSON') as string },
      { status: 400, message: expect.stringContaining('[length:2002, max:1000]') as string },
      { status: 400, message: expect.stringContaining('unexpected }') as string },
      { status: 201 },
    ])
    expect(world.stored).toEqual(['1', '2'])
  })

  it('gives all its messages its own headers and key', async () => {
    const answering = world.publish('[1,2]', {
      ...json,
      'Partition-Key': 'k',
      traceparent: 't',
      'ce-id': 'x',
    })
    await world.untilAppended(2)
    const keys = world.pipeline.producer.appended.map(({ key }) => key?.toString())
    const names = world.pipeline.producer.appended.map(({ headers }) => headers.map(([name]) => name))
    await world.storing(answering)

    expect(keys).toEqual(['k', 'k'])
    expect(names).toEqual([
      ['id', 'h-traceparent'],
      ['id', 'h-traceparent'],
    ])
  })
})

describe('a record whose schema has to be asked for', () => {
  const wrapped = (key: string, version: string): string =>
    JSON.stringify({ key, headers: { 'Schema-Version': version }, message: { n: 1 } })
  const keysOf = (): (string | undefined)[] =>
    world.pipeline.producer.appended.map(({ key }) => key?.toString())

  it('is overtaken by none that comes after it, however well that one is known', async () => {
    const { pipeline } = world
    const fields = [{ name: 'n', type: 'int' }]
    for (const doc of ['first', 'second'])
      pipeline.registry.add('acme.orders', JSON.stringify({ type: 'record', name: 'r', doc, fields }))
    pipeline.topics.set('acme.orders', pipeline.topic({ avroSubject: 'acme.orders' }))
    const path = 'acme.orders?records=wrapped'
    await world.storing(world.publish(wrapped('known', '2'), lines, path))

    const answering = world.publish(`${wrapped('asked for', '1')}\n${wrapped('known', '2')}\n`, lines, path)
    await world.untilAppended(2)
    const keys = keysOf()

    expect(await world.storing(answering)).toMatchObject({ status: 200, stored: 2 })
    expect(keys).toEqual(['asked for', 'known'])
  })

  it('holds up nothing once it is refused', async () => {
    const { pipeline } = world
    const fields = [{ name: 'n', type: 'int' }]
    pipeline.registry.add('acme.orders', JSON.stringify({ type: 'record', name: 'r', fields }))
    pipeline.topics.set('acme.orders', pipeline.topic({ avroSubject: 'acme.orders' }))
    const body = `${wrapped('none', '7')}\n${wrapped('known', '1')}\n`

    const answer = await world.storing(world.publish(body, lines, 'acme.orders?records=wrapped'))

    expect(answer.results).toMatchObject([{ code: 'SCHEMA_VERSION_DOES_NOT_EXIST' }, { status: 201 }])
  })
})

describe('a batch of CloudEvents', () => {
  const batch = { 'Content-Type': 'application/cloudevents-batch+json; charset=utf-8' }
  const event = (id: string): string =>
    `{"specversion":"1.0","id":"${id}","source":"/s","type":"t","data": {"n" : 1.0} }`

  it('stores the data of each, its attributes beside it', async () => {
    const answer = await world.storing(world.publish(`[${event('a')}, {"id":"b"}, ${event('c')}]`, batch))

    expect(answer).toMatchObject({ status: 207, stored: 2 })
    expect(answer.results?.[1]).toMatchObject({
      status: 400,
      message: expect.stringContaining('Invalid CloudEvent: attribute specversion is missing') as string,
    })
    expect(world.stored).toEqual(['{"n" : 1.0}', '{"n" : 1.0}'])
  })

  it('is for one topic and unwrapped', async () => {
    expect(await world.publish('[]', batch, '')).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(await world.publish('[]', batch, 'acme.orders?records=wrapped')).toMatchObject({ status: 400 })
  })
})

describe('the body of such a request', () => {
  it('is taken while it comes', async () => {
    const { request, answering } = world.open(lines)
    request.write('1\n2\n3')
    await world.untilAppended(2)
    request.end('4\n')
    await world.untilAppended(3)

    expect(world.pipeline.producer.appended.map(bodyOf)).toEqual(['1', '2', '34'])
    expect(await world.storing(answering)).toMatchObject({ status: 200, records: 3 })
  })

  it('waits in the socket while enough is in flight', async () => {
    const answering = world.publish('1\n'.repeat(recordsInFlightMax + 50), lines)
    await world.untilAppended(recordsInFlightMax)
    expect(world.idle.size).toBe(0)

    world.pipeline.producer.appended.splice(0, 1)[0]?.done(stored)
    await world.untilAppended(recordsInFlightMax)
    expect(await world.storing(answering)).toMatchObject({ status: 200, records: recordsInFlightMax + 50 })
  })

  it('lets others have their turn when all of it is bad', async () => {
    const answering = world.publish('x\n'.repeat(999), lines)
    let answer: BulkAnswer | undefined
    void answering.then(found => (answer = found))
    let turns = 0
    await expect.poll(() => world.pipeline.time.advance(1).then(() => ++turns && answer)).toBeDefined()

    expect(answer).toMatchObject({ status: 207, records: 999, failed: 999 })
    expect(turns).toBeGreaterThan(1)
  })

  it.each([
    [
      'a broken array',
      json,
      '[1,2 }',
      'VALIDATION_ERROR',
      /^Invalid request: not a JSON array: unexpected \} at byte 5$/,
    ],
    ['an array without an end', json, '[1,2', 'VALIDATION_ERROR', /ends too early, after 4 bytes/],
    ['an array and more', json, '[1,2] 3', 'VALIDATION_ERROR', /unexpected 3 at byte 6 after its end/],
  ])(
    'is read up to what is wrong in %s, and the rest is named',
    async (_what, headers, body, code, message) => {
      const answer = await world.storing(world.publish(body, headers))

      expect(answer).toMatchObject({ status: 207, records: answer.stored, unread: { status: 400, code } })
      expect(answer.unread?.message).toMatch(message)
      expect(world.stored).toEqual(['1', '2'].slice(0, answer.stored))
    },
  )

  it('that is no array at all is refused like a single message', async () => {
    expect(await world.publish('{"a":1}', json)).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
  })

  it('that comes too slowly is answered for what came', async () => {
    const { request, answering } = world.open(lines)
    request.write('1\n2\n3')
    await world.untilAppended(2)
    await expect.poll(() => world.idle.size).toBe(1)
    world.idle.expire(Infinity)

    expect(await world.storing(answering)).toMatchObject({
      status: 207,
      records: 2,
      stored: 2,
      unread: { code: 'TIMEOUT' },
    })
    request.destroy()
  })

  it('that takes too long as a whole is answered for what came', async () => {
    const { request, answering } = world.open(lines)
    request.write('1\n')
    await world.untilAppended(1)
    await world.pipeline.time.advance(bulkLimits.readMs + 1)
    request.write('2\n')

    expect(await world.storing(answering)).toMatchObject({
      status: 207,
      records: 1,
      unread: { code: 'TIMEOUT' },
    })
    request.destroy()
  })

  it('that never begins is 408', async () => {
    const { request, answering } = world.open(lines)
    request.flushHeaders()
    await expect.poll(() => world.idle.size).toBe(1)
    world.idle.expire(Infinity)

    expect(await answering).toMatchObject({ status: 408, code: 'TIMEOUT' })
    request.destroy()
  })

  it('loses its half line, and nothing else, when the client goes', async () => {
    const { request, answering } = world.open(lines)
    request.write('1\n2\n34')
    await world.untilAppended(2)
    await expect.poll(() => world.idle.size).toBe(1)
    request.destroy()

    await expect(answering).rejects.toThrow()
    await expect.poll(() => world.idle.size).toBe(0)
    world.pipeline.producer.appended.splice(0).forEach(world.store)
    expect(world.stored).toEqual(['1', '2'])
  })

  it('is answered for what came when the frontend stops', async () => {
    const { request, answering } = world.open(lines)
    request.write('1\n')
    await world.untilAppended(1)
    world.bulk.wrapUp()

    expect(await world.storing(answering)).toMatchObject({
      status: 207,
      records: 1,
      unread: { code: 'NOT_READY' },
    })
    request.destroy()
  })
})

describe('limits of such a request', () => {
  it('hold for its records', async () => {
    expect(await world.storing(world.publish('1\n'.repeat(1_000), lines))).toMatchObject({
      status: 200,
      records: 1_000,
    })
    expect(await world.storing(world.publish('1\n'.repeat(1_001), lines))).toMatchObject({
      ...{ status: 207, records: 1_000, stored: 1_000 },
      unread: { status: 413, code: 'TOO_MANY_RECORDS' },
    })
  })

  it('hold for its bytes, announced or not', async () => {
    const line = `"${'x'.repeat(997)}"\n`
    expect(await world.publish(line.repeat(101), lines)).toMatchObject({
      status: 413,
      code: 'REQUEST_TOO_LARGE',
    })
    const { request, answering } = world.open(lines)
    for (let count = 0; count < 101; count++) request.write(line)
    request.end()
    const answer = await world.storing(answering)

    expect(answer).toMatchObject({ status: 207, unread: { code: 'REQUEST_TOO_LARGE' } })
    expect(answer.stored).toBe(answer.records)
  })

  it('hold for the memory of all of them', async () => {
    const first = world.open(lines)
    const second = world.open(lines)
    const third = world.open(lines)
    for (const { request } of [first, second, third]) request.write('1\n')
    await world.untilAppended(3)
    const refused = await world.publish('[1]', json)
    for (const { request } of [first, second, third]) request.end()
    for (const { answering } of [first, second, third]) await world.storing(answering)

    expect(refused).toMatchObject({ status: 503, code: 'OVERLOADED' })
  })
})

describe('refused as a whole, with nothing stored, is', () => {
  it.each<[what: string, path: string, headers: Record<string, string>, status: number, code: string]>([
    ['another type', 'acme.orders', { 'Content-Type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a compressed body',
      'acme.orders',
      { ...json, 'Content-Encoding': 'gzip' },
      415,
      'UNSUPPORTED_CONTENT_ENCODING',
    ],
    [
      'a compressed body for many',
      '',
      { ...json, 'Content-Encoding': 'gzip' },
      415,
      'UNSUPPORTED_CONTENT_ENCODING',
    ],
    ['an unknown form', 'acme.orders?records=all', json, 400, 'VALIDATION_ERROR'],
    ['a plain form for many', '?records=messages', json, 400, 'VALIDATION_ERROR'],
    ['a closed topic', 'acme.closed', json, 403, 'AUTH_ERROR'],
  ])('%s', async (_what, path, headers, status, code) => {
    world.pipeline.topics.set('acme.closed', world.pipeline.topic({ isClosed: true }))

    expect(await world.publish('[1]', headers, path)).toMatchObject({ status, code })
    expect(world.pipeline.producer.appended).toHaveLength(0)
  })

  it('an unknown topic', async () => {
    const answering = world.publish('[1]', json, 'acme.new')
    await expect.poll(() => world.pipeline.lookUps.length).toBe(1)
    world.pipeline.lookUps[0]?.('absent')

    expect(await answering).toMatchObject({ status: 404, code: 'TOPIC_NOT_EXISTS' })
  })
})
