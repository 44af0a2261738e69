import { describe, expect, it } from 'vitest'
import { atOnce } from '@iris/common/time/turns'
import { rateText } from './rates.js'
import { ratesOf as workOut, type Sample, type SamplePair } from './sampled-rates.js'

const ratesOf = (pairs: readonly SamplePair[]) => atOnce(workOut(pairs))
const sample = (atMs: number, rows: Record<string, Record<string, number>>): Sample => ({
  atMs,
  figures: new Map(Object.entries(rows)),
  latencies: new Map(),
})

describe('rates between two samples', () => {
  it('add up over processes, and over the subscriptions of a topic', () => {
    const rates = ratesOf([
      { before: sample(0, {}), after: sample(10_000, { 'g.t$a': { delivered: 100 } }) },
      {
        before: sample(500, { 'g.t$a': { delivered: 5 } }),
        after: sample(2_500, { 'g.t$a': { delivered: 25 }, 'g.t$b': { delivered: 2, retries: 1 } }),
      },
    ])

    expect(rates.of('g.t$a', 'delivered')).toBe(20)
    expect(rates.of('g.t$b', 'retries')).toBe(0.5)
    expect(rates.of('g.t', 'delivered')).toBe(21)
    expect(rates.of('g.t', 'retries')).toBe(0)
    expect(rates.of('g.none', 'requests')).toBe(0)
  })

  it('count a counter that fell from its new beginning', () => {
    const before = sample(0, { 'g.t': { requests: 900 } })
    const after = sample(1_000, { 'g.t': { requests: 30 } })

    expect(ratesOf([{ before, after }]).of('g.t', 'requests')).toBe(30)
  })

  it('are not told from samples of the same moment', () => {
    const before = sample(0, {})
    const after = sample(10, { 'g.t': { requests: 30 } })

    expect(ratesOf([{ before, after }]).of('g.t', 'requests')).toBe(0)
  })
})

describe('the text of a rate', () => {
  it.each([
    [null, 'unavailable'],
    [0, '0.0'],
    [12.5, '12.5'],
    [100, '100.0'],
    [1 / 3, '0.333'],
    [0.0001, '0.0'],
  ])('%s is %s', (rate, text) => {
    expect(rateText(rate)).toBe(text)
  })
})
