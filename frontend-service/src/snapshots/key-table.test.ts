import { describe, expect, it } from 'vitest'
import { KeyTable, type KeyBudget } from './key-table.js'

const key = (text: string): Buffer => Buffer.from(text)
const at = (offset: number, partition = 0, timeMs = offset) => ({ partition, offset, timeMs })
const budgetOf = (keysMax = 100): KeyBudget => ({ keysMax, keys: 0 })

describe('the keys of a topic', () => {
  it('lead to the newest message of each', () => {
    const table = new KeyTable(budgetOf())
    table.take(key('a'), at(0), false)
    table.take(key('b'), at(1), false)
    table.take(key('a'), at(2, 0, -5), false)

    expect(table.find(key('a'))?.offset).toBe(2)
    expect(table.find(key('b'))?.offset).toBe(1)
    expect(table.find(key('c'))).toBeNull()
  })

  it('end with a message without value', () => {
    const budget = budgetOf()
    const table = new KeyTable(budget)
    table.take(key('a'), at(0), false)
    table.take(key('a'), at(1), true)
    table.take(key('b'), at(2), true)

    expect([table.find(key('a')), budget.keys]).toEqual([null, 0])
  })

  it('follow the clock between partitions, as after partitions were added', () => {
    const table = new KeyTable(budgetOf())
    table.take(key('a'), at(7, 1, 200), false)
    table.take(key('a'), at(9, 0, 100), false)
    expect(table.find(key('a'))).toEqual(at(7, 1, 200))

    table.take(key('a'), at(10, 0, 300), false)
    expect(table.find(key('a'))).toEqual(at(10, 0, 300))
  })

  it('tell nothing rather than something wrong once one had no room, and give their room back', () => {
    const budget = budgetOf(2)
    const [table, other] = [new KeyTable(budget), new KeyTable(budget)]
    other.take(key('x'), at(0), false)
    table.take(key('a'), at(0), false)
    expect(table.isFull).toBe(false)
    table.take(key('b'), at(1), false)

    expect([table.isFull, table.find(key('a')), budget.keys]).toEqual([true, null, 1])
    other.clear()
    expect(budget.keys).toBe(0)
  })
})
