import { describe, expect, it } from 'vitest'
import { planChanges, type Step } from './plan.js'
import { keyOf, type PresentThing, type Thing, type ThingPlace } from './thing.js'

const group = (name: string): ThingPlace => ({ kind: 'group', name })
const topic = (name: string): ThingPlace => ({ kind: 'topic', group: 'shop', name })
const subscription = (name: string): ThingPlace => ({
  kind: 'subscription',
  group: 'shop',
  topic: 'orders',
  name,
})
const thing = (place: ThingPlace, members: Thing['members'] = {}): Thing => ({ place, members })
const there = (place: ThingPlace, members: Thing['members'] = {}): PresentThing => ({
  place,
  members,
  tag: '"1.x"',
})

function told(steps: readonly Step[]): string[] {
  return steps.map(({ change, place }) => `${change} ${keyOf(place)}`)
}

describe('a plan', () => {
  it('makes what is missing, what others depend on first', () => {
    const desired = [
      thing(subscription('billing')),
      thing(topic('orders')),
      thing(group('shop')),
      thing({ kind: 'oauthProvider', name: 'idp' }),
    ]

    expect(told(planChanges(desired, [], { prune: false }))).toEqual([
      'create oauthProvider idp',
      'create group shop',
      'create topic shop.orders',
      'create subscription shop.orders$billing',
    ])
  })

  it('changes nothing where everything is as it should be, with more members than were asked for', () => {
    const wanted = { retentionTime: { duration: 1 }, filters: [{ type: 'header' }], owner: null }
    const present = {
      retentionTime: { duration: 1, retentionUnit: 'DAYS' },
      filters: [{ type: 'header', x: 1 }],
      ack: 'ALL',
    }

    expect(
      planChanges([thing(topic('orders'), wanted)], [there(topic('orders'), present)], { prune: true }),
    ).toEqual([])
  })

  it('changes the members that differ, of the version that was read', () => {
    const present = { retentionTime: { duration: 1, retentionUnit: 'DAYS' }, description: 'a', list: [1, 2] }
    const wanted = { retentionTime: { duration: 2 }, description: 'a', list: [1], ack: 'ALL' }

    expect(
      planChanges([thing(topic('orders'), wanted)], [there(topic('orders'), present)], { prune: false }),
    ).toEqual([
      {
        ...{ change: 'update', place: topic('orders'), members: wanted, tag: '"1.x"', isUnsure: false },
        changes: [
          { member: 'retentionTime.duration', before: 1, after: 2 },
          { member: 'list', before: [1, 2], after: [1] },
          { member: 'ack', after: 'ALL' },
        ],
      },
    ])
  })

  it('does not take a schema for another one because of its spaces', () => {
    const [one, other] = ['{"type":"int"}', '{ "type": "int" }']

    expect(
      planChanges([thing(topic('o'), { schema: one })], [there(topic('o'), { schema: other })], {
        prune: false,
      }),
    ).toEqual([])
  })

  it('is unsure about secrets, and shows none', () => {
    const wanted = { endpoint: 'http://a:s3cret@b/' }
    const steps = planChanges(
      [thing(subscription('s'), wanted), thing(subscription('new'), wanted)],
      [there(subscription('s'), { endpoint: 'http://a:*****@b/' })],
      { prune: false },
    )

    expect(steps.map(({ isUnsure }) => isUnsure)).toEqual([true, false])
    expect(JSON.stringify(steps.map(({ changes }) => changes))).not.toContain('s3cret')
  })

  it('removes with prune only, below groups of the file only, and children first', () => {
    const desired = [thing(group('shop')), thing(topic('orders'))]
    const elsewhere = there({ kind: 'topic', group: 'other', name: 'kept' })
    const present = [
      ...[
        there(group('shop')),
        there(group('other')),
        elsewhere,
        there(topic('orders')),
        there(topic('old')),
      ],
      ...[there(subscription('gone')), there({ kind: 'oauthProvider', name: 'kept' })],
    ]

    expect(planChanges(desired, present, { prune: false })).toEqual([])
    expect(told(planChanges(desired, present, { prune: true }))).toEqual([
      'delete subscription shop.orders$gone',
      'delete topic shop.old',
    ])
  })

  it('uses the start of a subscription when it makes it, and never again', () => {
    const wanted = [thing(subscription('s'), { startPosition: 'earliest' })]

    expect(planChanges(wanted, [there(subscription('s'))], { prune: false })).toEqual([])
    expect(planChanges(wanted, [], { prune: false })[0]?.members).toEqual({ startPosition: 'earliest' })
  })
})
