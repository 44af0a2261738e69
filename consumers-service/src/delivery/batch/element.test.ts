import { describe, expect, it } from 'vitest'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openEntry } from '@iris/common/kafka/open-entry'
import { elementOf, elementProblem } from './element.js'

function entryOf(value: string | Buffer, headers: Record<string, string> = {}): LogEntry {
  const entry: LogEntry = {
    ...{ topic: 'g.t', partition: 0, offset: 5, lastOffset: 5, timestampMs: 1_700_000_000_000 },
    ...{ key: null, problem: null },
    value: Buffer.from(value),
    header: () => null,
    headers: () => Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const),
    detach: () => entry,
  }
  return entry
}
const piecesOf = (entry: LogEntry): readonly Buffer[] =>
  elementOf(
    entry,
    openEntry(entry, () => undefined),
  )
const textOf = (entry: LogEntry): string => Buffer.concat([...piecesOf(entry)]).toString()
const wrapped = (body: string, externalMetadata = {}, id = 'one'): Buffer =>
  Buffer.concat(wrapEnvelope({ timestampMs: 1_700_000_000_001, id, externalMetadata }, Buffer.from(body)))
const head = (id: string, external: string, timestamp = 1_700_000_000_000): string =>
  `{"_w":true,"metadata":{"timestamp":${timestamp},"id":"${id}","externalMetadata":${external}},"message":`

describe('an element of a batch', () => {
  it('is the record itself where it is wrapped in the same way already', () => {
    const entry = entryOf(wrapped(' {"a": 1.0}\n'), { id: 'one' })

    expect(piecesOf(entry)).toEqual([entry.value])
    expect(piecesOf(entry)[0]).toBe(entry.value)
    expect(textOf(entry)).toBe(`${head('one', '{}', 1_700_000_000_001)} {"a": 1.0}\n}`)
  })

  it.each([
    ['a record without an envelope', entryOf('{"n": 2}', { id: 'raw' }), `${head('raw', '{}')}{"n": 2}}`],
    ['a record without an id', entryOf('[1]'), `${head('', '{}')}[1]}`],
    [
      'headers of the publisher, together with the id',
      entryOf(wrapped('1', { Trace: 'x' }), { id: 'one', 'h-Trace': 'x', 'h-__proto__': 'p' }),
      `${head('one', '{"Trace":"x","__proto__":"p","messageId":"one"}')}1}`,
    ],
    [
      'headers in the envelope alone, as an older Hermes writes them',
      entryOf(wrapped('1', { Trace: 'x', messageId: 'one' })),
      `${head('one', '{"Trace":"x","messageId":"one"}')}1}`,
    ],
    [
      'another member order',
      entryOf('{"message":{"a":1},"_w":true,"metadata":{"id":"other","timestamp":7}}'),
      `${head('other', '{}')}{"a":1}}`,
    ],
    ['an id that differs from the record’s', entryOf(wrapped('1'), { id: 'two' }), `${head('two', '{}')}1}`],
    [
      'a byte order mark, which no array can hold',
      entryOf(wrapped('\ufeff{"a":1}'), { id: 'one' }),
      `${head('one', '{}')}{"a":1}}`,
    ],
  ])('is wrapped anew for %s', (_what, entry, expected) => {
    expect(textOf(entry)).toBe(expected)
    expect(() => JSON.parse(textOf(entry)) as unknown).not.toThrow()
  })

  it.each([
    ['', /empty/],
    ['{"a":1},{"b":2}', /not JSON/],
    ['}', /not JSON/],
    ['\u0000', /not JSON/],
    [Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
  ])('does not exist for the body %j, and says why', (body, reason) => {
    const content = {
      messageId: '',
      body: Buffer.from(body),
      propagated: null,
      event: null,
      isWrapped: false,
      avro: null,
      problem: null,
    }

    expect(elementProblem(content)).toMatch(/^UNPARSABLE: /)
    expect(elementProblem(content)).toMatch(reason)
    expect(elementProblem({ ...content, body: Buffer.from('\ufeff"fine"') })).toBeNull()
  })
})
