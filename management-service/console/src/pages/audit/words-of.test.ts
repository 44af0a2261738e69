import { expect, it } from 'vitest'
import { asText, wordsOf, type Change } from './words-of.js'

const change: Change = {
  ...{ id: '1', time: 0, user: 'anna', action: 'updated', kind: 'topic', name: 'demo.orders' },
  request: 'PUT /topics/demo.orders',
}

it('tells a change in a sentence', () => {
  expect(wordsOf(change)).toBe('anna changed the topic demo.orders')
  expect(wordsOf({ ...change, action: 'removed', kind: 'other', name: 'x' })).toBe('anna removed x')
  expect(wordsOf({ ...change, action: 'done', kind: 'other', name: '', request: 'POST /x' })).toBe(
    'anna: POST /x',
  )
})

it('shows values as text', () => {
  expect([undefined, null, 'a', 1, { a: 1 }].map(asText)).toEqual(['–', '–', 'a', '1', '{"a":1}'])
})
