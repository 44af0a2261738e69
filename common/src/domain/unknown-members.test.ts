import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withUnknownMembers } from './unknown-members.js'

describe('the members that reading a text dropped', () => {
  it('stay when it is written again, at any depth, behind those that are understood', () => {
    const former = { a: 1, future: [1], policy: { rate: 1, burst: { of: 2 } }, owner: { id: 'x' } }
    const understood = { a: 1, policy: { rate: 1 }, owner: { id: 'x' } }

    const written = withUnknownMembers({ a: 2, policy: { rate: 5 }, owner: { id: 'x' } }, former, understood)

    expect(JSON.stringify(written)).toBe(
      '{"a":2,"policy":{"rate":5,"burst":{"of":2}},"owner":{"id":"x"},"future":[1]}',
    )
  })

  it.each([
    ['what a change removed', {}, { ordering: 'KEY' }, { ordering: 'KEY' }, {}],
    ['what is written now', { retry: 1 }, { retry: 2 }, {}, { retry: 1 }],
    ['a null', {}, { oAuthPolicy: null }, {}, {}],
    ['what stood where no object is now', { p: 1 }, { p: { new: 1 } }, { p: {} }, { p: 1 }],
    ['members inside a list', { l: [] }, { l: [{ new: 1 }] }, { l: [{}] }, { l: [] }],
  ])('never bring back %s', (_what, next, former, understood, expected) => {
    expect(withUnknownMembers(next, former, understood)).toEqual(expected)
  })

  it('are never lost: a text written unchanged holds every member that it held', () => {
    const plain = fc.jsonValue({ maxDepth: 3 }).filter(value => value !== null)
    fc.assert(
      fc.property(fc.dictionary(fc.string(), plain), fc.func(fc.boolean()), (former, isUnderstood) => {
        const understood = Object.fromEntries(Object.entries(former).filter(([name]) => isUnderstood(name)))

        expect(withUnknownMembers(understood, former, understood)).toEqual(former)
      }),
      { numRuns: 200 },
    )
  })

  it('may have the names of every object', () => {
    const former = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as Record<string, unknown>

    const written = withUnknownMembers({ a: 1 }, former, {})

    expect(JSON.stringify(written)).toBe('{"a":1,"__proto__":{"x":1},"constructor":2}')
  })
})
