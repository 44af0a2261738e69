import { describe, expect, it } from 'vitest'
import { seededRandom } from './random.js'
import { drawFaults, schedule, type Drawable } from './schedule.js'

const faults: readonly Drawable[] = [
  { kind: 'kill', hits: 'one', lengthMs: [100, 2_000], weight: 2 },
  { kind: 'pause', hits: 'one', lengthMs: [500, 3_000], weight: 1 },
  { kind: 'lose', hits: 'two', lengthMs: [1_000, 9_000], weight: 4 },
  { kind: 'stop', hits: 'three', lengthMs: [6_000, 6_000], weight: 1 },
]
const options = { fromMs: 2_000, untilMs: 200_000, restMs: 300 }
const seeds = Array.from({ length: 50 }, (_, seed) => seed)

const planOf = (seed: number, count: number) => {
  const random = seededRandom(seed)
  const drawn = drawFaults(random, faults, count)
  const hits = new Map(drawn.map(each => [each.kind, each.hits]))
  return schedule(random, drawn, options).map(each => ({
    ...each,
    hits: hits.get(each.kind),
    endMs: each.beginMs + each.lengthMs,
  }))
}

describe('the schedule of faults', () => {
  it('is the same for the same seed', () => {
    expect(planOf(7, 30)).toEqual(planOf(7, 30))
    expect(planOf(7, 30)).not.toEqual(planOf(8, 30))
  })

  it.each(seeds)('lets at most two overlap, and never two on one thing (seed %i)', seed => {
    for (const each of planOf(seed, 40)) {
      const open = planOf(seed, 40).filter(
        other => other.beginMs <= each.beginMs && other.endMs > each.beginMs,
      )

      expect(open.length).toBeLessThanOrEqual(2)
      expect(open.filter(other => other.hits === each.hits)).toHaveLength(1)
    }
  })

  it.each(seeds)('leaves a quiet time of five seconds after each tenth fault (seed %i)', seed => {
    const planned = planOf(seed, 30)

    for (const next of [10, 20]) {
      const healedMs = Math.max(...planned.slice(0, next).map(each => each.endMs))
      expect((planned[next]?.beginMs ?? 0) - healedMs).toBeGreaterThanOrEqual(5_000)
    }
  })

  it('draws by weight', () => {
    const drawn = drawFaults(seededRandom(1), faults, 8_000)

    expect(drawn.filter(each => each.kind === 'lose').length).toBeGreaterThan(3_600)
    expect(drawn.filter(each => each.kind === 'stop').length).toBeLessThan(1_300)
  })
})
