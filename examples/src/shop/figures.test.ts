import { describe, expect, it } from 'vitest'
import { nothing, together } from './customers.js'
import { availabilityOf, figuresOf, figuresTable, median } from './figures.js'

describe('figures of the shop', () => {
  it('multiplies the availabilities of all that must be there', () => {
    expect(availabilityOf([0.995, 0.995, 0.995, 0.995])).toBeCloseTo(0.98015, 5)
    expect(availabilityOf([0.9, 0])).toBe(0)
    expect(availabilityOf([])).toBe(1)
  })

  it('takes the value in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([])).toBe(0)
  })

  it('counts as failed what was refused, and as lost what was taken and never completed', () => {
    const taken = { ...nothing, asked: 2, taken: ['one', 'two'], latenciesMs: [10, 20] }
    const refused = { ...nothing, asked: 1, refusals: ['503 billing does not answer'] }

    const figures = figuresOf(together(taken, refused), new Set(['one']))

    expect(figures).toEqual({ asked: 3, taken: 2, failed: 1, lost: 1, p50Ms: 20 })
  })

  it('shows the formula beside what was measured', () => {
    const synchronous = { asked: 60, taken: 20, failed: 40, lost: 0, p50Ms: 61.2 }
    const asynchronous = { asked: 61, taken: 61, failed: 0, lost: 0, p50Ms: 7 }

    const rest = { lag: 20, caughtUpMs: 700, repeats: 1, wrongEffects: 0 }
    const table = figuresTable({ synchronous, asynchronous, ...rest })

    expect(table).toMatch(/orders x methods x billing x notifications +98\.0 % +33\.3 %/)
    expect(table).toMatch(/orders x Iris +99\.0 % +100\.0 %/)
    expect(table).toMatch(/synchronous +60 +20 +40 +0 +61 ms/)
  })
})
