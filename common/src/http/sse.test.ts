import { describe, expect, it } from 'vitest'
import { readEvents } from '@iris/common/http/testing/event-stream'
import { sseComment, sseEvent, ssePosition, sseRetry } from './sse.js'

describe('an event', () => {
  it('has its fields on lines, and ends with an empty one', () => {
    expect(sseEvent({ id: '0-1', event: 'message', data: '{"a":1}' }).toString()).toBe(
      'id: 0-1\nevent: message\ndata: {"a":1}\n\n',
    )
  })

  it.each([
    ['', ''],
    ['\n', '\n'],
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['a\n\nevent: other\ndata: x\n\n', 'a\n\nevent: other\ndata: x\n\n'],
    [' leading', ' leading'],
    [':comment', ':comment'],
    ['{\r\n  "a": 1\r\n}', '{\n  "a": 1\n}'],
  ])('brings %j to its receiver as %j', (data, received) => {
    const text = sseEvent({ id: '0-1', event: 'message', data: Buffer.from(data) }).toString()

    expect(readEvents(text)).toEqual([{ id: '0-1', event: 'message', data: received }])
  })

  it('is no event where it only tells a position, which the receiver keeps all the same', () => {
    const text = sseRetry(1_000) + ssePosition('0-5') + sseComment('heartbeat') + '\n' + 'data: x\n\n'

    expect(readEvents(text)).toEqual([{ id: '0-5', event: 'message', data: 'x' }])
  })
})
