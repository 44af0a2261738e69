import { expect, it } from 'vitest'
import { agoOf, bytesOf, countOf, rateOf, spanOf } from './words.js'

it.each([
  [countOf(12_345), '12,345'],
  [countOf(null), '–'],
  [countOf(Number.NaN), '–'],
  [rateOf(0), '0/s'],
  [rateOf(0.0312), '0.031/s'],
  [rateOf(12.34), '12.3/s'],
  [rateOf(12_340), '12.3K/s'],
  [bytesOf(0), '0 B'],
  [bytesOf(1536), '1.5 KiB'],
  [bytesOf(5 * 1024 ** 3), '5 GiB'],
  [spanOf(850), '850 ms'],
  [spanOf(4_200), '4.2 s'],
  [spanOf(200_000), '3 min'],
  [spanOf(47 * 3_600_000), '47 h'],
  [spanOf(49 * 3_600_000), '2 d'],
  [agoOf(0, 180_000), '3 min ago'],
  [agoOf(180_000, 0), 'in 3 min'],
  [agoOf(0, 10), 'now'],
])('%s is written %s', (written, wanted) => {
  expect(written).toBe(wanted)
})
