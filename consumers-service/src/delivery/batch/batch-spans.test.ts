import { describe, expect, it } from 'vitest'
import { remoteSpanOf } from '@iris/common/tracing/context'
import type { AttributeValue, Span } from '@iris/common/tracing/span'
import { createTracer, type TracerOptions } from '@iris/common/tracing/tracer'
import { batchWorld } from '../testing/batch-world.js'

const published = {
  one: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  other: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
}
const traceparent = ({ traceId, spanId }: { traceId: string; spanId: string }, flags = '01'): string =>
  `00-${traceId}-${spanId}-${flags}`

function attributesOf(span: Span | undefined): Record<string, AttributeValue> {
  const { attributes = [] } = span ?? {}
  const names = attributes.filter((_, index) => index % 2 === 0)
  return Object.fromEntries(names.map((name, index) => [String(name), attributes[2 * index + 1] ?? '']))
}

function setUp(options: TracerOptions = { ratio: 0, isParentObeyed: true }) {
  const spans: Span[] = []
  const record = (span: Span): void => void spans.push(span)
  const tracer = createTracer(record, () => 1, options)
  return { spans, ...batchWorld({}, {}, tracer) }
}

describe('the spans of a batch', () => {
  it('are a trace of their own with a link to each message that is traced', async () => {
    const { open, answer, sent, spans } = setUp()
    await open(0, [
      { body: 'a', traceparent: traceparent(published.one) },
      { body: 'b', traceparent: traceparent(published.other) },
      { body: 'c' },
    ])
    const told = sent[0]?.batch.spans?.traceparent ?? ''
    await answer(200)

    const [work, request] = spans
    expect(work).toMatchObject({ kind: 'consumer', error: null, links: [published.one, published.other] })
    expect(work?.place.parentId).toBe('')
    expect([published.one.traceId, published.other.traceId]).not.toContain(work?.place.traceId)
    expect(attributesOf(work)).toMatchObject({
      ...{ 'messaging.batch.message_count': 3, 'iris.batch.delivered_count': 3, 'iris.batch.id': 'batch-1' },
    })
    expect(request).toMatchObject({ kind: 'client', error: null })
    expect(request?.place).toMatchObject({ traceId: work?.place.traceId, parentId: work?.place.spanId })
    expect(remoteSpanOf(told)).toEqual({ traceId: work?.place.traceId, spanId: request?.place.spanId })
  })

  it('say how many were not delivered, and are made anew for what is left', async () => {
    const { open, answer, answerParts, time, spans } = setUp()
    await open(
      0,
      ['a', 'b', 'c'].map(body => ({ body, traceparent: traceparent(published.one) })),
    )
    await answerParts([{ body: 'b', status: 503 }])
    await time.advance(1_000)
    await answer(200)

    expect(spans.filter(({ kind }) => kind === 'consumer').map(({ error }) => error)).toEqual([
      '1 of 3 messages were not delivered',
      null,
    ])
    expect(attributesOf(spans[0])).toMatchObject({ 'error.type': 'parts', 'iris.delivery.attempt': 1 })
    expect(attributesOf(spans[2])).toMatchObject({
      ...{ 'messaging.batch.message_count': 1, 'iris.delivery.attempt': 2 },
    })
  })

  it('link to those alone that the ratio wants, where publishers are not obeyed', async () => {
    const { open, answer, spans } = setUp({ ratio: 0.06, isParentObeyed: false })
    await open(0, [
      { body: 'a', traceparent: traceparent(published.one) },
      { body: 'b', traceparent: traceparent(published.other) },
      { body: 'c', traceparent: traceparent(published.other, '00') },
    ])
    await answer(200)

    expect(spans[0]?.links).toEqual([published.other])
  })

  it('are none where no message is traced', async () => {
    const { open, answer, sent, spans } = setUp()
    await open(0, [
      { body: 'a' },
      { body: 'b', traceparent: traceparent(published.one, '00') },
      { body: 'c', traceparent: 'junk' },
    ])
    expect(sent[0]?.batch.spans).toBeNull()
    await answer(200)

    expect(spans).toEqual([])
  })
})
