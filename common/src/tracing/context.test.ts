import { describe, expect, it } from 'vitest'
import { isSampled, isTraceparent, lotOf, lotText, remoteSpanOf, traceparentOf } from './context.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

describe('a traceparent', () => {
  it.each([
    `00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-ff`,
    `01-${traceId}-${spanId}-01`,
    `01-${traceId}-${spanId}-01-and-more`,
  ])('is %s', value => {
    expect(isTraceparent(value)).toBe(true)
    expect(remoteSpanOf(value)).toEqual({ traceId, spanId })
    expect(isSampled(value)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['too short', '00-1-2-01'],
    ['of the version that is never valid', `ff-${traceId}-${spanId}-01`],
    ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['without a span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['with more behind it than version 00 has', `00-${traceId}-${spanId}-01-x`],
    ['of a later version, with something glued to it', `01-${traceId}-${spanId}-01x`],
    ['with other characters between its parts', `00_${traceId}_${spanId}_01`],
    ['not in hex', `00-${traceId.replace('a', 'g')}-${spanId}-01`],
  ])('is not what is %s', (_what, value) => {
    expect(isTraceparent(value)).toBe(false)
  })

  it.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['03', true],
    ['0a', false],
  ])('with the flags %s is sampled: %s', (flags, sampled) => {
    expect(isSampled(`00-${traceId}-${spanId}-${flags}`)).toBe(sampled)
  })

  it.each([
    ['00000000', 0],
    ['80000000', 0.5],
    ['ffffffff', 1 - 2 ** -32],
  ])('of a trace that ends with %s has the lot %d', (end, lot) => {
    expect(lotOf(`00-${traceId.slice(0, -8)}${end}-${spanId}-01`)).toBe(lot)
    expect(lotText(lot)).toBe(end)
  })

  it('is written as it is read', () => {
    expect(remoteSpanOf(traceparentOf({ traceId, spanId }))).toEqual({ traceId, spanId })
    expect(isTraceparent(traceparentOf({ traceId, spanId }))).toBe(true)
  })
})
