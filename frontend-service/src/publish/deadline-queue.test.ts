import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineQueue, type Deadlined } from './deadline-queue.js'

interface Item extends Deadlined {
  readonly name: number
}

function item(name: number, onDue: (name: number) => void = () => undefined): Item {
  return { name, dueMs: 0, queue: null, previousDue: null, nextDue: null, onDue: () => onDue(name) }
}

describe('queue of deadlines', () => {
  it('tells what is due at its time, in order, and not a millisecond before', () => {
    const told: number[] = []
    const queue = new DeadlineQueue(100)
    queue.add(
      item(1, name => told.push(name)),
      0,
    )
    queue.add(
      item(2, name => told.push(name)),
      10,
    )
    queue.add(
      item(3, name => told.push(name)),
      10,
    )

    queue.expire(99)
    expect(told).toEqual([])
    queue.expire(100)
    expect(told).toEqual([1])
    queue.expire(110)

    expect(told).toEqual([1, 2, 3])
    expect(queue.size).toBe(0)
  })

  it('lets an item add itself again while it is told', () => {
    const queue = new DeadlineQueue(10)
    let told = 0
    const again: Item = item(1, () => {
      told++
      queue.add(again, 10)
    })
    queue.add(again, 0)

    queue.expire(10)

    expect(told).toBe(1)
    expect(queue.size).toBe(1)
  })

  it('holds exactly what was added and not removed, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 200 }), picks => {
        const told: number[] = []
        const queue = new DeadlineQueue(5)
        const items = Array.from({ length: 10 }, (_, name) => item(name, each => told.push(each)))
        const expected = new Set<number>()
        for (const name of picks) {
          const picked = items[name] as Item
          if (picked.queue === null) {
            queue.add(picked, 0)
            expected.add(name)
          } else {
            queue.remove(picked)
            expected.delete(name)
          }
        }

        const size = queue.size
        queue.expire(5)

        expect(size).toBe(expected.size)
        expect(told).toEqual([...expected])
        expect(items.every(each => each.queue === null && each.nextDue === null)).toBe(true)
      }),
    )
  })
})
