import { describe, expect, it } from 'vitest'
import { encodeSpans, rejectedIn } from './otlp.js'
import { Span } from './span.js'

const place = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentId: '' }

function spanOf(change: (span: Span) => void = () => undefined): Span {
  const span = new Span(place, 'producer', 'send g.t', 10.25)
  span.endMs = 11.5
  change(span)
  return span
}

const read = (text: string): unknown =>
  (
    JSON.parse(text) as {
      resourceSpans: [{ scopeSpans: [{ spans: unknown[] }] }]
    }
  ).resourceSpans[0].scopeSpans[0].spans

describe('a request of spans', () => {
  it('has times in nanoseconds since the epoch, to the last digit', () => {
    expect(read(encodeSpans([], [spanOf()], 1_764_133_200_000))).toEqual([
      {
        ...{ traceId: place.traceId, spanId: place.spanId, flags: 1, name: 'send g.t', kind: 4 },
        startTimeUnixNano: '1764133200010250000',
        endTimeUnixNano: '1764133200011500000',
        ...{ attributes: [], status: {} },
      },
    ])
  })

  it('names the parent where there is one, and what went wrong', () => {
    const child = new Span({ ...place, parentId: 'c'.repeat(16) }, 'client', 'POST', 0)
    child.error = 'a "quoted" reason\n'

    expect(read(encodeSpans([], [child], 0))).toMatchObject([
      { parentSpanId: 'c'.repeat(16), kind: 3, status: { code: 2, message: 'a "quoted" reason\n' } },
    ])
  })

  it('has attributes by their kind, and leaves out what is not known', () => {
    const span = spanOf(each =>
      each
        .set('text', 'ü"')
        .set('whole', 2 ** 53 - 1)
        .set('part', 0.5)
        .set('flag', true)
        .set('none', null)
        .set('a "name"', ''),
    )

    expect(read(encodeSpans([], [span], 0))).toMatchObject([
      {
        attributes: [
          { key: 'text', value: { stringValue: 'ü"' } },
          { key: 'whole', value: { intValue: '9007199254740991' } },
          { key: 'part', value: { doubleValue: 0.5 } },
          { key: 'flag', value: { boolValue: true } },
          { key: 'a "name"', value: { stringValue: '' } },
        ],
      },
    ])
  })

  it('links to spans of other traces, and says nothing of links where there are none', () => {
    const link = { traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }
    const linked = new Span(place, 'consumer', 'deliver g.t', 0, [link])

    expect(read(encodeSpans([], [linked], 0))).toMatchObject([{ links: [link] }])
    expect(encodeSpans([], [spanOf()], 0)).not.toContain('links')
  })

  it('says once whose spans they are', () => {
    expect(JSON.parse(encodeSpans(['service.name', 'iris-frontend'], [spanOf(), spanOf()], 0))).toMatchObject(
      {
        resourceSpans: [
          { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'iris-frontend' } }] } },
        ],
      },
    )
  })
})

describe('an answer of a collector', () => {
  it.each([
    ['{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}', 3],
    ['{"partialSuccess":{"rejectedSpans":2}}', 2],
    ['{"partialSuccess":{}}', 0],
    ['{}', 0],
    ['', 0],
    ['null', 0],
    ['<html>', 0],
    ['{"partialSuccess":{"rejectedSpans":"many"}}', 0],
  ])('%s: %i spans were not taken', (answer, count) => {
    expect(rejectedIn(answer)).toBe(count)
  })
})
