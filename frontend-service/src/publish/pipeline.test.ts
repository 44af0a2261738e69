import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer'
import type { TopicGate } from '../access/topic-gate.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { createPipelineWorld, roomBytes, type PipelineWorld } from './in-memory-pipeline.js'
import { requestBytes } from './room.js'

const stored: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }
let world: PipelineWorld

beforeEach(async () => {
  world = await createPipelineWorld()
})

afterEach(() => {
  world.stop()
  expect(world.metrics.inflight, 'open requests after a test').toBe(0)
  expect(world.room.bytesHeld(), 'reserved bytes after a test').toBe(0)
  expect(world.reading.size + world.kafkaDeadlines.size, 'deadlines after a test').toBe(0)
})

interface Answer {
  readonly status: number
  readonly id: string | null
  readonly retryAfter: string | null
  readonly connection: string | null
  readonly body: { message?: string; code?: string }
}

async function publish(
  body: string,
  name = 'acme.orders',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(world.url + name, { method: 'POST', body, headers })
  const text = await response.text()
  return {
    status: response.status,
    id: response.headers.get('hermes-message-id'),
    retryAfter: response.headers.get('retry-after'),
    connection: response.headers.get('connection'),
    body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
  }
}

async function nextAppended(): Promise<ProducerMessage> {
  await expect.poll(() => world.producer.appended.length).toBeGreaterThan(0)
  return world.producer.appended.shift() as ProducerMessage
}

const valueOf = (message: ProducerMessage): string => Buffer.concat([...message.value]).toString()
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('publishing', () => {
  it('answers 201 on the word of Kafka and not before', async () => {
    let isAnswered = false
    const answering = publish('{"a":1}').finally(() => (isAnswered = true))
    const message = await nextAppended()

    await new Promise(resolve => setTimeout(resolve, 20))
    expect(isAnswered).toBe(false)
    message.done(stored)

    expect(await answering).toMatchObject({ status: 201, body: {} })
  })

  it('writes topic, key, headers, time and the envelope with the same id', async () => {
    const answering = publish('{"a":1}', 'acme.orders', { 'Partition-Key': 'k', Traceparent: 't' })
    const message = await nextAppended()
    message.done(stored)
    const { id } = await answering

    expect(id).toMatch(uuid)
    expect(message).toMatchObject({
      topic: 'ns_acme.orders',
      partition: 3,
      key: Buffer.from('k'),
      timestampMs: world.time.now(),
      deadlineMs: 2_000,
    })
    expect(message.headers.map(([name, value]) => [name, value.toString()])).toEqual([
      ['id', id],
      ['h-Traceparent', 't'],
    ])
    expect(valueOf(message)).toBe(
      `{"_w":true,"metadata":{"timestamp":${world.time.now()},"id":"${id}",` +
        `"externalMetadata":{"Traceparent":"t"}},"message":{"a":1}}`,
    )
  })

  it.each([
    ['no key', {}, null],
    ['an empty key', { 'Partition-Key': '' }, Buffer.alloc(0)],
    ['bytes beyond ASCII', { 'Partition-Key': Buffer.from('é').toString('latin1') }, Buffer.from('é')],
  ])('takes %s', async (_what, headers, key) => {
    const answering = publish('{}', 'acme.orders', headers)
    const message = await nextAppended()
    message.done(stored)
    await answering

    expect(message.key).toEqual(key)
  })

  it.each<[what: string, outcome: AppendOutcome, status: number, code: string, message: RegExp]>([
    [
      'nothing is known',
      { kind: 'unknown', detail: 'late' },
      503,
      'SENDING_TO_KAFKA_TIMEOUT',
      /after 2000 milliseconds; it may have been stored$/,
    ],
    [
      'it never left',
      { kind: 'notStored', cause: 'deadline', detail: 'no leader' },
      503,
      'MESSAGE_NOT_SENT',
      /not stored: no leader/,
    ],
    [
      'the topic is gone',
      { kind: 'notStored', cause: 'unknownTopic', detail: 'gone' },
      503,
      'MESSAGE_NOT_SENT',
      /not stored/,
    ],
    [
      'the producer stops',
      { kind: 'notStored', cause: 'stopped', detail: 'stop' },
      503,
      'MESSAGE_NOT_SENT',
      /not stored/,
    ],
    [
      'it is too large for Kafka',
      { kind: 'notStored', cause: 'tooLarge', detail: 'too large' },
      400,
      'VALIDATION_ERROR',
      /^Message not published\. too large/,
    ],
    [
      'Kafka refuses it',
      { kind: 'notStored', cause: 'refused', detail: 'INVALID_RECORD' },
      500,
      'INTERNAL_ERROR',
      /^Message not published\. INVALID_RECORD/,
    ],
  ])('says so when %s', async (_what, outcome, status, code, message) => {
    const answering = publish('{}')
    ;(await nextAppended()).done(outcome)
    const answer = await answering

    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.body.message).toMatch(message)
    expect(answer.id).toMatch(uuid)
  })

  it('does not hear a word that comes after its answer', async () => {
    const answering = publish('{}')
    const message = await nextAppended()

    world.kafkaDeadlines.expire(Infinity)
    expect(await answering).toMatchObject({ status: 503, body: { code: 'SENDING_TO_KAFKA_TIMEOUT' } })
    message.done(stored)

    expect(world.metrics.inflight).toBe(0)
  })

  it('is refused at once when the producer has no room', async () => {
    world.producer.hasRoom = false

    expect(await publish('{}')).toMatchObject({
      status: 503,
      retryAfter: '1',
      body: { code: 'OVERLOADED', message: 'Too many messages are waiting for Kafka; try again in 1 s' },
    })
  })

  it('is refused before reading when bodies take all the room', async () => {
    world.topics.set('acme.orders', world.topic({ bodyBytesMax: roomBytes }))

    expect(await publish('x'.repeat(roomBytes - requestBytes + 1))).toMatchObject({ status: 503 })
    const answering = publish(JSON.stringify('x'.repeat(roomBytes - requestBytes - 2)))
    ;(await nextAppended()).done(stored)

    expect(await answering).toMatchObject({ status: 201 })
  })

  it('closes the connection with its answer while the listener is closing', async () => {
    world.isClosing = true
    const answering = publish('{}')
    ;(await nextAppended()).done(stored)

    expect(await answering).toMatchObject({ status: 201, connection: 'close' })
  })

  it('lets go of a request whose client has gone', async () => {
    const controller = new AbortController()
    const stalled = new ReadableStream({ start: stream => stream.enqueue(Buffer.from('{')) })
    const request = {
      method: 'POST',
      body: stalled,
      duplex: 'half',
      signal: controller.signal,
    } as RequestInit
    const gone = fetch(world.url + 'acme.orders', request).catch(() => 'gone')
    await expect.poll(() => world.metrics.inflight).toBe(1)

    controller.abort()

    expect(await gone).toBe('gone')
    await expect.poll(() => world.metrics.inflight).toBe(0)
    expect(world.producer.appended).toHaveLength(0)
  })
})

describe('a topic with a chaos policy', () => {
  const policy = { probability: 100, delayFrom: 100, delayTo: 100, completeWithError: false }

  it('hands a message over after the delay', async () => {
    world.topics.set('acme.orders', world.topic({ chaos: policy }))

    const answering = publish('{"a":1}')
    await expect.poll(() => world.time.pending()).toBeGreaterThan(0)
    expect(world.producer.appended).toHaveLength(0)
    await world.time.advance(100)
    world.producer.appended[0]?.done({ kind: 'stored', partition: 3, offset: 1 })

    expect((await answering).status).toBe(201)
  })

  it('drops a message whose publisher was answered meanwhile, and says why', async () => {
    world.topics.set('acme.orders', world.topic({ chaos: { ...policy, delayFrom: 5_000, delayTo: 5_000 } }))

    const answering = publish('{"a":1}')
    await expect.poll(() => world.time.pending()).toBeGreaterThan(0)
    world.kafkaDeadlines.expire(world.time.monotonic() + 2_250)
    const answer = await answering
    await world.time.advance(5_000)

    expect(answer).toMatchObject({ status: 503, body: { code: 'MESSAGE_NOT_SENT' } })
    expect(world.producer.appended).toHaveLength(0)
  })
})

const refusingGate = (step: 'permit' | 'charge', error: HermesError): TopicGate => ({
  asksWho: false,
  permit: () => (step === 'permit' ? error : null),
  charge: () => (step === 'charge' ? error : null),
  nameOf: () => null,
  received: () => null,
})
const closedGate = refusingGate('permit', refusal('TOPIC_BLOCKED', { topic: 't', reason: 'r' }, 'frontend'))
const emptyGate = refusingGate('charge', refusal('THROUGHPUT_QUOTA_VIOLATION', { problem: 'p' }, 'frontend'))

describe('what is not admitted', () => {
  it.each<
    [
      what: string,
      overrides: Partial<RoutedTopic>,
      headers: Record<string, string>,
      status: number,
      code: string,
    ]
  >([
    ['a closed topic', { isClosed: true }, {}, 403, 'AUTH_ERROR'],
    ['a topic whose gate is closed', { gate: closedGate }, {}, 403, 'TOPIC_BLOCKED'],
    ['a message over its quota', { gate: emptyGate }, {}, 429, 'THROUGHPUT_QUOTA_VIOLATION'],
    ['a compressed body', {}, { 'Content-Encoding': 'gzip' }, 415, 'UNSUPPORTED_CONTENT_ENCODING'],
    ['a large body', { bodyBytesMax: 6 }, {}, 400, 'VALIDATION_ERROR'],
    ['no JSON', {}, {}, 400, 'VALIDATION_ERROR'],
  ])('%s', async (what, overrides, headers, status, code) => {
    world.topics.set('acme.orders', world.topic(overrides))

    const answer = await publish(what === 'no JSON' ? 'nothing' : '{"a":1}', 'acme.orders', headers)

    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.id).toMatch(uuid)
    expect(world.producer.appended).toHaveLength(0)
  })

  it('needs a key where Kafka keeps the newest of each', async () => {
    world.topics.set('acme.orders', world.topic({ isCompacted: true }))

    for (const headers of [{}, { 'Partition-Key': '' }])
      expect(await publish('{"a":1}', 'acme.orders', headers)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('send a Partition-Key') },
      })
    expect(world.producer.appended).toHaveLength(0)
    const answering = publish('{"a":1}', 'acme.orders', { 'Partition-Key': 'o1' })
    const message = await nextAppended()
    message.done(stored)
    expect(await answering).toMatchObject({ status: 201 })
  })

  it('names the limit and the length', async () => {
    world.topics.set('acme.orders', world.topic({ bodyBytesMax: 6 }))

    expect((await publish('{"a":1}')).body.message).toBe(
      'Content-Length is larger than max on this topic [length:7, max:6].',
    )
  })

  it('is answered with problem details to who asks for them', async () => {
    world.topics.set('acme.orders', world.topic({ bodyBytesMax: 6 }))
    const headers = { Accept: 'application/problem+json' }
    const response = await fetch(world.url + 'acme.orders', { method: 'POST', body: '{"a":1}', headers })

    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({
      type: 'urn:iris:error:validation-error',
      status: 400,
      detail: 'Content-Length is larger than max on this topic [length:7, max:6].',
      instance: `urn:uuid:${response.headers.get('hermes-message-id')}`,
      code: 'VALIDATION_ERROR',
      limit: 6,
    })
  })

  it('but identity is no encoding', async () => {
    const answering = publish('{}', 'acme.orders', { 'Content-Encoding': 'Identity' })
    ;(await nextAppended()).done(stored)

    expect(await answering).toMatchObject({ status: 201 })
  })
})

describe('a message that another topic forwards', () => {
  const headers = { 'Iris-Hops': '2', 'Iris-Origin-Message-Id': 'm-1', traceparent: 't' }
  const propagated = async (more: Record<string, string>): Promise<unknown> => {
    const answering = publish('{}', 'acme.orders', { ...headers, ...more })
    const message = await nextAppended()
    message.done(stored)
    await answering
    const { metadata } = JSON.parse(valueOf(message)) as { metadata: { externalMetadata: unknown } }
    return metadata.externalMetadata
  }

  it('is known by its seal: nobody else says through how many topics a message came', async () => {
    const forwarded = await propagated({ 'Iris-Forward-Seal': 'genuine' })
    const published = await propagated({ 'Iris-Forward-Seal': 'copied' })

    expect(forwarded).toMatchObject(headers)
    expect(published).toMatchObject({ traceparent: 't' })
    for (const metadata of [forwarded, published]) expect(metadata).not.toHaveProperty('Iris-Forward-Seal')
    expect(published).not.toHaveProperty('Iris-Hops')
    expect(published).not.toHaveProperty('Iris-Origin-Message-Id')
  })

  it('has an idempotency key that no publisher can take', async () => {
    const answering = ['genuine', 'copied'].map(seal =>
      publish('{}', 'acme.orders', { 'Idempotency-Key': 'forwarded-m-1', 'Iris-Forward-Seal': seal }),
    )
    await expect.poll(() => world.keyed.length).toBe(2)
    const keys = world.keyed.map(({ comesFromTopic, idempotencyKey }) => [comesFromTopic, idempotencyKey])
    world.kafkaDeadlines.expire(Infinity)
    await Promise.all(answering)

    expect(keys.sort()).toEqual([
      [false, 'forwarded-m-1'],
      [true, '\0forwarded-m-1'],
    ])
  })
})

describe('a topic that is not known here', () => {
  it.each<[answer: 'absent' | 'unclear', status: number, code: string, message: RegExp]>([
    ['absent', 404, 'TOPIC_NOT_EXISTS', /^Topic not found: acme\.new$/],
    ['unclear', 503, 'NOT_READY', /ZooKeeper cannot be asked/],
  ])('and %s in ZooKeeper is %d', async (found, status, code, message) => {
    const answering = publish('{}', 'acme.new')
    await expect.poll(() => world.lookUps.length).toBe(1)
    world.lookUps[0]?.(found)
    const answer = await answering

    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.body.message).toMatch(message)
  })

  it('and found in ZooKeeper is published to', async () => {
    const answering = publish('{}', 'acme.new')
    await expect.poll(() => world.lookUps.length).toBe(1)
    world.lookUps[0]?.(world.topic())
    ;(await nextAppended()).done(stored)

    expect(await answering).toMatchObject({ status: 201 })
  })

  it('is 503 while the topics are not loaded', async () => {
    world.areTopicsLoaded = false

    expect(await publish('{}', 'acme.new')).toMatchObject({ status: 503, retryAfter: '1' })
    expect(world.lookUps).toHaveLength(0)
  })

  it('is 503 when ZooKeeper says nothing in time, and what it says later is not heard', async () => {
    const answering = publish('{}', 'acme.new')
    await expect.poll(() => world.lookUps.length).toBe(1)
    world.reading.expire(Infinity)

    expect(await answering).toMatchObject({ status: 503, body: { code: 'NOT_READY' } })
    world.lookUps[0]?.(world.topic())
    expect(world.producer.appended).toHaveLength(0)
  })
})

describe('a topic whose layout is not known', () => {
  it('is asked for once, and all who waited go on', async () => {
    world.producer.partition = -1
    const answering = Promise.all([publish('1'), publish('2'), publish('3')])
    await expect.poll(() => world.kafkaDeadlines.size).toBe(3)

    world.producer.partition = 0
    world.producer.finishPrepare()
    await expect.poll(() => world.producer.appended.length).toBe(3)
    world.producer.appended.splice(0).forEach(message => message.done(stored))

    expect((await answering).map(answer => answer.status)).toEqual([201, 201, 201])
    expect(world.producer.prepared).toBe(1)
  })

  it('is asked for again after a failure', async () => {
    world.producer.partition = -1
    const answering = publish('1')
    await expect.poll(() => world.producer.prepared).toBe(1)

    world.producer.finishPrepare(new Error('no topic'))
    await world.time.advance(50)
    expect(world.producer.prepared).toBe(2)
    world.producer.partition = 0
    world.producer.finishPrepare()
    ;(await nextAppended()).done(stored)

    expect(await answering).toMatchObject({ status: 201 })
  })

  it('is 503, surely not stored, at the deadline, and is not appended later', async () => {
    world.producer.partition = -1
    const answering = publish('1')
    await expect.poll(() => world.producer.prepared).toBe(1)

    world.kafkaDeadlines.expire(Infinity)
    expect(await answering).toMatchObject({ status: 503, body: { code: 'MESSAGE_NOT_SENT' } })
    world.producer.partition = 0
    world.producer.finishPrepare()
    await world.time.advance(100)

    expect(world.producer.appended).toHaveLength(0)
  })
})

describe('a body that does not come', () => {
  it('is 408 at the deadline of reading, and the connection closes', async () => {
    const stalled = new ReadableStream({ start: stream => stream.enqueue(Buffer.from('{')) })
    const request = { method: 'POST', body: stalled, duplex: 'half' } as RequestInit
    const answering = fetch(world.url + 'acme.orders', request)
    await expect.poll(() => world.reading.size).toBe(1)

    world.reading.expire(Infinity)
    const answer = await answering

    expect(answer.status).toBe(408)
    expect(answer.headers.get('connection')).toBe('close')
    expect(await answer.json()).toEqual({
      message: 'Timeout while reading message after 5000 milliseconds',
      code: 'TIMEOUT',
    })
  })
})
