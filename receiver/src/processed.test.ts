import { describe, expect, it } from 'vitest'
import { createMemoryProcessed } from './memory.js'
import { processedOnce } from './processed.js'

describe('work for an id', () => {
  it('is done once, and what came of it is given once', async () => {
    const store = createMemoryProcessed()
    let count = 0

    expect(await processedOnce(store, 'a', async () => ++count)).toEqual({ isFirst: true, result: 1 })
    expect(await processedOnce(store, 'a', async () => ++count)).toEqual({ isFirst: false })
    expect(await processedOnce(store, 'b', async () => ++count)).toEqual({ isFirst: true, result: 2 })
  })

  it('is done once when two deliveries come at the same moment', async () => {
    const store = createMemoryProcessed()
    let count = 0
    const twice = [1, 2].map(() => processedOnce(store, 'a', async () => ++count))

    expect((await Promise.all(twice)).filter(each => each.isFirst)).toHaveLength(1)
    expect(count).toBe(1)
  })

  it('that failed is done again', async () => {
    const store = createMemoryProcessed()

    await expect(processedOnce(store, 'a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect((await processedOnce(store, 'a', async () => 1)).isFirst).toBe(true)
  })

  it('is refused without an id', async () => {
    await expect(processedOnce(createMemoryProcessed(), '', async () => 1)).rejects.toThrow('without an id')
  })

  it('is forgotten at the bound, the oldest first', async () => {
    const store = createMemoryProcessed({ idsMax: 2 })
    for (const id of ['a', 'b', 'c']) await processedOnce(store, id, async () => id)

    expect((await processedOnce(store, 'c', async () => 1)).isFirst).toBe(false)
    expect((await processedOnce(store, 'a', async () => 1)).isFirst).toBe(true)
  })
})
