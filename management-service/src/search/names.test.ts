import { describe, expect, it } from 'vitest'
import type { CatalogView } from '../catalog/catalog.js'
import { namesThatHold } from './names.js'

function viewOf(
  topics: readonly string[],
  subscriptions: readonly (readonly [string, string])[],
): CatalogView {
  const groups = [...new Set(topics.map(name => name.split('.')[0] ?? ''))]
  return {
    groups,
    topics: topics.map(name => ({ name })),
    subscriptions: subscriptions.map(([name, topicName]) => ({ name, topicName })),
  } as unknown as CatalogView
}

const view = viewOf(
  ['shop.orders', 'orders.eu', 'demo.events'],
  [
    ['billing', 'shop.orders'],
    ['orders-audit', 'demo.events'],
  ],
)
const found = (text: string, limit = 10): readonly string[] =>
  namesThatHold(view, text, limit).results.map(({ kind, name }) => `${kind} ${name}`)

describe('names that hold words', () => {
  it('are groups, topics and subscriptions: those that begin with it first, then the shorter ones', () => {
    expect(found('ORDERS')).toEqual([
      'GROUP orders',
      'TOPIC orders.eu',
      'SUBSCRIPTION orders-audit',
      'TOPIC shop.orders',
      'SUBSCRIPTION billing',
    ])
  })

  it('hold every word, a subscription also in the name of its topic', () => {
    expect(found('shop bill')).toEqual(['SUBSCRIPTION billing'])
    expect(namesThatHold(view, 'shop bill', 1).results[0]?.topicName).toBe('shop.orders')
    expect(found('shop events')).toEqual([])
  })

  it('are the best ones where there are too many, and all are counted', () => {
    expect(found('orders', 2)).toEqual(['GROUP orders', 'TOPIC orders.eu'])
    expect(namesThatHold(view, 'orders', 2).totalCount).toBe(5)
  })

  it('are none for no words', () => {
    expect(namesThatHold(view, '  ', 10)).toEqual({ totalCount: 0, results: [] })
  })
})
