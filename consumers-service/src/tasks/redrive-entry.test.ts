import { describe, expect, it } from 'vitest'
import { eventHeadersOf } from '@iris/common/cloudevents/kafka-headers'
import { createMemoryLog } from '@iris/common/dead-letters/testing/memory-log'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openEntry } from '@iris/common/kafka/open-entry'
import { redriveEntry } from './redrive-entry.js'

function dead(body: string | Buffer, headers: [string, string][] = []): LogEntry {
  const memory = createMemoryLog(7)
  const lines = headers.map(([name, value]) => [name, Buffer.from(value)] as const)
  memory.append({ key: Buffer.from('k'), value: Buffer.from(body), headers: lines })
  const found: LogEntry[] = []
  void memory.log.scan(7, 8, entry => void found.push(entry))
  return found[0]!
}

describe('a dead letter on its way back', () => {
  const facts: [string, string][] = [
    ['id', 'm-1'],
    ['h-Trace', 'abc'],
    ['Dlq-Reason', 'boom'],
    ['Dlq-Cause', '500'],
    ['Dlq-Partition', '3'],
    ['Dlq-Offset', '1024'],
    ['Dlq-Published', '5'],
  ]

  it('is the message as it was published, at the offset of the letter', () => {
    const entry = redriveEntry(dead('{"a":1}', facts))
    const content = openEntry(entry, () => undefined)

    expect(content).toMatchObject({ messageId: 'm-1', propagated: ['Trace', 'abc'], problem: null })
    expect(content.body.toString()).toBe('{"a":1}')
    expect(entry).toMatchObject({ offset: 7, timestampMs: 5, published: { partition: 3, offset: 1024 } })
    expect(entry.key?.toString()).toBe('k')
    // What it may die of next is not what it died of.
    expect(entry.headers().map(([name]) => name)).toEqual(['id', 'h-Trace'])
  })

  it('is the same CloudEvent again', () => {
    const attributes = [
      'specversion',
      '1.0',
      'id',
      'e',
      'source',
      '/s',
      'type',
      't',
      'datacontenttype',
      'a/b',
    ]
    const lines = eventHeadersOf(attributes).map(([name, value]): [string, string] => [name, String(value)])

    expect(openEntry(redriveEntry(dead('1', [...facts, ...lines])), () => undefined).event).toEqual(
      attributes,
    )
    expect(openEntry(redriveEntry(dead('1', facts)), () => undefined).event).toBeNull()
  })

  it.each([
    '',
    'no json',
    '{"_w":true,"metadata":{}}',
    '{"_w":true,"metadata":{"id":"x","timestamp":1},"message":1}',
  ])('with the body %j is sent as it is', body => {
    const content = openEntry(redriveEntry(dead(body, facts)), () => undefined)

    expect([content.body.toString(), content.messageId, content.problem]).toEqual([body, 'm-1', null])
  })

  it('that says nothing of itself has no place, and is sent all the same', () => {
    const entry = redriveEntry(dead('x'))

    expect(entry.published).toBeNull()
    expect(openEntry(entry, () => undefined)).toMatchObject({ messageId: '', problem: null })
  })
})
