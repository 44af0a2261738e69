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

  describe('that does not obey publishers', () => {
    // The id of the trace ends with 0x1c80319c: it drew a ninth.
    const [wanting, sparing] = [0.12, 0.11].map(ratio => tracer({ isParentObeyed: false, ratio }))

    it('lets the ratio decide on all, and keeps their traces whole', () => {
      for (const value of [sampled, unsampled])
        expect(wanting!.begin(value)).toMatchObject({ traceId, parentId: 'b7ad6b7169203331' })
      for (const value of [sampled, unsampled]) expect(sparing!.begin(value)).toBeNull()
    })

    it('decides on a delivery as it did on the publish', () => {
      expect(wanting!.follow(sampled)).toMatchObject({ traceId })
      expect(sparing!.follow(sampled)).toBeNull()
      expect([wanting!.follows(sampled), sparing!.follows(sampled)]).toEqual([true, false])
      // Nobody recorded it: a publish that is recorded says so.
      expect(wanting!.follow(unsampled)).toBeNull()
    })

    it.each([0, 0.25, 0.4999])('follows the traces that it began itself: drawn %d', drawn => {
      const own = tracer({ isParentObeyed: false, ratio: 0.5 }, drawn)
      const place = own.begin(undefined)!

      expect(own.follow(traceparentOf(place))).toMatchObject({ traceId: place.traceId })
    })
  })

  it.each([true, false])('gives ids that are valid and never the same: %s', isParentObeyed => {
    const { begin, below } = tracer({ isParentObeyed })
    const places = Array.from({ length: 1_000 }, () => begin(undefined)!)

    expect(new Set(places.map(each => each.traceId)).size).toBe(1_000)
    expect(places.every(place => isTraceparent(traceparentOf(place)))).toBe(true)
    const [parent] = places
    expect(below(parent!)).toMatchObject({ traceId: parent!.traceId, parentId: parent!.spanId })
  })
})
