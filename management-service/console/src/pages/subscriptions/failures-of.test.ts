import { describe, expect, it } from 'vitest'
import { causeWord } from '../dead-letters/cause-words.js'
import { failuresOf, percentOf } from './failures-of.js'

const lastMinute = {
  attempts: 200,
  failures: [
    { cause: '503', count: 20, detail: 'answered 503', agoMs: 1_000 },
    { cause: 'timeout', count: 30, detail: 'Total timeout 300 ms elapsed', agoMs: 4_000 },
  ],
}
const letters = [
  { cause: '503', count: 7, newest: 99_900 },
  { cause: '404', count: 9, newest: 5_000 },
]

describe('the failures of a subscription', () => {
  it('are one row a cause, of attempts and dead letters together, what fails now first', () => {
    expect(failuresOf(lastMinute, 100_000, letters)).toEqual([
      {
        ...{ cause: 'timeout', attempts: 30, share: 0.15, letters: 0 },
        ...{ detail: 'Total timeout 300 ms elapsed', lastAtMs: 96_000 },
      },
      { cause: '503', attempts: 20, share: 0.1, letters: 7, detail: 'answered 503', lastAtMs: 99_900 },
      { cause: '404', attempts: 0, share: 0, letters: 9, detail: '', lastAtMs: 5_000 },
    ])
  })

  it('do not say none of what nobody told', () => {
    expect(failuresOf(null, 0, letters).map(({ attempts, share }) => [attempts, share])).toEqual([
      [null, null],
      [null, null],
    ])
    expect(failuresOf(lastMinute, 100_000, undefined).map(({ letters: count }) => count)).toEqual([
      null,
      null,
    ])
    expect(failuresOf(undefined, 0, undefined)).toEqual([])
  })
})

it.each([
  [percentOf(0.155), '16 %'],
  [percentOf(0), '0 %'],
  [percentOf(0.001), 'under 1 %'],
  [percentOf(null), '–'],
  [causeWord('503'), 'answered 503'],
  [causeWord('timeout'), 'no answer in time'],
  [causeWord('newer than this page'), 'newer than this page'],
])('%s is said %s', (written, wanted) => {
  expect(written).toBe(wanted)
})
