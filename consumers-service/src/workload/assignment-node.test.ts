import { describe, expect, it } from 'vitest'
import { decodeAssignment, encodeAssignment } from './assignment-node.js'

describe('an assignment node', () => {
  it.each([0, 1, 100, 50_000])('gives back %d slots, below a megabyte', count => {
    const slots = new Map(
      Array.from({ length: count }, (_, index) => [`pl.shop.orders${index}$sub`, { slot: index % 2, of: 2 }]),
    )

    const data = encodeAssignment(slots)

    expect(decodeAssignment(data)).toEqual(slots)
    expect(data.length).toBeLessThan(1_000_000)
  })

  it('is readable text while it is small', () => {
    const data = encodeAssignment(new Map([['a.b$c', { slot: 0, of: 1 }]]))

    expect(data.toString()).toBe('{"slots":{"a.b$c":[0,1]}}')
  })

  it.each(['junk', '{"slots":', '{}', 'null', '\u0000\u0001'])('is nothing where the data is %j', text => {
    expect(decodeAssignment(Buffer.from(text))).toBeUndefined()
  })

  it('holds nothing where there is no data yet', () => {
    expect(decodeAssignment(Buffer.alloc(0))).toEqual(new Map())
  })
})
