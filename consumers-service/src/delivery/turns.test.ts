import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns, hashOfKey, turnKind } from './turns.js'

describe('turns', () => {
  it.each([
    ['NONE', 100, 'free'],
    ['NONE', 1, 'single'],
    ['KEY', 1, 'key'],
    ['KEY', 100, 'key'],
    ['PARTITION', 100, 'partition'],
  ] as const)('of ordering %s with %d in flight are %s', (ordering, inflightMax, kind) => {
    expect(turnKind(ordering, inflightMax)).toBe(kind)
  })

  it('hold nobody back where order does not matter', () => {
    const turns = createTurns<string>('free')

    expect([turns.mayRead(0), turns.enter('a', 0, 1), turns.enter('b', 0, 1)]).toEqual([true, true, true])
    expect(turns.leave(0, 1)).toBeNull()
  })

  it('park the second message of a key and let other keys and messages without key go', () => {
    const turns = createTurns<string>('key')

    expect(turns.enter('a1', 0, 1)).toBe(true)
    expect(turns.enter('a2', 0, 1)).toBe(false)
    expect(turns.enter('b1', 0, 2)).toBe(true)
    expect(turns.enter('x', 0, null)).toBe(true)
    expect(turns.enter('y', 0, null)).toBe(true)
    expect(turns.enter('other partition', 1, 1)).toBe(true)
    expect(turns.parkedCount()).toBe(1)

    expect(turns.leave(0, 1)).toBe('a2')
    expect(turns.leave(0, 1)).toBeNull()
    expect(turns.enter('a3', 0, 1)).toBe(true)
  })

  it('go one by one in each partition', () => {
    const turns = createTurns<string>('partition')
    turns.enter('a', 0, null)

    expect(turns.mayRead(0)).toBe(false)
    expect(turns.mayRead(1)).toBe(true)
    turns.leave(0, null)
    expect(turns.mayRead(0)).toBe(true)
  })

  it('go one by one in the whole subscription', () => {
    const turns = createTurns<string>('single')
    turns.enter('a', 0, null)

    expect(turns.mayRead(1)).toBe(false)
    turns.leave(0, null)
    expect(turns.mayRead(1)).toBe(true)
  })

  it.each(['key', 'partition', 'single'] as const)(
    'of kind %s forget a partition that is given away',
    kind => {
      const turns = createTurns<string>(kind)
      turns.enter('a', 3, 9)
      if (kind === 'key') turns.enter('b', 3, 9)

      expect(turns.parked(3)).toEqual(kind === 'key' ? ['b'] : [])
      turns.drop(3)
      expect(turns.mayRead(3)).toBe(true)
      expect(turns.parkedCount()).toBe(0)
      expect(turns.enter('c', 3, 9)).toBe(true)
    },
  )

  it('let each key go in order of arrival, one at a time, and lose nobody', () => {
    const steps = fc.array(
      fc.record({ isArrival: fc.boolean(), line: fc.integer({ min: 0, max: 4 }), pick: fc.nat() }),
      { maxLength: 400 },
    )
    fc.assert(
      fc.property(steps, all => {
        const turns = createTurns<{ line: number; order: number }>('key')
        const underWay: { line: number; order: number }[] = []
        const started = new Map<number, number[]>()
        let arrived = 0
        const start = (item: { line: number; order: number }): void => {
          expect(underWay.some(other => other.line === item.line)).toBe(false)
          underWay.push(item)
          started.set(item.line, [...(started.get(item.line) ?? []), item.order])
        }
        const finish = (pick: number): void => {
          const [item] = underWay.splice(pick % underWay.length, 1)
          const next = item === undefined ? null : turns.leave(0, item.line)
          if (next !== null) start(next)
        }
        for (const { isArrival, line, pick } of all) {
          const item = { line, order: arrived }
          if (!isArrival) finish(pick)
          else if ((arrived++, turns.enter(item, 0, line))) start(item)
        }
        while (underWay.length > 0) finish(0)

        expect([...started.values()].flat()).toHaveLength(arrived)
        for (const orders of started.values()) expect(orders).toEqual([...orders].sort((a, b) => a - b))
        expect(turns.parkedCount()).toBe(0)
      }),
    )
  })

  it('hash keys to 32 bits, alike for alike', () => {
    expect(hashOfKey(Buffer.from('a'))).toBe(0xe40c292c)
    expect(hashOfKey(Buffer.from('order-1'))).toBe(hashOfKey(Buffer.from('order-1')))
    expect(hashOfKey(Buffer.from('order-1'))).not.toBe(hashOfKey(Buffer.from('order-2')))
  })
})
