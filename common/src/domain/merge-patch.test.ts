import { describe, expect, it } from 'vitest'
import { mergePatch } from './merge-patch.js'

describe('a merge patch', () => {
  it.each([
    ['replaces scalars', { a: 1, b: 2 }, { a: 3 }, { a: 3, b: 2 }],
    [
      'merges objects at any depth',
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { c: 3 } } },
      { a: { b: { c: 3, d: 2 } } },
    ],
    ['replaces lists', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['keeps null for the reader to judge', { a: { b: 1 } }, { a: null }, { a: null }],
    ['puts an object over a scalar', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['adds what is new', {}, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%s', (_what, stored, patch, expected) => {
    expect(mergePatch(stored, patch)).toEqual(expected)
  })

  it('reaches no prototype', () => {
    const patch = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as object

    mergePatch({}, { ...patch, nested: patch })

    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
