import { expect, it } from 'vitest'
import { addressOfThing, asText, wordsOf, type Change } from './words-of.js'

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

it.each<[string, string, string, string]>([
  ['PUT /topics/g.t/json-schema', 'topic', 'g.t', 'anna changed what the schema does of the topic g.t'],
  [
    'POST /topics/g.t/subscriptions/s/dead-letters/redrive?dryRun=false',
    'subscription',
    'g.t$s',
    'anna redrove dead letters of the subscription s of g.t',
  ],
  ['POST /keys', 'other', '/keys', 'anna made a key'],
  ['DELETE /keys/a%20b', 'other', '/keys/a%20b', 'anna revoked a key: a b'],
  ['POST /topics/g.t/unheard-of', 'topic', 'g.t', 'anna: POST /topics/g.t/unheard-of (g.t)'],
])('tells %s in words where it has some', (request, kind, name, words) => {
  expect(wordsOf({ ...change, action: 'done', kind: kind as Change['kind'], name, request })).toBe(words)
})

it('leads to the page of what was changed, unless it is gone', () => {
  const subscription = { ...change, kind: 'subscription', name: 'g.t$s' } as const

  expect(
    [change, subscription, { ...change, kind: 'group', name: 'g' } as const].map(addressOfThing),
  ).toEqual(['/topics/demo.orders', '/topics/g.t/subscriptions/s', '/groups/g'])
  expect(addressOfThing({ ...subscription, action: 'removed' })).toBeNull()
  expect(addressOfThing({ ...change, kind: 'other', name: '/mode' })).toBeNull()
})

it('shows values as text', () => {
  expect([undefined, null, 'a', 1, { a: 1 }].map(asText)).toEqual(['–', '–', 'a', '1', '{"a":1}'])
})
