import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppendOutcome, ProducerMessage } from '@iris/common/kafka/producer'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'
import type { SentHeaders } from './origin.js'
import { wholeMessage } from './whole-message.js'

const stored: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }
const id = '11111111-2222-4333-8444-555555555555'
let world: PipelineWorld
let answers: string[]

beforeEach(async () => {
  world = await createPipelineWorld()
  answers = []
})

afterEach(() => {
  world.stop()
  expect(world.metrics.inflight, 'open messages after a test').toBe(0)
  expect(world.room.bytesHeld(), 'reserved bytes after a test').toBe(0)
  expect(world.reading.size + world.kafkaDeadlines.size, 'deadlines after a test').toBe(0)
})

const nothingSent: SentHeaders = { headers: {}, rawHeaders: [] }

function publish(body: string, sent: SentHeaders = nothingSent, topicName = 'acme.orders'): void {
  const origin = wholeMessage(sent, Buffer.from(body), {
    stored: messageId => void answers.push(`stored ${messageId}`),
    accepted: (messageId, where) => void answers.push(`accepted ${messageId} at ${where.location}`),
    refused: (messageId, error) => void answers.push(`${error.code} ${messageId}`),
  })
  world.pipeline.publish(origin, topicName, id)
}

describe('a message whose body is whole', () => {
  it('goes to Kafka at once with its own id, key and headers, and is answered on the word of Kafka', () => {
    const headers = { 'partition-key': 'k', traceparent: 't' }
    publish('{"a":1}', { headers, rawHeaders: ['Partition-Key', 'k', 'traceparent', 't'] })
    const message = world.producer.appended[0] as ProducerMessage

    expect(answers).toEqual([])
    message.done(stored)

    expect(answers).toEqual([`stored ${id}`])
    expect(message.key).toEqual(Buffer.from('k'))
    expect(message.headers.map(([name, value]) => [name, value.toString()])).toEqual([
      ['id', id],
      ['h-traceparent', 't'],
    ])
    expect(Buffer.concat([...message.value]).toString()).toContain('"message":{"a":1}}')
  })

  it.each([
    ['too large', JSON.stringify('x'.repeat(1_000)), {}, 'VALIDATION_ERROR'],
    ['not JSON', 'nothing', {}, 'VALIDATION_ERROR'],
    ['compressed', '{}', { 'content-encoding': 'gzip' }, 'UNSUPPORTED_CONTENT_ENCODING'],
  ])('is refused once when it is %s', (_what, body, headers, code) => {
    publish(body, { headers, rawHeaders: Object.entries(headers).flat() })

    expect(answers).toEqual([`${code} ${id}`])
    expect(world.producer.appended).toHaveLength(0)
  })

  it('waits for its topic to be looked up', () => {
    publish('{}', nothingSent, 'acme.new')
    expect(answers).toEqual([])

    world.lookUps[0]?.('absent')

    expect(answers).toEqual([`TOPIC_NOT_EXISTS ${id}`])
  })
})
