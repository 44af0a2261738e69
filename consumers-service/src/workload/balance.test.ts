import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balance, partitionsOfSlot, type Assignment } from './balance.js'

const nobody: Assignment = new Map()
const subscriptions = (count: number, partitions = 10): { id: string; partitions: number }[] =>
  Array.from({ length: count }, (_, index) => ({ id: `g.t$s${index}`, partitions }))
const loads = (assignment: Assignment): number[] => [...assignment.values()].map(slots => slots.size)

/** Checks that each slot is held exactly once and no instance holds two slots of one subscription. */
function expectComplete(assignment: Assignment, wanted: readonly { id: string; partitions: number }[]): void {
  const instances = assignment.size
  for (const { id, partitions } of wanted) {
    const of = Math.min(2, instances, partitions)
    const held = [...assignment.values()].flatMap(slots => {
      const slot = slots.get(id)
      return slot === undefined ? [] : [slot]
    })
    expect(held.map(each => each.slot).sort()).toEqual(Array.from({ length: of }, (_, slot) => slot))
    expect(held.every(each => each.of === of)).toBe(true)
  }
}

describe('the balance', () => {
  it('gives everything to a single instance as one slot each', () => {
    const next = balance({
      subscriptions: subscriptions(3),
      instances: ['a'],
      present: nobody,
      consumersPerSubscription: 2,
    })

    expect([...(next.get('a')?.values() ?? [])]).toEqual(Array(3).fill({ slot: 0, of: 1 }))
  })

  it('makes one slot where the topic has one partition, and none where Kafka has no topic', () => {
    const next = balance({
      subscriptions: [
        { id: 'one', partitions: 1 },
        { id: 'none', partitions: 0 },
      ],
      instances: ['a', 'b'],
      present: nobody,
      consumersPerSubscription: 2,
    })

    expect(loads(next).reduce((a, b) => a + b)).toBe(1)
  })

  it('gives a limited subscription as many slots as its limit says, more than usual too', () => {
    const next = balance({
      subscriptions: [
        { id: 'one', partitions: 4, consumersMax: 1 },
        { id: 'three', partitions: 4, consumersMax: 3 },
        { id: 'usual', partitions: 4, consumersMax: null },
        { id: 'narrow', partitions: 2, consumersMax: 9 },
      ],
      instances: ['a', 'b', 'c', 'd'],
      present: nobody,
      consumersPerSubscription: 2,
    })
    const slotsOf = (id: string): number => [...next.values()].filter(held => held.has(id)).length

    expect(['one', 'three', 'usual', 'narrow'].map(slotsOf)).toEqual([1, 3, 2, 2])
  })

  it('splits the partitions of a topic between slots without rest or overlap', () => {
    expect(partitionsOfSlot({ slot: 0, of: 2 }, 5)).toEqual([0, 2, 4])
    expect(partitionsOfSlot({ slot: 1, of: 2 }, 5)).toEqual([1, 3])
    expect(partitionsOfSlot({ slot: 0, of: 1 }, 3)).toEqual([0, 1, 2])
  })

  it('is complete, even, deterministic and at rest for any past', () => {
    const inputs = fc.record({
      count: fc.integer({ min: 0, max: 40 }),
      partitions: fc.integer({ min: 1, max: 4 }),
      before: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
      after: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
    })
    fc.assert(
      fc.property(inputs, ({ count, partitions, before, after }) => {
        const wanted = subscriptions(count, partitions)
        const request = { subscriptions: wanted, consumersPerSubscription: 2 }
        const first = balance({ ...request, instances: before, present: nobody })
        const second = balance({ ...request, instances: after, present: first })
        const shuffled = { ...request, subscriptions: [...wanted].reverse(), instances: [...after].reverse() }

        expectComplete(second, after.length === 0 ? [] : wanted)
        expect(Math.max(0, ...loads(second)) - Math.min(Infinity, ...loads(second))).toBeLessThanOrEqual(1)
        expect(balance({ ...shuffled, present: first })).toEqual(second)
        expect(balance({ ...request, instances: after, present: second })).toEqual(second)
      }),
    )
  })

  it('moves only what a dead instance had, and what an even load needs', () => {
    const request = { subscriptions: subscriptions(30), consumersPerSubscription: 2 }
    const before = balance({ ...request, instances: ['a', 'b', 'c'], present: nobody })
    const after = balance({ ...request, instances: ['a', 'b'], present: before })

    for (const instance of ['a', 'b']) {
      for (const [id, slot] of before.get(instance) ?? []) expect(after.get(instance)?.get(id)).toEqual(slot)
    }
  })

  it('moves no more than its even share to a new instance', () => {
    const request = { subscriptions: subscriptions(30), consumersPerSubscription: 2 }
    const before = balance({ ...request, instances: ['a', 'b'], present: nobody })
    const after = balance({ ...request, instances: ['a', 'b', 'c'], present: before })

    const moved = ['a', 'b'].flatMap(instance =>
      [...(before.get(instance) ?? [])].filter(
        ([id, slot]) => after.get(instance)?.get(id)?.slot !== slot.slot,
      ),
    )
    expect(moved).toHaveLength(20)
  })
})
