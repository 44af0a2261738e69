import { describe, expect, it } from 'vitest'
import { isTraceparent, traceparentOf } from './context.js'
import { createTracer, type TracerOptions } from './tracer.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const sampled = `00-${traceId}-b7ad6b7169203331-01`
const unsampled = `00-${traceId}-b7ad6b7169203331-00`

function tracer(options: Partial<TracerOptions> = {}, drawn = 0.5) {
  return createTracer(
    () => undefined,
    () => drawn,
    { ratio: 1, isParentObeyed: true, ...options },
  )
}

describe('a tracer', () => {
  it("goes on with the publisher's trace, below its span", () => {
    const place = tracer({ ratio: 0 }).begin(sampled)

    expect(place).toMatchObject({ traceId, parentId: 'b7ad6b7169203331' })
    expect(place?.spanId).toMatch(/^[0-9a-f]{16}$/)
  })

  it('records nothing of a trace that the publisher does not record', () => {
    expect(tracer().begin(unsampled)).toBeNull()
    expect(tracer().follow(unsampled)).toBeNull()
  })

  it.each([
    ['no', undefined],
    ['a malformed', '00-1-2-01'],
  ])('begins a trace where there is %s traceparent and the ratio wants it', (_what, value) => {
    expect(tracer({ ratio: 0.6 }).begin(value)).toMatchObject({ parentId: '' })
    expect(tracer({ ratio: 0.5 }).begin(value)).toBeNull()
    expect(tracer({ ratio: 0 }, 0).begin(value)).toBeNull()
    expect(tracer().follow(value)).toBeNull()
  })

  it('lets the ratio decide on all where publishers are not obeyed, and keeps their traces whole', () => {
    const { begin } = tracer({ isParentObeyed: false, ratio: 0.6 })

    expect(begin(unsampled)).toMatchObject({ traceId, parentId: 'b7ad6b7169203331' })
    expect(tracer({ isParentObeyed: false, ratio: 0.1 }).begin(sampled)).toBeNull()
  })

  it('gives ids that are valid and never the same', () => {
    const { begin, below } = tracer()
    const places = Array.from({ length: 1_000 }, () => begin(undefined)!)

    expect(new Set(places.map(each => each.traceId)).size).toBe(1_000)
    expect(places.every(place => isTraceparent(traceparentOf(place)))).toBe(true)
    const [parent] = places
    expect(below(parent!)).toMatchObject({ traceId: parent!.traceId, parentId: parent!.spanId })
  })
})
