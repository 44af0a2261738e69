import { expect, it } from 'vitest'
import { hitsOf, type Named } from './hits.js'

const named = (label: string): Named => ({ id: label, label, kind: 'Topic', address: `/topics/${label}` })
const all = ['demo.orders', 'orders', 'billing of demo.orders', 'orders.eu'].map(named)
const hits = (words: string, max = 10): readonly string[] => hitsOf(all, words, max).map(({ label }) => label)

it('finds what holds every word, what begins with the first one first, then the shorter', () => {
  expect(hits('ORDERS')).toEqual(['orders', 'orders.eu', 'demo.orders', 'billing of demo.orders'])
  expect(hits('orders demo')).toEqual(['demo.orders', 'billing of demo.orders'])
  expect(hits('orders', 1)).toEqual(['orders'])
})

it('finds nothing for no words, and for words that nothing holds', () => {
  expect(hits('  ')).toEqual([])
  expect(hits('none')).toEqual([])
})
