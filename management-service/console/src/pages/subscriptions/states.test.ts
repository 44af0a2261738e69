import { describe, expect, it } from 'vitest'
import {
  addressOf,
  narrowed,
  narrowingCounts,
  narrowingOf,
  troubleOf,
  type ListedSubscription,
} from './states.js'

const row: ListedSubscription = {
  ...{ topicName: 'a.b', name: 's', state: 'ACTIVE', owner: 'me', endpoint: 'http://x/', mode: 'ANYCAST' },
  ...{ deliveryType: 'SERIAL', deliveryRate: 0, failureRate: 0, circuit: 'closed', lag: 0, trouble: null },
}
const stuck: ListedSubscription = { ...row, name: 'stuck', trouble: 'ENDPOINT_DOWN', failureRate: 2 }
const paused: ListedSubscription = { ...row, name: 'paused', state: 'SUSPENDED', trouble: 'NOT_RUNNING' }
const rows = [row, stuck, paused]

describe('a list of subscriptions', () => {
  it.each([
    ['all', ['s', 'stuck', 'paused']],
    ['stuck', ['stuck']],
    ['failing', ['stuck']],
    ['active', ['s', 'stuck']],
    ['paused', ['paused']],
    ['pending', []],
  ])('narrowed to %s keeps %j', (text, names) => {
    expect(narrowed(rows, narrowingOf(text)).map(({ name }) => name)).toEqual(names)
  })

  it('is whole where the address means nothing', () => {
    expect(narrowingOf('nonsense')).toBe('all')
    expect(narrowingOf(null)).toBe('all')
  })

  it.each([
    ['', 'stuck', '/subscriptions?state=stuck'],
    ['state=stuck', 'all', '/subscriptions'],
    [
      'sort=-waiting&state=stuck&find=shop',
      'failing',
      '/subscriptions?sort=-waiting&state=failing&find=shop',
    ],
    ['state=stuck&find=shop', 'all', '/subscriptions?find=shop'],
  ] as const)('at %j is narrowed to %s by %s', (query, narrowing, address) => {
    expect(addressOf(new URLSearchParams(query), narrowing)).toBe(address)
  })

  it('counts what each narrowing keeps', () => {
    expect(narrowingCounts(rows).map(({ name, count }) => [name, count])).toEqual([
      ...[
        ['all', 3],
        ['stuck', 1],
        ['failing', 1],
      ],
      ...[
        ['active', 2],
        ['paused', 1],
        ['pending', 0],
      ],
    ])
  })

  it('tells trouble of what is meant to run only', () => {
    expect(troubleOf(stuck)).toBe('ENDPOINT_DOWN')
    expect(troubleOf(paused)).toBeNull()
  })
})
