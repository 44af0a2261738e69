import { expect, it } from 'vitest'
import { areaOf } from './area.js'

const areas = ['/', '/topics', '/subscriptions']

it.each([
  ['/', '/'],
  ['/topics', '/topics'],
  ['/topics/a.b', '/topics'],
  ['/new-topic', '/topics'],
  ['/topics/a.b/subscriptions/c', '/subscriptions'],
  ['/topics/a.b/subscriptions/c/dead-letters', '/subscriptions'],
  ['/topics/a.b/new-subscription', '/subscriptions'],
])('%s belongs to %s', (address, area) => {
  expect(areaOf(address, areas)).toBe(area)
})

it('is none for what only begins like an area', () => {
  expect(areaOf('/topics-of-mine', areas)).toBeNull()
  expect(areaOf('/no-such-page', areas)).toBeNull()
})
