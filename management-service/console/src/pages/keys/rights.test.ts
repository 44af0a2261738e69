import { describe, expect, it } from 'vitest'
import { reachOf, rightsOn, type GuardedTopic, type Holder } from './rights.js'

const is = (roles: readonly string[], teams: readonly string[] = []): Holder => ({
  name: 'anna',
  roles,
  teams,
})
const open: GuardedTopic = {
  ...{ name: 'shop.eu.orders', owner: 'Shop team' },
  ...{ publishers: null, isSubscribingRestricted: false },
}
const closed: GuardedTopic = { ...open, publishers: ['anna'], isSubscribingRestricted: true }
const nothing = { reads: null, subscribes: null, changes: null, publishes: null }

describe('what a key may do with a topic', () => {
  it.each<[string, GuardedTopic, Holder, object]>([
    ['admin', open, is(['admin']), { reads: 'admin', changes: 'admin', publishes: 'it asks nobody' }],
    ['a reader of the group', open, is(['reader:shop.eu']), { reads: 'reader:shop.eu', changes: null }],
    ['a reader of another group', open, is(['reader:shop']), { reads: null, subscribes: null }],
    ['an owner of all groups', closed, is(['owner:*']), { changes: 'owner:*', subscribes: 'owner:*' }],
    [
      'a reader where subscribing is restricted',
      closed,
      is(['reader:*']),
      { reads: 'reader:*', subscribes: null },
    ],
    ['a team that owns it', closed, is([], ['Shop team']), { changes: 'its team Shop team is the owner' }],
    ['nobody in particular', closed, is([]), nothing],
  ])('%s', (_who, topic, holder, rights) => {
    expect(rightsOn(topic, holder)).toMatchObject(rights)
  })

  it('publishes to a guarded one by its role and its name together', () => {
    const publishes = (topic: GuardedTopic, ...roles: string[]) => rightsOn(topic, is(roles)).publishes

    expect(publishes(closed, 'publisher:shop.eu')).toBe('publisher:shop.eu, and the topic names it')
    expect(publishes(closed, 'admin')).toBe('admin, and the topic names it')
    expect(publishes(closed, 'reader:shop.eu')).toBe(null)
    expect(publishes({ ...closed, publishers: ['bert'] }, 'admin')).toBe(null)
  })
})

describe('where a key may do what', () => {
  it.each([
    [is(['admin']), { reads: 'everything', changes: 'everything', publishes: 'topics that name it' }],
    [
      is(['owner:shop', 'reader:bank'], ['Shop team']),
      {
        reads: 'groups bank, shop; what anna, Shop team owns',
        changes: 'group shop; what anna, Shop team owns',
        publishes: 'topics of group shop that name it',
      },
    ],
    [is(['reader:*']), { reads: 'all groups; what anna owns', changes: 'what anna owns', publishes: '' }],
  ])('%j', (holder, reach) => {
    expect(reachOf(holder)).toEqual(reach)
  })
})
