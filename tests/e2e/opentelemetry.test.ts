/**
 * A message's way from its publisher through Kafka to the webhook is one trace in any OpenTelemetry
 * collector; what nobody records leaves no span, and a collector that is away harms nothing.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startSpanCollector, type CollectedSpan, type SpanCollector } from '../support/span-collector.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const kinds = { server: 2, client: 3, producer: 4, consumer: 5 }

let stack: TestStack
let subscriber: Subscriber
let collector: SpanCollector
beforeAll(async () => {
  subscriber = await startSubscriber()
  collector = await startSpanCollector()
  const tracing = {
    'tracing.otlp.endpoint': collector.url,
    'tracing.otlp.headers': 'Authorization=Bearer of-the-test',
    'tracing.period': '50ms',
  }
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: { 'frontend-service': tracing, 'consumers-service': tracing },
  })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const newTraceId = (): string => crypto.randomUUID().replaceAll('-', '')
const publisherSpan = 'b7ad6b7169203331'
const spanIdIn = (traceparent: string | undefined): string => traceparent?.split('-')[2] ?? ''

/** The spans of a trace once there are so many. */
function trace(traceId: string, count: number): Promise<readonly CollectedSpan[]> {
  return eventually(() => {
    const spans = collector.spans(traceId)
    if (spans.length < count) throw new Error(`${spans.length} spans of ${count}`)
    return spans
  })
}

const ofKind = (spans: readonly CollectedSpan[], kind: keyof typeof kinds): readonly CollectedSpan[] =>
  spans
    .filter(span => span.kind === kinds[kind])
    .sort((one, other) => (one.startNanos < other.startNanos ? -1 : 1))

describe('the trace of a message', () => {
  it('goes from the request through Kafka and each attempt to what the receiver is told', async () => {
    subscriber.answerWith(({ retryCount }) => ({ status: retryCount === 0 ? 500 : 200 }))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/retried`, {
      subscriptionPolicy: { messageBackoff: 100 },
    })
    const traceId = newTraceId()
    const headers = { traceparent: `00-${traceId}-${publisherSpan}-01` }
    const answer = await stack.publish(topic, '{"a":1}', { headers })
    const requests = await subscriber.waitFor(2, { path: '/retried' })

    const spans = await trace(traceId, 6)
    const [request] = ofKind(spans, 'server')
    const [sending] = ofKind(spans, 'producer')
    const works = ofKind(spans, 'consumer')
    const attempts = ofKind(spans, 'client')
    expect(spans.map(({ service }) => service).sort()).toEqual([
      ...Array<string>(4).fill('iris-consumers'),
      ...Array<string>(2).fill('iris-frontend'),
    ])
    expect(request).toMatchObject({ parentSpanId: publisherSpan, error: null })
    expect(request?.attributes).toMatchObject({ 'http.response.status_code': 201 })
    expect(sending).toMatchObject({ parentSpanId: request?.spanId, name: `send ${topic}` })
    expect(sending?.attributes['messaging.message.id']).toBe(answer.headers.get('hermes-message-id'))
    expect(works.map(span => span.parentSpanId)).toEqual([sending?.spanId, sending?.spanId])
    expect(works.map(({ attributes }) => attributes['iris.delivery.outcome'])).toEqual(['retry', 'delivered'])
    expect(works[1]?.attributes).toMatchObject({
      'iris.subscription': name,
      'messaging.kafka.offset': sending?.attributes['messaging.kafka.offset'],
    })
    expect(attempts.map(span => span.parentSpanId)).toEqual(works.map(span => span.spanId))
    expect(attempts.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([500, 200])
    expect(attempts.map(({ error }) => error !== null)).toEqual([true, false])
    expect(requests.map(each => spanIdIn(each.headers['traceparent']))).toEqual(
      attempts.map(span => span.spanId),
    )
    expect(requests.every(each => each.headers['traceparent']?.includes(traceId))).toBe(true)
    for (const { startNanos, endNanos } of spans) expect(endNanos).toBeGreaterThanOrEqual(startNanos)
    expect(collector.problems()).toEqual([])
    expect(collector.lastHeaders()).toMatchObject({ authorization: 'Bearer of-the-test' })
  })

  it('begins where the publisher sent none, and none is recorded that the publisher does not record', async () => {
    subscriber.answerWith(() => ({}))
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/sampled`)
    const unrecorded = `00-${newTraceId()}-${publisherSpan}-00`
    await stack.publish(topic, '{"a":1}', { headers: { traceparent: unrecorded } })
    await subscriber.waitFor(1, { path: '/sampled' })
    await stack.publish(topic, '{"a":2}')
    const [first, second] = await subscriber.waitFor(2, { path: '/sampled' })

    expect(first?.headers['traceparent']).toBe(unrecorded)
    const [, traceId = ''] = second?.headers['traceparent']?.split('-') ?? []
    const spans = await trace(traceId, 4)
    expect(ofKind(spans, 'server')[0]?.parentSpanId).toBe('')
    expect(spanIdIn(second?.headers['traceparent'])).toBe(ofKind(spans, 'client')[0]?.spanId)
    // Spans go out in the order in which they ended, so those of the first would be here by now.
    expect(collector.spans(unrecorded.split('-')[1])).toEqual([])
  })

  it('is linked to by the attempt that delivers it in a batch', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/batch`, {
      ...{ deliveryType: 'BATCH' },
      subscriptionPolicy: { batchSize: 2, batchTime: 60_000, batchVolume: 100_000, requestTimeout: 10_000 },
    })
    const traceIds = [newTraceId(), newTraceId()]
    for (const each of traceIds) {
      const headers = { traceparent: `00-${each}-${publisherSpan}-01`, 'Partition-Key': 'k' }
      await stack.publish(topic, '{"a":1}', { headers })
    }
    const [request] = await subscriber.waitFor(1, { path: '/batch' })
    const [, batchTrace = ''] = request?.headers['traceparent']?.split('-') ?? []

    const spans = await trace(batchTrace, 2)
    const published = await Promise.all(
      traceIds.map(async each => ofKind(await trace(each, 2), 'producer')[0]),
    )
    const links = ofKind(spans, 'consumer')[0]?.links
    expect(links).toEqual(published.map(span => ({ traceId: span?.traceId, spanId: span?.spanId })))
    expect(spanIdIn(request?.headers['traceparent'])).toBe(ofKind(spans, 'client')[0]?.spanId)
  })

  it('is dropped, and nothing else is, while the collector is away', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/away`)
    await collector.stop()
    for (let each = 0; each < 20; each++) await stack.publish(topic, `{"a":${each}}`)
    const requests = await subscriber.waitFor(20, { path: '/away' })

    expect(requests).toHaveLength(20)
    const metrics = await (await fetch(`${stack.frontends[0]?.url}/status/prometheus`)).text()
    expect(metrics).toMatch(/^hermes_frontend_spans_waiting \d+$/m)
    expect(metrics).toMatch(/^hermes_frontend_spans_dropped_total\{reason="collector"\} \d+$/m)
  })
})
