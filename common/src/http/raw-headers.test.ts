import { describe, expect, it } from 'vitest'
import { firstHeaderValue, headerLineCount, hopByHopHeaders } from './raw-headers.js'

const raw = ['Host', 'x', 'Partition-Key', 'first', 'PARTITION-KEY', 'second', 'Empty', '']

describe('raw headers', () => {
  it('are counted by line, repeated names too', () => {
    expect(headerLineCount(raw)).toBe(4)
    expect(headerLineCount([])).toBe(0)
  })

  it.each([
    ['partition-key', 'first'],
    ['empty', ''],
    ['absent', undefined],
    ['__proto__', undefined],
  ])('give the first value of %s: %s', (name, value) => {
    expect(firstHeaderValue(raw, name)).toBe(value)
  })

  it('know what belongs to one connection', () => {
    expect(hopByHopHeaders.has('transfer-encoding')).toBe(true)
    expect(hopByHopHeaders.has('traceparent')).toBe(false)
  })
})
