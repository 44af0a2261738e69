import { describe, expect, it } from 'vitest'
import { changesBetween } from './changes.js'

describe('the changes of a definition', () => {
  it('are the members that differ, and nothing else', () => {
    const before = { name: 's', endpoint: 'http://me:*****@x/', policy: { rate: 400, ttl: 1 } }

    expect(changesBetween(before, { ...before, policy: { rate: 50, ttl: 1 } })).toEqual({
      policy: { rate: 50 },
    })
  })

  it('name what was taken out', () => {
    expect(changesBetween({ retry: { a: 1, b: 2 }, c: 3 }, { retry: { a: 1 } })).toEqual({
      retry: { b: null },
      c: null,
    })
  })

  it('replace lists as a whole', () => {
    expect(changesBetween({ filters: [1, 2] }, { filters: [1] })).toEqual({ filters: [1] })
  })

  it('are none where nothing was changed', () => {
    expect(changesBetween({ a: { b: [1] } }, { a: { b: [1] } })).toEqual({})
  })
})
