import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { remoteSpanOf } from '@iris/common/tracing/context'
import type { AttributeValue, Span } from '@iris/common/tracing/span'
import { eventually } from '../../../tests/support/eventually.js'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const sampled = `00-${traceId}-b7ad6b7169203331-01`
const stored = { kind: 'stored', partition: 3, offset: 17 } as const

let world: PipelineWorld
beforeEach(async () => {
  world = await createPipelineWorld()
})
afterEach(() => world.stop())

/** Publishes, and Kafka says `outcome`. Gives the answer's status, and the traceparent of the message. */
async function publish(
  headers: Record<string, string> = {},
  outcome: Parameters<PipelineWorld['producer']['appended'][number]['done']>[0] = stored,
): Promise<{ readonly status: number; readonly carried: string | undefined }> {
  const answering = fetch(world.url + 'acme.orders', { method: 'POST', body: '{"a":1}', headers })
  const message = await eventually(() => {
    const [first] = world.producer.appended
    expect(first).toBeDefined()
    return first!
  })
  message.done(outcome)
  const { status } = await answering
  const carried = message.headers.find(([name]) => name.toLowerCase() === 'h-traceparent')?.[1].toString()
  return { status, carried }
}

function attributesOf(span: Span | undefined): Record<string, AttributeValue> {
  const { attributes = [] } = span ?? {}
  const names = attributes.filter((_, index) => index % 2 === 0)
  return Object.fromEntries(names.map((name, index) => [String(name), attributes[2 * index + 1] ?? '']))
}

describe('the spans of a publish', () => {
  it("are the request, below the publisher's span, and the way into Kafka, which the message carries", async () => {
    const { status, carried } = await publish({ Traceparent: sampled })

    const [request, sending] = world.spans
    expect(status).toBe(201)
    expect(request).toMatchObject({ kind: 'server', name: 'POST /topics/{topicName}', error: null })
    expect(request?.place).toMatchObject({ traceId, parentId: 'b7ad6b7169203331' })
    expect(attributesOf(request)).toEqual({
      ...{ 'http.request.method': 'POST', 'http.route': '/topics/{topicName}' },
      ...{ 'url.path': '/topics/acme.orders', 'http.response.status_code': 201 },
    })
    expect(sending).toMatchObject({ kind: 'producer', name: 'send acme.orders', error: null })
    expect(sending?.place).toMatchObject({ traceId, parentId: request?.place.spanId })
    expect(attributesOf(sending)).toMatchObject({
      ...{ 'messaging.destination.name': 'ns_acme.orders', 'messaging.destination.partition.id': '3' },
      ...{ 'messaging.kafka.offset': 17, 'iris.publish.outcome': 'stored', 'iris.topic': 'acme.orders' },
    })
    expect(remoteSpanOf(carried ?? '')).toEqual({ traceId, spanId: sending?.place.spanId })
  })

  it('begin a trace where the publisher sent none and the sampler wants one', async () => {
    world.drawn = 0
    const { carried } = await publish()

    const [request, sending] = world.spans
    expect(request?.place.parentId).toBe('')
    expect(remoteSpanOf(carried ?? '')).toEqual({
      traceId: request?.place.traceId,
      spanId: sending?.place.spanId,
    })
  })

  it.each([
    ['whose publisher does not record it', `00-${traceId}-b7ad6b7169203331-00`],
    ['that was not drawn', undefined],
    ['with a malformed traceparent that was not drawn', '00-1-2-01'],
  ])('are none of a message %s, and what it carries is unchanged', async (_what, traceparent) => {
    const { carried } = await publish(traceparent === undefined ? {} : { traceparent })

    expect(world.spans).toEqual([])
    expect(carried).toBe(traceparent)
  })

  it('say why Kafka does not have it', async () => {
    const outcome = { kind: 'notStored', cause: 'refused', detail: 'no leader' } as const
    const { status } = await publish({ traceparent: sampled }, outcome)

    const [request, sending] = world.spans
    expect(status).toBeGreaterThanOrEqual(500)
    expect(attributesOf(request)['error.type']).toBe(attributesOf(sending)['error.type'])
    expect(request?.error).not.toBeNull()
    expect(attributesOf(sending)['iris.publish.outcome']).toBe('refused')
    expect(attributesOf(sending)).not.toHaveProperty('messaging.kafka.offset')
  })

  it("are the request's alone of what is refused before Kafka, and no error of ours where it is the caller's", async () => {
    const { status } = await fetch(world.url + 'acme.orders', {
      ...{ method: 'POST', body: 'not JSON', headers: { traceparent: sampled } },
    })

    expect(status).toBe(400)
    expect(world.spans).toHaveLength(1)
    expect(attributesOf(world.spans[0])).toMatchObject({ 'error.type': 'VALIDATION_ERROR' })
    expect(world.spans[0]?.error).toBeNull()
  })
})
