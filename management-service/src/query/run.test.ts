import { describe, expect, it } from 'vitest'
import type { Query } from './query.js'
import { select } from './run.js'

/** A query that costs so many steps an object; tells what it judged before somebody else got a turn. */
async function judgedBeforeOthers(count: number, stepsEach: number): Promise<number> {
  let [judged, before] = [0, count]
  const query: Query = {
    isMeant: () => ++judged % 2 === 0,
    spent: () => judged * stepsEach,
  }
  setImmediate(() => (before = judged))

  const found = await select([...Array(count).keys()], item => ({ item }), query)

  expect(judged).toBe(count)
  expect(found.map(({ item }) => item)).toEqual([...Array(count).keys()].filter(item => item % 2 === 1))
  return before
}

describe('a query over many objects', () => {
  it.each([
    { count: 1_000, stepsEach: 0, before: 256 },
    { count: 1_000, stepsEach: 100_000, before: 5 },
    { count: 10, stepsEach: 4_000_000, before: 1 },
    { count: 256, stepsEach: 100, before: 256 },
  ])('lets others in by number and by cost: $count of $stepsEach steps', async expected => {
    expect(await judgedBeforeOthers(expected.count, expected.stepsEach)).toBe(expected.before)
  })
})
