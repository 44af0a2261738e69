import { expect, it } from 'vitest'
import { hitsOf, namedOf, type Named } from './hits.js'

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

it('leads to the page of what management found, and says which kind it is', () => {
  const found = [
    { kind: 'GROUP', name: 'shop', topicName: null },
    { kind: 'TOPIC', name: 'shop.orders', topicName: null },
    { kind: 'SUBSCRIPTION', name: 'billing', topicName: 'shop.orders' },
  ] as const

  expect(found.map(namedOf).map(({ kind, label, address }) => [kind, label, address])).toEqual([
    ['Group', 'shop', '/groups/shop'],
    ['Topic', 'shop.orders', '/topics/shop.orders'],
    ['Subscription', 'billing of shop.orders', '/topics/shop.orders/subscriptions/billing'],
  ])
})
