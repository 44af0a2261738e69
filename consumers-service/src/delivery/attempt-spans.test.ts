import { describe, expect, it } from 'vitest'
import type { AttemptResult } from '@iris/common/http/client'
import { isTraceparent, remoteSpanOf } from '@iris/common/tracing/context'
import type { AttributeValue, Span } from '@iris/common/tracing/span'
import { createTracer, type TracerOptions } from '@iris/common/tracing/tracer'
import { linesSent } from './attempt-spans.js'
import type { SerialPlan } from './plan.js'
import { answerOf, world as pipelineWorld, type World } from './testing/pipeline-world.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const publishSpan = 'b7ad6b7169203331'
const sampled = `00-${traceId}-${publishSpan}-01`

function world(
  plan: Partial<SerialPlan> = {},
  options: TracerOptions = { ratio: 1, isParentObeyed: true },
): World & { readonly spans: Span[] } {
  const spans: Span[] = []
  const tracer = createTracer(
    span => void spans.push(span),
    () => 0,
    options,
  )
  return Object.assign(pipelineWorld({ tracer, plan }), { spans })
}

function attributesOf(span: Span | undefined): Record<string, AttributeValue> {
  const { attributes = [] } = span ?? {}
  const names = attributes.filter((_, index) => index % 2 === 0)
  return Object.fromEntries(names.map((name, index) => [String(name), attributes[2 * index + 1] ?? '']))
}

describe('the spans of a delivery', () => {
  it('are one for the work and one for the request, below the publishing of the message', async () => {
    const { open, answer, sent, spans } = world({ endpoint: new URL('https://receiver/in?token=secret') })
    await open(0, [{ body: 'a', traceparent: sampled }])
    const [, line = ''] = linesSent(sent[0]!) ?? []
    await answer('a', 200)

    const [work, request] = spans
    expect(work).toMatchObject({ kind: 'consumer', name: 'deliver g.t', error: null })
    expect(work?.place).toMatchObject({ traceId, parentId: publishSpan })
    expect(attributesOf(work)).toMatchObject({
      ...{ 'iris.topic': 'g.t', 'iris.subscription': 's', 'messaging.message.id': 'id-a' },
      ...{ 'iris.delivery.attempt': 1, 'iris.delivery.outcome': 'delivered', 'messaging.kafka.offset': 0 },
    })
    expect(request).toMatchObject({ kind: 'client', name: 'POST', error: null })
    expect(request?.place).toMatchObject({ traceId, parentId: work?.place.spanId })
    expect(attributesOf(request)).toMatchObject({
      ...{ 'http.request.method': 'POST', 'url.full': 'https://receiver/in', 'server.port': 443 },
      'http.response.status_code': 200,
    })
    expect(attributesOf(request)).not.toHaveProperty('http.request.resend_count')
    expect(isTraceparent(line)).toBe(true)
    expect(remoteSpanOf(line)).toEqual({ traceId, spanId: request?.place.spanId })
  })

  it.each([
    [0.12, 2],
    [0.11, 0],
  ])('are as many as the ratio wants where publishers are not obeyed: %d', async (ratio, count) => {
    const { open, answer, sent, spans } = world({}, { ratio, isParentObeyed: false })
    await open(0, [{ body: 'a', traceparent: sampled }])
    const [, line] = linesSent(sent[0]!) ?? []
    await answer('a', 200)

    expect(spans).toHaveLength(count)
    // Who is not recorded here may be recorded by the publisher and its receiver all the same.
    expect(line === sampled).toBe(count === 0)
  })

  it('are made anew for each attempt, with its number', async () => {
    const { open, answer, time, spans } = world()
    await open(0, [{ body: 'a', traceparent: sampled }])
    await answer('a', 500)
    await time.advance(1_000)
    await answer('a', 200)

    const works = spans.filter(({ kind }) => kind === 'consumer')
    expect(works.map(span => attributesOf(span)['iris.delivery.outcome'])).toEqual(['retry', 'delivered'])
    expect(works.map(span => attributesOf(span)['iris.delivery.attempt'])).toEqual([1, 2])
    expect(new Set(spans.map(({ place }) => place.spanId)).size).toBe(4)
    expect(spans[0]?.error).toBe('Message sending failed with status code: 500')
    expect(attributesOf(spans[1])).toMatchObject({ 'error.type': '500', 'http.response.status_code': 500 })
    expect(attributesOf(spans[3])).toMatchObject({ 'http.request.resend_count': 1 })
  })

  it.each<[string, AttemptResult, string]>([
    ['was too slow', { kind: 'timeout', afterMs: 1, detail: 'too slow' }, 'timeout'],
    ['did not answer', { kind: 'error', detail: 'refused', isOurFault: false }, 'error'],
    ['was not called for a fault of ours', { kind: 'error', detail: 'full', isOurFault: true }, 'own_fault'],
    ['may not be called', { kind: 'forbidden', detail: 'private' }, 'forbidden'],
  ])('say why there is no answer: the receiver %s', async (_what, result, type) => {
    const { open, answer, spans } = world()
    await open(0, [{ body: 'a', traceparent: sampled }])
    await answer('a', result)

    expect(attributesOf(spans[1])).toMatchObject({ 'error.type': type })
    expect(attributesOf(spans[1])).not.toHaveProperty('http.response.status_code')
  })

  it('say that a message died, and of what', async () => {
    const { open, answer, spans } = world()
    await open(0, [{ body: 'a', traceparent: sampled }])
    await answer('a', answerOf(400))

    expect(attributesOf(spans[0])).toMatchObject({
      ...{ 'iris.delivery.outcome': 'dead_letter', 'iris.dead_letter.class': 'refused' },
    })
  })

  it.each([
    ['that its publisher does not record', `00-${traceId}-${publishSpan}-00`],
    ['without a trace', undefined],
    ['with a malformed one', '00-1-2-01'],
  ])('are none of a message %s, and its lines stay as they are', async (_what, traceparent) => {
    const { open, answer, sent, spans } = world()
    await open(0, [traceparent === undefined ? { body: 'a' } : { body: 'a', traceparent }])
    expect(sent[0]?.spans).toBeNull()
    expect(linesSent(sent[0]!)).toBe(sent[0]?.content.propagated)
    await answer('a', 200)

    expect(spans).toEqual([])
  })

  it('are none where nothing is told to OpenTelemetry', async () => {
    const { open, sent } = pipelineWorld()
    await open(0, [{ body: 'a', traceparent: sampled }])

    expect(sent[0]?.spans).toBeNull()
    expect(linesSent(sent[0]!)).toEqual(['traceparent', sampled])
  })
})
