import { describe, expect, it } from 'vitest'
import { lonePoints } from './lone-points.js'

describe('a series of values', () => {
  it.each([
    { values: [], lone: [] },
    { values: [null, null], lone: [] },
    { values: [1, 2, 3], lone: [] },
    { values: [0], lone: [0] },
    { values: [null, null, 4], lone: [2] },
    { values: [1, null, 2, null, 3, 4, null, 5], lone: [0, 2, 7] },
    { values: [1, undefined, 2], lone: [0, 2] },
  ])('$values has values alone at $lone', ({ values, lone }) => {
    expect(lonePoints(values)).toEqual(lone)
  })
})
