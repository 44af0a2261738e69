import { describe, expect, it } from 'vitest'
import { createHistogram, contentOf } from '@iris/common/metrics/quantiles'
import type { FiguresPage } from '@iris/common/metrics/figures'
import { atOnce, type Work } from '@iris/common/time/turns'
import type { Sample, SamplePair } from '../metrics/sampled-rates.js'
import { createHistoryMemory, type HistoryBounds } from './memory.js'
import { movementsOf, stillness, type Movement } from './movements.js'

const stepMs = 10_000
const moves = (round: Parameters<typeof movementsOf>[0]) => atOnce(movementsOf(round))

function sample(
  atMs: number,
  rows: Record<string, Record<string, number>>,
  latencies: Record<string, number[]> = {},
): Sample {
  return { atMs, figures: new Map(Object.entries(rows)), latencies: new Map(Object.entries(latencies)) }
}

function observed(...seconds: readonly number[]): number[] {
  const histogram = createHistogram()
  for (const each of seconds) histogram.observe(each)
  return contentOf(histogram).filled.flatMap(([index, count]) => [index, count])
}

describe('what moved between two looks', () => {
  it('adds up over processes, of a subscription, of its topic and of all', () => {
    const pairs: SamplePair[] = [
      {
        before: sample(0, { 'g.t': { published: 100 } }),
        after: sample(10_000, { 'g.t': { published: 150 }, 'g.u': { published: 10 } }),
      },
      {
        before: sample(0, { 'g.t$s': { delivered: 1, failures: 5 } }),
        after: sample(10_000, { 'g.t$s': { delivered: 21, failures: 6, retries: 1, discarded: 2 } }),
      },
      { before: sample(0, {}), after: sample(5_000, { 'g.t$s': { delivered: 5 } }) },
    ]
    const pages = [{ lags: new Map([['g.t$s', 7]]), troubles: [] }] as unknown as FiguresPage[]
    const { all, of } = moves({ pairs, pages, untold: [] })

    expect(of.get('g.t$s')).toEqual({
      ...stillness,
      ...{ delivered: 3, failed: 0.1, retried: 0.1, discarded: 0.2, lag: 7 },
    })
    expect(of.get('g.t')).toMatchObject({ published: 5, delivered: 3, lag: 7 })
    expect(all).toMatchObject({ published: 6, delivered: 3, failed: 0.1, lag: 7 })
  })

  it('tells latencies from what came since, not from what was there', () => {
    const before = sample(0, {}, { 'g.t$s': observed(5, 5, 5, 5) })
    const after = sample(
      10_000,
      {},
      { 'g.t$s': observed(5, 5, 5, 5, 0.01, 0.01, 0.1), 'g.t': observed(0.02) },
    )
    const { of } = moves({ pairs: [{ before, after }], pages: [], untold: [] })

    expect(of.get('g.t$s')?.latencyP50Ms).toBeCloseTo(10, -1)
    expect(of.get('g.t$s')?.latencyP99Ms).toBeGreaterThan(80)
    expect(of.get('g.t$s')?.latencyP99Ms).toBeLessThan(130)
    expect(of.get('g.t')?.publishP50Ms).toBeGreaterThan(15)
    expect(of.get('g.t')?.latencyP50Ms).toBe(of.get('g.t$s')?.latencyP50Ms)
  })

  it('counts a process that began anew from its beginning, and nothing between looks of one moment', () => {
    const after = sample(10_000, { 'g.t': { published: 20 } }, { 'g.t': observed(0.01) })
    const anew = { before: sample(0, { 'g.t': { published: 900 } }, { 'g.t': observed(9, 9) }), after }
    expect(moves({ pairs: [anew], pages: [], untold: [] }).all).toMatchObject({ published: 2 })

    const sameMoment = { before: sample(9_990, {}), after }
    expect(moves({ pairs: [sameMoment], pages: [], untold: [] }).of.size).toBe(0)
  })
})

describe('a look at many', () => {
  it('pauses after each of them, so that nobody waits for all', () => {
    const ids = Array.from({ length: 100 }, (_each, n) => `g.t${n}`)
    const figures = Object.fromEntries(ids.map(id => [id, { published: 1 }]))
    const latencies = Object.fromEntries(ids.map(id => [id, observed(0.1)]))
    const pairs = [{ before: sample(0, {}), after: sample(10_000, figures, latencies) }]
    const memory = createHistoryMemory({ stepMs, steps: 6, subjectsMax: 10 })
    const pausesOf = (work: Work<unknown>): number => {
      for (let pauses = 0; ; pauses++) if (work.next().done === true) return pauses
    }

    // Its figures, its latencies, and what both come to.
    expect(pausesOf(movementsOf({ pairs, pages: [], untold: [] }))).toBe(3 * ids.length)
    const recording = memory.record(1_001 * stepMs, moves({ pairs, pages: [], untold: [] }))
    recording.next()
    expect(memory.read(null, 1_001 * stepMs, 1).series.published).toEqual([])
    expect(pausesOf(recording)).toBe(2 * ids.length - 1)
    expect(memory.read(null, 1_001 * stepMs, 1).series.published).toEqual([10])
  })
})

describe('what moved while a process did not answer', () => {
  const pairs: SamplePair[] = [
    {
      before: sample(0, {}),
      after: sample(10_000, {
        'g.t': { published: 10 },
        'g.u': { published: 20 },
        'g.u$s': { delivered: 5 },
      }),
    },
  ]
  const page = (...ids: readonly string[]) => ({
    ...{ figures: new Map(ids.map(id => [id, { published: 7 }])), lags: new Map<string, number>() },
  })

  it('is known of whom that process never told anything, and not of the whole', () => {
    const { all, of } = moves({ pairs, pages: [], untold: [page('g.t', 'g.v')] })

    expect([all, [...of.keys()].sort()]).toEqual([null, ['g.u', 'g.u$s']])
  })

  it('is not known of the topic of a subscription that it told of', () => {
    const waiting = { figures: new Map(), lags: new Map([['g.u$other', 3]]) }

    expect([...moves({ pairs, pages: [], untold: [waiting] }).of.keys()].sort()).toEqual(['g.t', 'g.u$s'])
  })

  it('is known of nobody where it never answered', () => {
    expect(moves({ pairs, pages: [], untold: [page('g.t'), null] })).toEqual({
      all: null,
      of: new Map(),
    })
  })
})

describe('the memory of what moved', () => {
  const moved = (published: number): Movement => ({ ...stillness, published })
  const setUp = (bounds: Partial<HistoryBounds> = {}) => {
    const memory = createHistoryMemory({ stepMs, steps: 6, subjectsMax: 2, ...bounds })
    let nowMs = 1_000 * stepMs
    return {
      memory,
      look(rows: Record<string, number>, jitterMs = 0) {
        nowMs += stepMs
        const of = new Map(Object.entries(rows).map(([id, published]) => [id, moved(published)]))
        const all = Object.values(rows).reduce((sum, each) => sum + each, 0)
        atOnce(memory.record(nowMs + jitterMs, { all: moved(all), of }))
      },
      pass: (count: number) => void (nowMs += count * stepMs),
      read: (id: string | null, steps = 6) => memory.read(id, nowMs, steps),
    }
  }

  it('begins with its first look, and says so', () => {
    const { look, read } = setUp()
    expect(read(null)).toMatchObject({ series: { published: [] } })
    look({ 'g.t': 1 })
    look({ 'g.t': 2 })

    expect(read('g.t')).toMatchObject({
      ...{ stepMs, fromMs: 1_001 * stepMs, toMs: 1_003 * stepMs },
      series: { published: [1, 2], latencyP50Ms: [null, null], lag: [0, 0] },
    })
    expect(read(null, 1)).toMatchObject({ fromMs: 1_002 * stepMs, series: { published: [2] } })
  })

  it('keeps so many steps, and knows 0 from not known', () => {
    const { look, pass, read } = setUp()
    for (const n of [1, 2, 3]) look({ 'g.t': n })
    look({})
    pass(1)
    look({ 'g.t': 5 })
    look({ 'g.t': 6 })

    expect(read('g.t').series.published).toEqual([2, 3, 0, null, 5, 6])
    expect(read(null).series.published).toEqual([2, 3, 0, null, 5, 6])
    expect(read('g.idle').series.published).toEqual([0, 0, 0, null, 0, 0])
  })

  it('calls nothing a zero of a step in which not everybody answered, and keeps what is known of it', () => {
    const { memory, look, pass, read } = setUp()
    look({ 'g.t': 1, 'g.u': 1 })
    atOnce(memory.record(1_002 * stepMs, { all: null, of: new Map([['g.u', moved(2)]]) }))
    pass(1)
    look({ 'g.t': 3 })

    expect(read('g.t').series).toMatchObject({ published: [1, null, 3], lag: [0, null, 0] })
    expect(read('g.u').series.published).toEqual([1, 2, 0])
    expect(read('g.idle').series.published).toEqual([0, null, 0])
    expect(read(null).series.published).toEqual([2, null, 3])
  })

  it('neither loses nor doubles a step because a look came a little late or early', () => {
    const { look, read } = setUp()
    for (const [n, jitterMs] of [5_000, 9_000, 11_000, 9_500, 10_200, 4_000].entries())
      look({ 'g.t': n }, jitterMs - 5_000)

    expect(read('g.t', 5).series.published).not.toContain(null)
  })

  it('lets go of who has not moved for longest, and does not call unknown what it knew nothing of a zero', () => {
    const { look, read, memory } = setUp()
    look({ a: 1, b: 1 })
    look({ b: 2 })
    look({ c: 3 })

    expect(memory.count()).toBe(2)
    expect(read('c').series.published).toEqual([null, null, 3])
    expect(read('b').series.published).toEqual([1, 2, 0])
    expect(read('a').series.published).toEqual([null, null, null])
    look({ b: 1 })
    expect(read('a').series.published).toEqual([null, null, null, 0])
  })

  it('lets nobody in while all whom it remembers move', () => {
    const { look, read, memory } = setUp()
    for (let n = 0; n < 3; n++) look({ a: 1, b: 1, c: 1 })

    expect(memory.count()).toBe(2)
    expect(read('a').series.published).toEqual([1, 1, 1])
    expect(read('c').series.published).toEqual([null, null, null])
  })
})
