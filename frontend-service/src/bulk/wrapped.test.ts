import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBulkWorld, type BulkWorld } from './in-memory-bulk.js'

const json = { 'Content-Type': 'application/json' }
const lines = { 'Content-Type': 'application/x-ndjson' }

let world: BulkWorld

beforeEach(async () => {
  world = await createBulkWorld()
})

afterEach(() => world.stop())

describe('wrapped records', () => {
  const wrapped = 'acme.orders?records=wrapped'

  it('bring their own key and headers, and the message as the bytes that stand there', async () => {
    const record = '{"headers":{"Traceparent":"é"},"message": {"a" : 1.0} ,"key":"ü"}'
    const answering = world.publish(`[${record},{"message":2}]`, { ...json, traceparent: 'shared' }, wrapped)
    await world.untilAppended(2)
    const [first, second] = world.pipeline.producer.appended
    await world.storing(answering)

    expect(world.stored).toEqual(['{"a" : 1.0}', '2'])
    expect(first?.key).toEqual(Buffer.from('ü'))
    expect(first?.headers[1]).toEqual(['h-Traceparent', Buffer.from('é')])
    expect(second?.key).toBeNull()
    expect(second?.headers[1]).toEqual(['h-traceparent', Buffer.from('shared')])
  })

  it('may each be for later, and are told their ids', async () => {
    const records = '{"headers":{"Deliver-After":"60"},"message":1}\n{"message":2}\n'
    const answer = await world.storing(world.publish(records, lines, wrapped))

    const deliverAt = expect.stringMatching(/^\d{4}-.*Z$/) as string
    expect(answer.results?.[0]).toMatchObject({ status: 201, scheduleId: '0-1', deliverAt })
    expect(answer.results?.[1]).not.toHaveProperty('scheduleId')
  })

  it.each([
    ['1', /must be an object/],
    ['{"key":"k"}', /the member message is missing/],
    ['{"message":1,"message":2}', /message stands there twice/],
    ['{"message":1,"body":2}', /unknown member; known are topic, key, headers, message/],
    ['{"message":1,"key":7}', /key must be a text or null/],
    ['{"message":1,"headers":[]}', /headers must be an object/],
    ['{"message":1,"headers":{"a":1}}', /header a must be a text/],
    ['{"message":1,"headers":{"a":"b\\r\\nc: d"}}', /without control characters/],
    ['{"message":1,"headers":{"a b":"c"}}', /no header name/],
    ['{"message":1,"headers":{"a":"1","A":"2"}}', /has A twice/],
    ['{"message":1,"key":"k","headers":{"partition-key":"k"}}', /send one of them/],
    ['{"message":1,"topic":"acme.others"}', /topic must be acme.orders/],
    [`{"message":1,"key":"${'k'.repeat(17_000)}"}`, /16384 bytes beside the message|longer than any message/],
    ['{"message":nope}', /^Invalid message: not JSON/],
  ])('are refused one by one: %s', async (record, message) => {
    const answer = await world.storing(world.publish(`${record}\n{"message":1}\n`, lines, wrapped))

    expect(answer).toMatchObject({ status: 207, stored: 1 })
    expect(answer.results?.[0]).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(answer.results?.[0]?.message).toMatch(message)
  })

  it('are refused in detail to who asks for problem details', async () => {
    const headers = { ...lines, Accept: 'application/problem+json' }
    const answer = await world.storing(
      world.publish('{"message":1,"key":7}\n{"message":1}', headers, wrapped),
    )

    const { messageId, ...details } = answer.results?.[0] ?? {}
    expect(details).toEqual({
      index: 0,
      type: 'urn:iris:error:validation-error',
      title: 'Validation error',
      status: 400,
      detail: 'Invalid record: key must be a text or null',
      instance: `urn:uuid:${messageId}`,
      code: 'VALIDATION_ERROR',
      pointer: '/key',
    })
    expect(answer.results?.[1]).toMatchObject({ index: 1, status: 201 })
  })

  it('are counted with their topic, each alone', async () => {
    const record = '{"message":1}'
    await world.storing(world.publish(`[${record},{},${record}]`, json, wrapped))

    expect(await world.pipeline.metricsText()).toMatch(/topic_http_status_codes\S*status_code="201"\S*\} 2/)
    expect(await world.pipeline.metricsText()).toMatch(/topic_http_status_codes\S*status_code="400"\S*\} 1/)
  })

  it('may go to several topics in one request', async () => {
    world.pipeline.topics.set(
      'acme.bills',
      world.pipeline.topic({ name: 'acme.bills', kafkaTopic: 'ns_acme.bills' }),
    )
    const record = (topic: string, message: number): string => JSON.stringify({ topic, message })
    const body = `${record('acme.orders', 1)}\n${record('acme.bills', 2)}\n{"message":3}\n${record('acme.orders', 4)}`
    const answering = world.publish(body, lines, '')
    await world.untilAppended(3)
    const topics = world.pipeline.producer.appended.map(({ topic }) => topic)
    const answer = await world.storing(answering)

    expect(topics).toEqual(['ns_acme.orders', 'ns_acme.bills', 'ns_acme.orders'])
    expect(answer).toMatchObject({ status: 207, stored: 3 })
    expect(answer.results?.[2]).toEqual({
      ...{ index: 2, status: 400, code: 'VALIDATION_ERROR' },
      message: 'Invalid record: the member topic is missing',
    })
  })

  it('wait behind one whose topic is looked up', async () => {
    const answering = world.publish(
      '{"topic":"acme.new","message":1}\n{"topic":"acme.orders","message":2}',
      lines,
      '',
    )
    await expect.poll(() => world.pipeline.lookUps.length).toBe(1)
    await world.pipeline.time.advance(10)
    expect(world.pipeline.producer.appended).toHaveLength(0)

    world.pipeline.lookUps[0]?.('absent')
    const answer = await world.storing(answering)
    expect(answer.results).toMatchObject([{ status: 404, code: 'TOPIC_NOT_EXISTS' }, { status: 201 }])
  })
})
