import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppendOutcome } from '@iris/common/kafka/producer'
import type { Keeping, SpoolMessage } from '../spool/message-log.js'
import type { SpooledEntry } from '../spool/segment.js'
import { DeadlineQueue } from './deadline-queue.js'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'

const entry = { id: 'the entry' } as SpooledEntry
const kept: Keeping = { kind: 'kept', entry }
const full: Keeping = { kind: 'full', detail: 'no space' }
const stored: AppendOutcome = { kind: 'stored', partition: 3, offset: 1 }
const preferring = { Prefer: 'respond-async' }

let world: PipelineWorld
let accepted: SpoolMessage[]
let resolved: AppendOutcome[]
let hasWaiting: boolean
let disk: DeadlineQueue

beforeEach(async () => {
  accepted = []
  resolved = []
  hasWaiting = false
  disk = new DeadlineQueue(10_000)
  world = await createPipelineWorld({
    spools: {
      accept: message => void accepted.push(message),
      hasWaiting: () => hasWaiting,
      resolve: (_entry, outcome) => void resolved.push(outcome),
    },
    deadlines: disk,
    holdMs: 90_000,
    locationOf: (topic, id) => `/topics/${topic}/messages/${id}?at=me`,
  })
})
afterEach(() => world.stop())

const post = (body = '{}', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${world.url}acme.orders`, { method: 'POST', body, headers })
const until = async (isThere: () => boolean): Promise<void> => {
  while (!isThere()) await new Promise(resolve => setImmediate(resolve))
}
const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { code: unknown }).code
const setTopic = (respondAsync: 'ON_REQUEST' | 'FALLBACK' | 'ALWAYS'): void =>
  void world.topics.set('acme.orders', world.topic({ respondAsync }))

describe('Prefer: respond-async', () => {
  it('is answered 202 with the place of its status, only when the spool has it', async () => {
    let isAnswered = false
    const answer = post('{"n":1}', preferring).finally(() => (isAnswered = true))
    await until(() => accepted.length === 1)
    expect([isAnswered, world.producer.appended.length]).toEqual([false, 0])
    accepted[0]!.spooled(kept)

    const response = await answer

    const id = response.headers.get('hermes-message-id')
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`/topics/acme.orders/messages/${id}?at=me`)
    expect(response.headers.get('preference-applied')).toBe('respond-async')
    expect(accepted[0]).toMatchObject({ id, topicName: 'acme.orders', isHeld: false })
    expect(Buffer.concat([...accepted[0]!.value]).toString()).toContain('"message":{"n":1}')
    expect(world.metrics.inflight).toBe(0)
    expect(world.room.bytesHeld()).toBe(0)
  })

  it.each([
    ['what is not JSON', '{', {}, 400],
    ['an unknown preference', '{}', { Prefer: 'return=minimal' }, 201],
  ])('changes nothing for %s', async (_what, body, headers, status) => {
    const answer = post(body, { ...preferring, ...headers })
    if (status === 201) {
      await until(() => world.producer.appended.length === 1)
      world.producer.appended[0]!.done(stored)
    }

    expect((await answer).status).toBe(status)
    expect(accepted).toEqual([])
  })

  it.each([
    [full, 507, 'SPOOL_FULL'],
    [{ kind: 'failed', detail: 'broken', mayBeKept: false } as const, 503, 'SPOOL_FAILED'],
    [{ kind: 'failed', detail: 'broken', mayBeKept: true } as const, 503, 'SPOOL_UNCLEAR'],
  ])('with the word %j of the spool is %d %s', async (keeping, status, code) => {
    const answer = post('{}', preferring)
    await until(() => accepted.length === 1)
    accepted[0]!.spooled(keeping)

    const response = await answer

    expect([response.status, await codeOf(response)]).toEqual([status, code])
  })

  it('has a deadline when the disk does not answer, and a late word of the disk does no harm', async () => {
    const answer = post('{}', preferring)
    await until(() => accepted.length === 1)
    disk.expire(10_000)

    const response = await answer
    accepted[0]!.spooled(kept)

    expect([response.status, await codeOf(response)]).toEqual([503, 'SPOOL_UNCLEAR'])
  })
})

describe('without a spool', () => {
  beforeEach(async () => {
    world.stop()
    world = await createPipelineWorld()
  })

  it.each([
    ['a preference', preferring, 'ON_REQUEST' as const],
    ['a setting of the topic', {}, 'ALWAYS' as const],
  ])('%s is ignored', async (_what, headers, respondAsync) => {
    world.topics.set('acme.orders', world.topic({ respondAsync }))
    const answer = post('{}', headers)
    await until(() => world.producer.appended.length === 1)
    world.producer.appended[0]!.done(stored)

    const response = await answer

    expect([response.status, response.headers.get('preference-applied')]).toEqual([201, null])
  })

  it('who insists is told which key is missing', async () => {
    const response = await post('{}', { Prefer: 'respond-async, handling=strict' })

    const body = (await response.json()) as Record<string, string>
    expect([response.status, body['code']]).toEqual([501, 'RESPOND_ASYNC_UNAVAILABLE'])
    expect(body['message']).toContain('frontend.spool.directory')
    expect(world.producer.appended).toEqual([])
  })
})

describe('a topic that falls back', () => {
  beforeEach(() => setTopic('FALLBACK'))

  it('answers 201 while Kafka answers', async () => {
    const answer = post()
    await until(() => world.producer.appended.length === 1)
    world.producer.appended[0]!.done(stored)

    expect((await answer).status).toBe(201)
    expect(accepted).toEqual([])
  })

  it('waits no longer than its publisher where nothing is kept', async () => {
    setTopic('ON_REQUEST')
    void post()
    await until(() => world.producer.appended.length === 1)

    expect(world.producer.appended[0]).toMatchObject({ isPatient: false })
    world.producer.appended[0]!.done(stored)
  })

  it('keeps the message when Kafka is silent, and tells the spool what Kafka says later', async () => {
    const answer = post()
    await until(() => world.producer.appended.length === 1)
    world.kafkaDeadlines.expire(2_250)
    expect(accepted[0]).toMatchObject({ isHeld: true })
    // The producer says nothing before it gives the batch up: the spool would send a second one beside it.
    expect(world.producer.appended[0]).toMatchObject({ isPatient: true })
    accepted[0]!.spooled(kept)

    const response = await answer
    world.producer.appended[0]!.done(stored)

    expect([response.status, response.headers.get('preference-applied')]).toEqual([202, null])
    expect(resolved).toEqual([stored])
  })

  it('answers 202 also when both words come at the same time', async () => {
    const answer = post()
    await until(() => world.producer.appended.length === 1)
    world.kafkaDeadlines.expire(2_250)
    world.producer.appended[0]!.done(stored)
    accepted[0]!.spooled(kept)

    expect((await answer).status).toBe(202)
    expect(resolved).toEqual([stored])
  })

  it.each([
    ['has not said anything', null, 503, 'SENDING_TO_KAFKA_TIMEOUT'],
    ['has it', stored, 201, null],
    ['surely does not', { kind: 'notStored', cause: 'stopped', detail: '' } as const, 507, 'SPOOL_FULL'],
  ])('with a full spool tells the truth when Kafka %s', async (_what, outcome, status, code) => {
    const answer = post()
    await until(() => world.producer.appended.length === 1)
    world.kafkaDeadlines.expire(2_250)
    if (outcome !== null) world.producer.appended[0]!.done(outcome)
    accepted[0]!.spooled(full)

    const response = await answer

    expect(response.status).toBe(status)
    if (code !== null) expect(await codeOf(response)).toBe(code)
  })

  it('queues behind what waits already', async () => {
    hasWaiting = true
    const answer = post()
    await until(() => accepted.length === 1)
    accepted[0]!.spooled(kept)

    expect((await answer).status).toBe(202)
    expect(world.producer.appended).toEqual([])
  })

  it('keeps what the producer has no room for, and what it gives up', async () => {
    world.producer.hasRoom = false
    const first = post()
    await until(() => accepted.length === 1)
    world.producer.hasRoom = true
    const second = post()
    await until(() => world.producer.appended.length === 1)
    world.producer.appended[0]!.done({ kind: 'unknown', detail: 'given up' })
    accepted.forEach(message => message.spooled(kept))

    expect([(await first).status, (await second).status]).toEqual([202, 202])
    expect(accepted.map(message => message.isHeld)).toEqual([false, false])
  })

  it('refuses what Kafka refuses', async () => {
    const answer = post()
    await until(() => world.producer.appended.length === 1)
    world.producer.appended[0]!.done({ kind: 'notStored', cause: 'tooLarge', detail: 'too large' })

    expect((await answer).status).toBe(400)
    expect(accepted).toEqual([])
  })
})

it('a topic that is always early never waits for Kafka', async () => {
  setTopic('ALWAYS')
  const answer = post()
  await until(() => accepted.length === 1)
  accepted[0]!.spooled(kept)

  expect((await answer).status).toBe(202)
  expect(world.producer.appended).toEqual([])
})
