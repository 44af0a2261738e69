import { describe, expect, it } from 'vitest'
import { readDeliverHeaders, type DeliverHeaders } from './deliver-headers.js'

const nowMs = Date.parse('2026-05-01T12:00:00Z')
const hourMs = 3_600_000
const limit = { delayMsMax: 24 * hourMs, reason: 'so long does g.t keep its messages (retentionTime)' }

function read(headers: Partial<DeliverHeaders>): number | string {
  const read = readDeliverHeaders({ at: undefined, after: undefined, ...headers }, nowMs, limit)
  return typeof read === 'number' ? read - nowMs : `${read.code} ${read.message}`
}

describe('Deliver-At', () => {
  it.each([
    ['Fri, 01 May 2026 13:00:00 GMT', hourMs],
    ['Friday, 01-May-26 13:00:00 GMT', hourMs],
    ['Fri May  1 13:00:00 2026', hourMs],
    ['2026-05-01T13:00:00Z', hourMs],
    ['2026-05-01T15:00+02:00', hourMs],
    ['2026-05-01T12:00:01.5Z', 1_500],
    [String(nowMs + 7), 7],
    ['1994-11-06T08:49:37Z', Date.parse('1994-11-06T08:49:37Z') - nowMs],
    ['2026-05-02T12:00:00Z', 24 * hourMs],
    [' 2026-05-01T13:00:00Z ', hourMs],
  ])('understands %j', (at, expected) => {
    expect(read({ at })).toBe(expected)
  })

  it.each([
    '',
    'tomorrow',
    '2026-05-01',
    '2026-05-01T13:00:00',
    '2026-05-01 13:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    'Sat, 30 Feb 2027 00:00:00 GMT',
    '1777636800',
    '2026-05-01T13:00:00Z, 2026-05-01T14:00:00Z',
    '9'.repeat(100),
  ])('refuses %j, and says what to write', at => {
    expect(read({ at })).toMatch(/^VALIDATION_ERROR Deliver-At ".*" is not understood; write an HTTP-date,/)
  })

  it('says in detail which header is wrong and what its limit is', () => {
    const refused = readDeliverHeaders({ at: undefined, after: 'P2D' }, nowMs, limit)

    expect(refused).toMatchObject({ about: { field: 'Deliver-After', limit: 24 * hourMs } })
  })

  it('refuses what lies beyond the limit, with whose limit it is', () => {
    expect(read({ at: '2026-05-02T12:00:00.001Z' })).toBe(
      'VALIDATION_ERROR Deliver-At lies 24.1 h ahead, at most 24 h are allowed: ' +
        'so long does g.t keep its messages (retentionTime).',
    )
  })
})

describe('Deliver-After', () => {
  it.each([
    ['0', 0],
    ['90', 90_000],
    ['PT10M', 600_000],
    ['PT1H30M', 1.5 * hourMs],
    ['P1D', 24 * hourMs],
    ['PT0.25S', 250],
    ['P0W', 0],
  ])('understands %j', (after, expected) => {
    expect(read({ after })).toBe(expected)
  })

  it.each(['', '-1', '+1', '1.5', '1e3', '10m', 'P', 'PT', 'P1DT', 'P1M', 'P1Y', 'PT10', 'pt10m', '1, 2'])(
    'refuses %j, and says what to write',
    after => {
      expect(read({ after })).toMatch(/^VALIDATION_ERROR Deliver-After ".*" is not understood; write whole/)
    },
  )

  it.each(['86401', 'P2D', '999999999999', `PT${'9'.repeat(40)}S`])('refuses %j, beyond the limit', after => {
    expect(read({ after })).toMatch(/^VALIDATION_ERROR Deliver-After lies .* ahead, at most 24 h are allowed/)
  })

  it('is refused beside Deliver-At', () => {
    expect(read({ at: '2026-05-01T13:00:00Z', after: '1' })).toMatch(/are both given; send one of them/)
  })
})
