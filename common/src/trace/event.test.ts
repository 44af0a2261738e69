import { describe, expect, it } from 'vitest'
import { decodeTraceEvent, encodeTraceEvent, keyHash, reasonLengthMax, type TraceEvent } from './event.js'

const published: TraceEvent = {
  kind: 'published',
  messageId: 'm1',
  timestamp: 5,
  topicName: 'g.t',
  cluster: 'primary-dc',
  hostname: 'here',
  status: 'SUCCESS',
  partition: 3,
  offset: 9,
}
const sent: TraceEvent = {
  kind: 'sent',
  messageId: 'm1',
  timestamp: 6,
  topicName: 'g.t',
  cluster: 'primary-dc',
  hostname: 'there',
  status: 'DISCARDED',
  subscription: 's',
  batchId: '',
  publishTimestamp: 5,
  partition: 3,
  offset: 9,
  reason: 'gone',
  deadLetter: { topic: 'g.t.s_dlq', partition: 0, offset: 1 },
}

describe('a trace event', () => {
  it.each([['published', published] as const, ['sent', sent] as const])(
    'of kind %s is read as it was written',
    (_kind, event) => {
      expect(decodeTraceEvent(encodeTraceEvent(event))).toEqual(event)
    },
  )

  it('keeps a long reason up to its bound', () => {
    const at = decodeTraceEvent(encodeTraceEvent({ ...sent, reason: 'x'.repeat(reasonLengthMax) }))
    const over = decodeTraceEvent(encodeTraceEvent({ ...sent, reason: 'x'.repeat(reasonLengthMax + 1) }))

    expect(at?.reason).toHaveLength(reasonLengthMax)
    expect(over?.reason).toHaveLength(reasonLengthMax)
  })

  it.each(['', 'text', '{}', '{"kind":"sent"}', JSON.stringify({ ...sent, status: 'LOST' })])(
    'is not made of %j',
    text => {
      expect(decodeTraceEvent(Buffer.from(text))).toBeNull()
    },
  )
})

describe('the hash of a key', () => {
  it('is the same for the same bytes, another for others, and does not show the key', () => {
    expect(keyHash(Buffer.from('customer-7'))).toBe(keyHash(Buffer.from('customer-7')))
    expect(keyHash(Buffer.from('customer-8'))).not.toBe(keyHash(Buffer.from('customer-7')))
    expect(keyHash(Buffer.from('customer-7'))).toMatch(/^[0-9a-f]{16}$/)
  })
})
