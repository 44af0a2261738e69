import { describe, expect, it } from 'vitest'
import { wrapEnvelope } from './envelope.js'
import { unreadableEntry, type LogEntry } from './log-entry.js'
import { openEntry } from './open-entry.js'

const body = Buffer.from('{"a":1}')
const wrapped = (externalMetadata: Record<string, string> = {}): Buffer =>
  Buffer.concat(wrapEnvelope({ timestampMs: 5, id: 'in-envelope', externalMetadata }, body))

function entry(value: Buffer | null, headers: Record<string, string> = {}): LogEntry {
  const lines = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const)
  return {
    ...unreadableEntry({ topic: 't', partition: 0 }, 1, 1, ''),
    problem: null,
    value,
    headers: () => lines,
  }
}

function open(each: LogEntry): ReturnType<typeof openEntry> & { dropped: number } {
  let dropped = 0
  return { ...openEntry(each, () => dropped++), dropped }
}

describe('the opening of an entry', () => {
  it('takes body, id and publisher headers out of the record', () => {
    const opened = open(
      entry(wrapped({ 'X-Ignored': 'y' }), { id: 'in-header', 'h-Trace-Id': 'abc', sv: '1' }),
    )

    expect(opened).toMatchObject({
      messageId: 'in-header',
      propagated: ['Trace-Id', 'abc'],
      problem: null,
      dropped: 0,
    })
    expect(opened.body.toString()).toBe('{"a":1}')
  })

  it('falls back on the envelope for id and headers, but not for the id among them', () => {
    const opened = open(entry(wrapped({ messageId: 'leaked', 'Trace-Id': 'abc' })))

    expect(opened).toMatchObject({ messageId: 'in-envelope', propagated: ['Trace-Id', 'abc'] })
  })

  it('takes a value without envelope as it is', () => {
    expect(open(entry(Buffer.from('{"raw":1}')))).toMatchObject({
      messageId: '',
      propagated: null,
      problem: null,
    })
  })

  it('leaves out headers that HTTP cannot carry, and counts them', () => {
    const headers = {
      'h-Good': 'ö',
      'h-Bad Name': 'x',
      'h-Bad': 'a\r\nb',
      'h-Emoji': '😀',
      'h-Upgrade': 'h2c',
    }

    expect(open(entry(wrapped(), headers))).toMatchObject({ propagated: ['Good', 'ö'], dropped: 4 })
  })

  it.each([
    ['no value', entry(null, { id: 'i' }), 'i', ''],
    [
      'a broken envelope',
      entry(Buffer.from('{"_w":true,"metadata":{"id":7},"message":1}')),
      '',
      '{"_w":true',
    ],
    ['an unreadable batch', unreadableEntry({ topic: 't', partition: 0 }, 1, 9, 'bad checksum'), '', ''],
  ])('says what is wrong with %s', (_what, each, messageId, start) => {
    const opened = open(each)

    expect(opened.problem).toMatch(/^UNPARSABLE: /)
    expect(opened.messageId).toBe(messageId)
    expect(opened.body.toString()).toMatch(new RegExp(`^${start.replace('{', '\\{')}`))
  })
})
