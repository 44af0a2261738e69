import { describe, expect, it } from 'vitest'
import { decodePage, encodePage, pageText, silence, type Page, type Says } from './says.js'

const says: Says = {
  wants: true,
  grants: new Map([['b', { part: 0.45, partitions: [0, 2, 4] }]]),
  holds: new Map([['c', { part: 1, partitions: [1] }]]),
}

describe('the page of an instance', () => {
  it('comes back as it was, also when it is large', () => {
    const small: Page = new Map([['g.t$s', says]])
    const large: Page = new Map(
      Array.from({ length: 2_000 }, (_, index) => [`group.topic$sub-${index}`, says]),
    )

    expect(decodePage(encodePage(small))).toEqual(small)
    expect(decodePage(encodePage(large))).toEqual(large)
    expect(encodePage(large).length).toBeLessThan(100_000)
  })

  it('leaves out of whom nothing is said, and is the same text in whatever order it was made', () => {
    const page: Page = new Map([
      ['b', says],
      ['silent', silence],
      ['a', { ...silence, wants: true }],
    ])

    expect(pageText(page)).toBe(pageText(new Map([...page].reverse())))
    expect([...(decodePage(encodePage(page)) ?? [])].map(([name]) => name)).toEqual(['a', 'b'])
  })

  it('is empty in a node that was just made', () => {
    expect(decodePage(Buffer.alloc(0))).toEqual(new Map())
  })

  it.each([
    'x',
    '{',
    '{"rates":[]}',
    '{"rates":{"a":{"g":{"b":[2,[0]]}}}}',
    '{"rates":{"a":{"h":{"b":[1]}}}}',
  ])('is none for %j', text => {
    expect(decodePage(Buffer.from(text))).toBeUndefined()
  })
})
