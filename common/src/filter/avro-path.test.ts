import { describe, expect, it } from 'vitest'
import { createLenientEncoder } from '../schema/avro/lenient.js'
import { compileAvroSchema, type AvroSchema } from '../schema/avro/schema.js'
import { compileFilters, createInspector } from './filters.js'

const inner = {
  type: 'record',
  name: 'Line',
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'count', type: ['null', 'int'], default: null },
  ],
}
const schema = compileAvroSchema(
  JSON.stringify({
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'lines', type: { type: 'array', items: inner } },
      { name: 'tags', type: { type: 'map', values: 'string' } },
      { name: 'first', type: ['null', 'Line'], default: null },
    ],
  }),
) as AvroSchema

const order = {
  id: 7,
  lines: [{ sku: 'a', count: 1 }, { sku: 'b' }],
  tags: { colour: 'red' },
  first: { sku: 'x' },
}

function outcome(path: string, matcher: string, more: object = {}): string {
  const compiled = compileFilters([{ type: 'avropath', path, matcher, ...more }], 'AVRO')
  if (compiled === null) return 'no filter'
  if ('problem' in compiled) return compiled.problem
  const encoded = createLenientEncoder().encode(schema, Buffer.from(JSON.stringify(order)))
  if ('problem' in encoded) throw new Error(encoded.problem)
  const avro = { known: { version: 1, id: 1, schema }, record: encoded.bytes, isBody: true }
  return createInspector().judge(compiled, { body: encoded.bytes, avro, propagated: null }).kind
}

describe('an avropath filter', () => {
  it.each<[string, string, string, object?]>([
    ['a field', '.id', '7'],
    ['a field without the dot in front', 'id', '7'],
    ['an item', 'lines[0].sku', 'a'],
    ['all items', 'lines[*].sku', '[ab]'],
    ['any item', 'lines[*].sku', 'b', { matchingStrategy: 'ANY' }],
    ['a key of a map', 'tags.colour', 'red'],
    ['the branch of a union', '.first.sku.', 'x'],
    ['null at the end', 'note', 'null'],
    ['null in an item', 'lines[1].count', 'null'],
    ['a field that the schema does not have', 'nothing', 'null'],
    ['a key that is not there', 'tags.size', 'null'],
    ['an index out of range at the end', 'lines[9]', 'null'],
    ['a record as a whole', 'lines[0]', '\\{"sku": "a", "count": 1\\}'],
    ['a list as a whole', 'lines', '\\[.*"sku": "b".*\\]'],
  ])('passes %s', (_what, path, matcher, more) => {
    expect(outcome(path, matcher, more)).toBe('passed')
  })

  it.each<[string, string, string]>([
    ['another text', 'id', '8'],
    ['an item that differs', 'lines[*].sku', 'a'],
    ['a path that goes on behind null', 'note.more', 'null'],
    ['a path that goes on behind nothing', 'nothing.more', 'null'],
    ['a path through a scalar', 'id.more', 'null'],
    ['an index of what is no array', 'id[0]', '.*'],
    ['an index out of range before the end', 'lines[9].sku', 'null'],
    ['items of what is no array', 'tags[*]', '.*'],
  ])('keeps out %s', (_what, path, matcher) => {
    expect(outcome(path, matcher)).toBe('filtered')
  })

  it.each([
    ['', /is empty/],
    ['...', /is empty/],
    ['a..b', /needs a name.*at position 2/],
    ['a[b]', /needs a name/],
    ['[0]', /needs a name/],
    [Array(33).fill('a').join('.'), /more than 32 steps/],
    ['a'.repeat(1_025), /longer than 1024/],
  ])('is refused with the path %j', (path, problem) => {
    expect(outcome(path, 'x')).toMatch(problem)
  })
})
