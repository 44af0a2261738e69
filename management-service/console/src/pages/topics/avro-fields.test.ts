import { describe, expect, it } from 'vitest'
import { fieldsOf } from './avro-fields.js'

const record = (name: string, ...fields: readonly object[]): object => ({ type: 'record', name, fields })

describe('the fields of an AVRO record', () => {
  it.each([
    ['string', 'string'],
    [['null', 'int'], 'int or null'],
    [{ type: 'array', items: 'long' }, 'list of long'],
    [{ type: 'map', values: ['null', 'string'] }, 'map of string or null'],
    [{ type: 'enum', name: 'State', symbols: ['NEW', 'PAID'] }, 'one of NEW, PAID'],
    [{ type: 'fixed', name: 'Hash', size: 16 }, '16 bytes'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'timestamp-millis (long)'],
    ['shop.Address', 'shop.Address'],
    [{ type: 'string' }, 'string'],
  ])('%j is written %s', (type, words) => {
    expect(fieldsOf(record('User', { name: 'a', type }))).toEqual([
      { path: 'a', type: words, fallback: null, doc: '' },
    ])
  })

  it('of records inside it stand below their own, with defaults and words', () => {
    const address = record('Address', { name: 'city', type: 'string', doc: 'In its own language' })
    const schema = record(
      'User',
      { name: 'home', type: ['null', address], default: null },
      { name: 'others', type: { type: 'array', items: record('Other', { name: 'city', type: 'string' }) } },
    )

    expect(fieldsOf(schema)).toEqual([
      { path: 'home', type: 'Address or null', fallback: 'null', doc: '' },
      { path: 'home.city', type: 'string', fallback: null, doc: 'In its own language' },
      { path: 'others', type: 'list of Other', fallback: null, doc: '' },
      { path: 'others[].city', type: 'string', fallback: null, doc: '' },
    ])
  })

  it('end where a record stands inside itself, and at their bound', () => {
    const node = { type: 'record', name: 'Node', fields: [] as object[] }
    node.fields.push({ name: 'next', type: ['null', node] })
    const wide = record(
      'Wide',
      ...Array.from({ length: 600 }, (_each, at) => ({ name: `f${at}`, type: 'int' })),
    )

    expect(fieldsOf(node).map(({ path }) => path)).toEqual(['next'])
    expect(fieldsOf(wide)).toHaveLength(500)
  })

  it.each(['string', null, {}, { type: 'enum', name: 'E', symbols: ['A'] }])('are none in %j', schema => {
    expect(fieldsOf(schema)).toEqual([])
  })
})
