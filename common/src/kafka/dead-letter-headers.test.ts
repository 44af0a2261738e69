import { describe, expect, it } from 'vitest'
import { readDeadLetterHeaders, writeDeadLetterHeaders, type DeadLetterFacts } from './dead-letter-headers.js'

const facts: DeadLetterFacts = {
  reason: 'Message sending failed with status code: 500',
  class: 'expired',
  attempts: 4,
  cause: '500',
  lastStatus: 500,
  topic: 'shop.orders',
  subscription: 'billing',
  partition: 3,
  offset: 42,
  publishedMs: 1_700_000_000_000,
}
const readBack = (written: DeadLetterFacts): DeadLetterFacts | null => {
  const lines = new Map(writeDeadLetterHeaders(written))
  return readDeadLetterHeaders(name => lines.get(name) ?? null)
}

describe('the headers of a dead letter', () => {
  it('say what happened, and read back alike', () => {
    expect(
      Object.fromEntries(writeDeadLetterHeaders(facts).map(([name, value]) => [name, String(value)])),
    ).toEqual({
      'Dlq-Reason': 'Message sending failed with status code: 500',
      'Dlq-Class': 'expired',
      'Dlq-Cause': '500',
      'Dlq-Retry-Count': '4',
      'Dlq-Status-Code': '500',
      'Dlq-Source-Topic': 'shop.orders',
      'Dlq-Subscription': 'billing',
      'Dlq-Partition': '3',
      'Dlq-Offset': '42',
      'Dlq-Published': '1700000000000',
    })
    expect(readBack(facts)).toEqual(facts)
  })

  it('leave the status out where no answer came, and cut a long reason', () => {
    expect(readBack({ ...facts, lastStatus: null })?.lastStatus).toBeNull()
    expect(readBack({ ...facts, reason: 'x'.repeat(5000) })?.reason).toHaveLength(1000)
  })

  it('are not found on other records, and junk in them does no harm', () => {
    expect(readDeadLetterHeaders(() => null)).toBeNull()
    expect(readDeadLetterHeaders(() => Buffer.from('junk'))).toMatchObject({
      class: 'pipeline',
      offset: -1,
      attempts: 0,
    })
  })
})
