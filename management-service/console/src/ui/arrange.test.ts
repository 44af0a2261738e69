import { describe, expect, it } from 'vitest'
import { narrowed, sorted, type By } from './arrange.js'

const rows = [
  { name: 'demo.orders', rate: 2 },
  { name: 'demo.events', rate: null },
  { name: 'shop.orders10', rate: 10 },
  { name: 'shop.orders9', rate: 1 },
]
const textOf = (row: (typeof rows)[number]): string => row.name
const names = (words: string, by?: By<(typeof rows)[number]>, isDown = false) =>
  narrowed(sorted(rows, { column: 0, isDown }, by), words, textOf).map(textOf)

describe('the rows of a table', () => {
  it('are those that hold every word', () => {
    expect(names('ORDERS shop')).toEqual(['shop.orders10', 'shop.orders9'])
    expect(names('nothing')).toEqual([])
    expect(names('')).toHaveLength(4)
    expect(narrowed(rows, 'nothing', undefined)).toBe(rows)
  })

  it('are sorted by number, with the unknown at the end in both directions', () => {
    expect(names('', row => row.rate)).toEqual([
      'shop.orders9',
      'demo.orders',
      'shop.orders10',
      'demo.events',
    ])
    expect(names('', row => row.rate, true).at(-1)).toBe('demo.events')
  })

  it('are sorted by text as people count', () => {
    expect(names('shop', row => row.name)).toEqual(['shop.orders9', 'shop.orders10'])
  })

  it('stand as they were given where none of them comes before another', () => {
    expect(names('', () => 'JSON', true)).toEqual(rows.map(textOf))
    expect(names('', () => null)).toEqual(rows.map(textOf))
    expect(sorted(rows, null, textOf)).toBe(rows)
  })
})
