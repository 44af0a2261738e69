import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer'
import { keyHash } from '@iris/common/trace/event'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'

let world: PipelineWorld

beforeEach(async () => {
  world = await createPipelineWorld()
  world.topics.set('acme.tracked', world.topic({ name: 'acme.tracked', isTracked: true }))
})
afterEach(() => world.stop())

function publish(body: string, topic = 'acme.tracked'): Promise<Response> {
  const headers = { 'Partition-Key': 'customer-7', traceparent: '00-1-2-00', 'X-Team': 'billing' }
  return fetch(world.url + topic, { method: 'POST', body, headers })
}

async function appended(): Promise<ProducerMessage> {
  await expect.poll(() => world.producer.appended.length).toBeGreaterThan(0)
  return world.producer.appended.shift() as ProducerMessage
}

const stored: AppendOutcome = { kind: 'stored', partition: 3, offset: 41 }

describe('the journal of publishing', () => {
  it('traces where a message lies and what came with it', async () => {
    const answering = publish('{"a":1}')
    const message = await appended()
    message.done(stored)
    const { headers } = await answering

    expect(world.traced).toEqual([
      {
        kind: 'published',
        messageId: headers.get('hermes-message-id'),
        timestamp: world.time.now(),
        topicName: 'acme.tracked',
        status: 'SUCCESS',
        ...{ partition: 3, offset: 41 },
        ...{ cluster: 'primary-dc', storageDc: 'dc', hostname: 'here' },
        extraRequestHeaders: 'traceparent: 00-1-2-00\nX-Team: billing',
        keyHash: keyHash(Buffer.from('customer-7')),
      },
    ])
  })

  it('leaves out an offset that Kafka does not say', async () => {
    const answering = publish('{"a":1}')
    const message = await appended()
    message.done({ kind: 'stored', partition: 3, offset: -1 })
    await answering

    expect(world.traced[0]).not.toHaveProperty('offset')
  })

  it('traces a refusal with its reason', async () => {
    const { status } = await publish('no json')

    expect(status).toBe(400)
    expect(world.traced).toMatchObject([
      { status: 'ERROR', reason: expect.stringContaining('Invalid message') as string },
    ])
  })

  it.each<[string, AppendOutcome, string[]]>([
    ['that is stored later', stored, ['INFLIGHT', 'SUCCESS']],
    ['that is lost', { kind: 'notStored', cause: 'refused', detail: 'no' }, ['INFLIGHT', 'ERROR']],
    ['that stays unknown', { kind: 'unknown', detail: 'silence' }, ['INFLIGHT']],
  ])('traces a message without an answer in time %s', async (_what, outcome, expected) => {
    const answering = publish('{"a":1}')
    const message = await appended()
    await world.time.advance(3_000)
    world.kafkaDeadlines.expire(world.time.monotonic())
    const { status } = await answering
    message.done(outcome)

    expect(status).toBe(503)
    expect(world.traced.map(each => each.status)).toEqual(expected)
  })

  it('writes nothing for a topic that is not tracked', async () => {
    const answering = publish('{"a":1}', 'acme.orders')
    const message = await appended()
    message.done(stored)
    await answering
    await publish('no json', 'acme.orders')

    expect(world.traced).toEqual([])
  })
})
