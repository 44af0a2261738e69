import { describe, expect, it } from 'vitest'
import { exampleMessage } from './example-message.js'

const record = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'User', namespace: 'acme', fields })
const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }

describe('the message to begin with', () => {
  it('has the members that a record asks for, and no others', () => {
    const schema = record(
      { name: 'name', type: 'string' },
      { name: 'age', type: 'int' },
      { name: 'nick', type: ['null', 'string'] },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['NEW', 'OLD'] } },
      { name: 'again', type: 'Kind' },
      { name: 'tags', type: { type: 'array', items: 'string' } },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'code', type: { type: 'fixed', name: 'Code', size: 3 } },
      { name: 'rates', type: { type: 'map', values: 'double' } },
      { name: 'optional', type: 'string', default: '' },
      metadata,
    )

    expect(JSON.parse(exampleMessage(schema))).toEqual({
      ...{ name: 'text', age: 1, nick: null, kind: 'NEW', again: 'NEW', tags: ['text'], at: 1 },
      ...{ code: 'xxx', rates: { key: 1.5 } },
    })
  })

  it('ends where a record holds itself', () => {
    const schema = record({ name: 'next', type: ['null', 'acme.User'] }, { name: 'id', type: 'long' })

    expect(exampleMessage(schema)).toBe('{"next":null,"id":1}')
    expect(exampleMessage(record({ name: 'next', type: 'User' }))).toContain('"next":')
  })

  it.each([undefined, null, '', 'no JSON', '7'])('is a greeting where no schema can be read: %j', schema => {
    expect(exampleMessage(schema)).toBe('{"hello":"world"}')
  })
})
