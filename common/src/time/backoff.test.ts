import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.js'

describe('back-off', () => {
  it.each([
    ['constant', { firstMs: 100, factor: 1, capMs: 600_000 }, [100, 100, 100, 100]],
    [
      'growing to the cap, as measured at Hermes',
      { firstMs: 200, factor: 3, capMs: 1_000 },
      [200, 600, 1_000, 1_000],
    ],
    ['first delay above the cap stays', { firstMs: 5_000, factor: 2, capMs: 1_000 }, [5_000, 1_000, 1_000]],
    ['fractions are cut', { firstMs: 3, factor: 1.5, capMs: 100 }, [3, 4, 6, 9, 13]],
    ['zero stays zero', { firstMs: 0, factor: 10, capMs: 1_000 }, [0, 0, 0]],
  ])('is %s', (_name, backoff, delays) => {
    expect(delays.map((_, index) => backoffMs(backoff, index + 1))).toEqual(delays)
  })
})
