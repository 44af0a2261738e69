import { expect, it } from 'vitest'
import { widestOf } from './widest.js'

const rows = [
  { name: 'orders', count: 7 },
  { name: 'a-long-name', count: 1 },
  { name: 'short', count: 1234 },
]

it('is the row of the longest text, or of the longest figure', () => {
  expect(widestOf(rows, ({ name }) => name)).toBe(rows[1])
  expect(widestOf(rows, ({ count }) => count)).toBe(rows[2])
  expect(widestOf(rows, ({ count }) => (count === 7 ? 'seven' : null))).toBe(rows[0])
})

it('is the first row where nothing is known of the column, and none where there is no row', () => {
  expect(widestOf(rows, undefined)).toBe(rows[0])
  expect(widestOf([], undefined)).toBeUndefined()
})
