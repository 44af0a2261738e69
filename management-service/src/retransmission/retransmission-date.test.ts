import { describe, expect, it } from 'vitest'
import { retransmissionDateMs } from './retransmission-date.js'

const read = (retransmissionDate: unknown): number => retransmissionDateMs({ retransmissionDate })

describe('the date of a retransmission', () => {
  it.each([
    ['2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
    ['2026-01-01T02:00:00.5+02:00', Date.UTC(2026, 0, 1) + 500],
    [1_767_225_600, Date.UTC(2026, 0, 1)],
    [1_767_225_600.25, Date.UTC(2026, 0, 1) + 250],
  ])('%j is read', (date, timeMs) => {
    expect(read(date)).toBe(timeMs)
  })

  it.each([undefined, null, ''])('%j is missing', date => {
    expect(() => read(date)).toThrow(
      'SubscriptionsEndpoint.retransmit.arg3.retransmissionDate must not be null',
    )
    expect(() => retransmissionDateMs(null)).toThrow('must not be null')
  })

  it.each(['2026-01-01', 'soon', {}, [], true, 1e300])('%j cannot be read', date => {
    expect(() => read(date)).toThrow('retransmissionDate must be a date and time with offset')
  })
})
