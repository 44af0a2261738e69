import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProducerMessage } from '@iris/common/kafka/producer'
import { readScheduleRecord } from '@iris/common/schedule/schedule-record'
import { createPipelineWorld, type PipelineWorld } from '../publish/in-memory-pipeline.js'

let world: PipelineWorld

beforeEach(async () => {
  world = await createPipelineWorld()
  world.topics.set('acme.tracked', world.topic({ name: 'acme.tracked', isTracked: true }))
})
afterEach(() => {
  world.stop()
  expect(world.metrics.inflight, 'open requests after a test').toBe(0)
})

function publish(headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${world.url}acme.tracked`, { method: 'POST', body: '{"a":1}', headers: { ...headers } })
}

async function appended(): Promise<ProducerMessage> {
  await expect.poll(() => world.producer.appended.length).toBeGreaterThan(0)
  return world.producer.appended.shift() as ProducerMessage
}

function factsOf({ headers, value }: ProducerMessage): unknown {
  const header = (name: string): Buffer | null => headers.findLast(([each]) => each === name)?.[1] ?? null
  return readScheduleRecord({ offset: 0, value: Buffer.concat([...value]), header })
}

describe('publishing for later', () => {
  it('stores the message in the partition of its wait, with what its topic will need', async () => {
    const answering = publish({ 'Deliver-After': 'PT2M', 'Partition-Key': 'k' })
    const message = await appended()
    message.done({ kind: 'stored', partition: message.partition, offset: 41 })
    const answer = await answering

    const dueMs = world.time.now() + 120_000
    expect(message).toMatchObject({ topic: 'ns_iris_scheduled', key: Buffer.from('k') })
    expect([2, 3]).toContain(message.partition)
    expect(factsOf(message)).toEqual({
      message: { topic: 'acme.tracked', topicCreatedMs: 17, dueMs, isTraced: true },
      mark: null,
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('schedule-id')).toBe(`${message.partition}-41`)
    expect(answer.headers.get('deliver-at')).toBe(new Date(dueMs).toISOString())
    expect(world.traced).toMatchObject([{ status: 'INFLIGHT', scheduledFor: dueMs }])
    expect(world.traced[0]).not.toHaveProperty('offset')
  })

  it('gives no id where Kafka does not say where the message lies', async () => {
    const answering = publish({ 'Deliver-After': '60' })
    const message = await appended()
    message.done({ kind: 'stored', partition: 0, offset: -1 })

    const { headers } = await answering
    expect([headers.get('schedule-id'), headers.has('deliver-at')]).toEqual([null, true])
  })

  it('is publishing as ever where the time has passed', async () => {
    const answering = publish({ 'Deliver-After': '0' })
    const message = await appended()
    message.done({ kind: 'stored', partition: 3, offset: 1 })

    const { headers } = await answering
    expect(message.topic).toBe('ns_acme.orders')
    expect([headers.get('schedule-id'), headers.get('deliver-at')]).toEqual([null, null])
  })

  it('waits for a schedule topic that is not known yet', async () => {
    world.schedulePartitions = 0
    const answering = publish({ 'Deliver-After': '60' })
    await expect.poll(() => world.producer.prepared).toBe(1)
    expect(world.producer.appended).toEqual([])

    world.schedulePartitions = 12
    world.producer.finishPrepare()
    const message = await appended()
    message.done({ kind: 'stored', partition: 0, offset: 0 })

    expect((await answering).status).toBe(201)
  })

  it('is refused before the body is read where the time cannot be', async () => {
    const answer = await publish({ 'Deliver-After': 'P2D' })

    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        code: 'VALIDATION_ERROR',
        message: 'Deliver-After lies 2 d ahead, at most 24 h are allowed: so long does it keep them.',
      },
    ])
    expect(world.producer.appended).toEqual([])
  })
})
