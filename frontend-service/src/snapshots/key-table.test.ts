import { describe, expect, it } from 'vitest'
import { KeyTable, type KeyBudget } from './key-table.js'

const key = (text: string): Buffer => Buffer.from(text)
const at = (offset: number, partition = 0, timeMs = offset) => ({ partition, offset, timeMs, isEnd: false })
const endAt = (offset: number, partition = 0, timeMs = offset) => ({
  ...at(offset, partition, timeMs),
  isEnd: true,
})
const budgetOf = (keysMax = 100): KeyBudget => ({ keysMax, keys: 0 })

describe('the keys of a topic', () => {
  it('lead to the newest message of each', () => {
    const table = new KeyTable(budgetOf())
    table.take(key('a'), at(0))
    table.take(key('b'), at(1))
    table.take(key('a'), at(2, 0, -5))

    expect(table.find(key('a'))?.offset).toBe(2)
    expect(table.find(key('b'))?.offset).toBe(1)
    expect(table.find(key('c'))).toBeNull()
  })

  it('end with a message without value', () => {
    const budget = budgetOf()
    const table = new KeyTable(budget)
    table.take(key('a'), at(0))
    table.take(key('a'), endAt(1))
    table.take(key('b'), endAt(2))

    expect([table.find(key('a')), table.find(key('b'))]).toEqual([null, null])
    table.clear()
    expect(budget.keys).toBe(0)
  })

  it('stay ended by a later message of a partition that is read before the one with the value', () => {
    const table = new KeyTable(budgetOf())
    table.take(key('a'), endAt(7, 1, 200))
    table.take(key('a'), at(9, 0, 100))
    expect(table.find(key('a'))).toBeNull()

    table.take(key('a'), at(10, 0, 300))
    expect(table.find(key('a'))?.offset).toBe(10)
  })

  it('count for as many as would take their bytes', () => {
    const budget = budgetOf(5)
    const table = new KeyTable(budget)
    table.take(key('a'.repeat(100)), at(0))
    table.take(key('b'.repeat(301)), at(1))
    expect([table.isFull, budget.keys]).toEqual([false, 5])

    table.take(key(''), at(2))
    expect([table.isFull, budget.keys]).toEqual([true, 0])
  })

  it('follow the clock between partitions, as after partitions were added', () => {
    const table = new KeyTable(budgetOf())
    table.take(key('a'), at(7, 1, 200))
    table.take(key('a'), at(9, 0, 100))
    expect(table.find(key('a'))).toEqual(at(7, 1, 200))

    table.take(key('a'), at(10, 0, 300))
    expect(table.find(key('a'))).toEqual(at(10, 0, 300))
  })

  it('tell nothing rather than something wrong once one had no room, and give their room back', () => {
    const budget = budgetOf(2)
    const [table, other] = [new KeyTable(budget), new KeyTable(budget)]
    other.take(key('x'), at(0))
    table.take(key('a'), at(0))
    expect(table.isFull).toBe(false)
    table.take(key('b'), at(1))

    expect([table.isFull, table.find(key('a')), budget.keys]).toEqual([true, null, 1])
    other.clear()
    expect(budget.keys).toBe(0)
  })
})
