import { describe, expect, it } from 'vitest'
import { createRotation, type Candidate } from './rotation.js'

const candidates = (...ids: string[]): Candidate[] => ids.map(id => ({ id, priority: 0 }))
const abc = candidates('a', 'b', 'c')

describe('turns among targets', () => {
  it('go round', () => {
    const rotation = createRotation()

    expect(Array.from({ length: 7 }, () => rotation.next(abc, 0))).toEqual([0, 1, 2, 0, 1, 2, 0])
  })

  it('pass over who has just failed, longer each time, until it is well again', () => {
    const rotation = createRotation()
    const turns = (nowMs: number): number[] =>
      Array.from({ length: 4 }, () => rotation.next(abc, nowMs)).sort()

    rotation.ended('b', false, 0)
    expect(turns(999)).toEqual([0, 0, 2, 2])
    expect(turns(1_000)).toContain(1)
    rotation.ended('b', false, 1_000)
    expect(turns(2_999)).not.toContain(1)
    for (let time = 0; time < 20; time++) rotation.ended('b', false, 3_000)
    expect(turns(32_999)).not.toContain(1)
    expect(turns(33_000)).toContain(1)
    rotation.ended('b', true, 33_000)
    rotation.ended('b', false, 40_000)
    expect(turns(41_000)).toContain(1)
  })

  it('take who has waited longest where all have failed', () => {
    const rotation = createRotation()
    rotation.ended('a', false, 200)
    rotation.ended('b', false, 100)
    rotation.ended('c', false, 300)

    expect([rotation.next(abc, 400), rotation.next(abc, 400)]).toEqual([1, 1])
  })

  it('prefer the lower priority, as long as one of it is well', () => {
    const rotation = createRotation()
    const ranked = [
      { id: 'a', priority: 10 },
      { id: 'b', priority: 10 },
      { id: 'c', priority: 20 },
    ]
    const turns = (): number[] => Array.from({ length: 4 }, () => rotation.next(ranked, 0))

    expect(turns()).toEqual([0, 1, 0, 1])
    rotation.ended('a', false, 0)
    expect(turns()).toEqual([1, 1, 1, 1])
    rotation.ended('b', false, 0)
    expect(turns()).toEqual([2, 2, 2, 2])
  })

  it('go on while targets come and go', () => {
    const rotation = createRotation()

    expect(rotation.next([], 0)).toBe(-1)
    expect(rotation.next(abc, 0)).toBe(0)
    expect(rotation.next(candidates('c'), 0)).toBe(0)
    expect(rotation.next(abc, 0)).toBe(1)
  })
})
