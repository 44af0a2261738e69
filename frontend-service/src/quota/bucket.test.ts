import { describe, expect, it } from 'vitest'
import { seededRandom } from '@iris/common/time/seeded-random'
import { Bucket, type BucketRate } from './bucket.js'

const ten: BucketRate = { perSecond: 10, capacity: 10 }

const taken = (bucket: Bucket, rate: BucketRate, nowMs: number, units = 1): boolean => {
  if (!bucket.allows(units, rate, nowMs)) return false
  bucket.use(units)
  return true
}

describe('a bucket', () => {
  it('gives its capacity at once and then what flows in', () => {
    const bucket = new Bucket(ten, 0)

    const atOnce = Array.from({ length: 20 }, () => taken(bucket, ten, 0)).filter(Boolean).length
    const later = Array.from({ length: 20 }, (_, index) => taken(bucket, ten, index * 100))

    expect(atOnce).toBe(10)
    expect(later.filter(Boolean)).toHaveLength(19)
  })

  it('is never fuller than its capacity, however long nobody came', () => {
    const bucket = new Bucket(ten, 0)

    expect(bucket.left(ten, 3_600_000)).toBe(10)
    expect(bucket.fullInMs(ten)).toBe(0)
  })

  it('lends to a use larger than itself, once it is full, and then refuses until the debt is paid', () => {
    const bucket = new Bucket(ten, 0)

    expect(taken(bucket, ten, 0, 35)).toBe(true)
    expect(taken(bucket, ten, 2_590, 1)).toBe(false)
    expect(bucket.waitMs(1, ten)).toBeCloseTo(10, 5)
    expect(taken(bucket, ten, 2_600, 1)).toBe(true)
    expect(taken(bucket, ten, 3_599, 35)).toBe(false)
    expect(taken(bucket, ten, 3_600, 35)).toBe(true)
  })

  it('of less than one unit a second gives one use after so many seconds', () => {
    const rate = { perSecond: 0.25, capacity: 0.25 }
    const bucket = new Bucket(rate, 0)
    const used = Array.from({ length: 401 }, (_, index) => taken(bucket, rate, index * 100))

    expect(used.filter(Boolean)).toHaveLength(11)
  })

  it('does not gain when the clock stands still or a rate is cut', () => {
    const bucket = new Bucket(ten, 1_000)
    bucket.use(4)

    expect(bucket.left(ten, 900)).toBe(6)
    expect(bucket.left({ perSecond: 5, capacity: 5 }, 900)).toBe(5)
  })

  it.each([1, 2, 3, 4, 5])('keeps its promise over any time (seed %i)', seed => {
    const random = seededRandom(seed)
    const rate = { perSecond: 1 + random() * 500, capacity: 1 + random() * 500 }
    const bucket = new Bucket(rate, 0)
    let [nowMs, used, lent] = [0, 0, 0]
    for (let turn = 0; turn < 5_000; turn++) {
      nowMs += random() * 5
      const units = random() * 20
      if (!taken(bucket, rate, nowMs, units)) continue
      used += units
      lent = Math.max(lent, units - rate.capacity)
      expect(used).toBeLessThanOrEqual((rate.perSecond * nowMs) / 1_000 + rate.capacity + lent + 1e-3)
    }
    expect(used).toBeGreaterThan((rate.perSecond * nowMs) / 1_000 / 2 - rate.capacity)
  })
})
