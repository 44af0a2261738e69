import { expect, it } from 'vitest'
import { keyOf, othersOf, whoOf } from './publisher-words.js'

const shop = { name: 'shop', proven: true, network: null, client: 'curl' }
const said = { ...shop, proven: false }
const stranger = { name: null, proven: false, network: '10.1.2.0/24', client: 'curl' }
const hidden = { name: null, proven: false, network: null, client: null }

it('names a publisher by what is known of it', () => {
  expect([shop, said, stranger, hidden].map(whoOf)).toEqual([
    'shop',
    'says to be shop',
    '10.1.2.0/24',
    'unknown address',
  ])
})

it('tells publishers apart', () => {
  const all = [
    shop,
    said,
    stranger,
    hidden,
    { ...shop, client: null },
    { ...shop, name: 'shop,curl', client: '' },
  ]

  expect(new Set(all.map(keyOf)).size).toBe(all.length)
  expect(keyOf({ ...shop })).toBe(keyOf(shop))
})

it('sums up those who are not listed, where there are some', () => {
  const others = { accepted: 1, refused: 1_200, lastAt: '2026-05-01T12:00:00Z' }

  expect(othersOf({ others })).toBe('Of others, not listed: 1 message accepted, 1,200 refused.')
  expect(othersOf({ others: null })).toBeNull()
})
