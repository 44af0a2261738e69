import { describe, expect, it } from 'vitest'
import { UniqueQueue } from './unique-queue.js'

describe('a unique queue', () => {
  it('gives things in the order of their coming, each once', () => {
    const queue = new UniqueQueue<string>()
    for (const item of ['a', 'b', 'a', 'c', 'b']) queue.add(item)

    expect(queue.size).toBe(3)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', 'c', undefined])
  })

  it('passes over what was taken out, and takes it again when it comes again', () => {
    const queue = new UniqueQueue<string>()
    for (const item of ['a', 'b', 'c']) queue.add(item)

    expect(queue.delete('b')).toBe(true)
    expect(queue.delete('b')).toBe(false)
    queue.add('b')

    expect([...queue].toSorted()).toEqual(['a', 'b', 'c'])
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toHaveLength(4)
    expect(queue.size).toBe(0)
  })

  it('keeps no more than a bound of what was taken out', () => {
    const queue = new UniqueQueue<number>()

    for (let count = 0; count < 100_000; count++) {
      queue.add(count)
      queue.delete(count)
    }

    const { items } = queue as unknown as { items: number[] }
    expect(items.length).toBeLessThanOrEqual(1_025)
    expect(queue.shift()).toBeUndefined()
  })
})
