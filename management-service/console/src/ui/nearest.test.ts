import { expect, it } from 'vitest'
import { nearestTo } from './nearest.js'

const names = ['shop.orders', 'shop.orders-eu', 'shop.payments', 'demo.events', 'a']

it('finds what was meant: a letter off, another case, a part of it', () => {
  expect(nearestTo('shop.ordres', names, 1)).toEqual(['shop.orders'])
  expect(nearestTo('Demo.Event', names, 5)).toEqual(['demo.events'])
  expect(nearestTo('orders-eu', names, 5)[0]).toBe('shop.orders-eu')
})

it('gives the most alike first, and no more than asked for', () => {
  expect(nearestTo('shop.order', names, 2)).toEqual(['shop.orders', 'shop.orders-eu'])
  expect(nearestTo('shop.order', names, 0)).toEqual([])
})

it('finds nothing where nothing is alike', () => {
  expect(nearestTo('zzz', names, 5)).toEqual([])
  expect(nearestTo('', [], 5)).toEqual([])
})
