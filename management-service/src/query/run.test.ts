import { describe, expect, it } from 'vitest'
import { turnMsMax } from '@iris/common/time/turns'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Query } from './query.js'
import { select } from './run.js'

/** A query of a hundred objects that takes so long for each; tells how many it judged a turn. */
async function judgedInTurns(msEach: number): Promise<readonly number[]> {
  const time = createVirtualTime()
  const items = [...Array(100).keys()]
  let judged = 0
  const seen: number[] = []
  const query: Query = { isMeant: () => ++judged % 2 === 0 }
  const clock = { ...time, monotonic: () => judged * msEach }
  const others: typeof time.after = (delayMs, run) => {
    seen.push(judged)
    return time.after(delayMs, run)
  }

  const selecting = select({ clock, scheduler: { ...time, after: others } }, items, item => ({ item }), query)
  await time.advance(0)

  expect((await selecting).map(({ item }) => item)).toEqual(items.filter(item => item % 2 === 1))
  return [...seen, judged].map((count, turn, counts) => count - (counts[turn - 1] ?? 0))
}

describe('a query over many objects', () => {
  it.each([
    { msEach: turnMsMax / 40, turns: [40, 40, 20] },
    { msEach: 10 * turnMsMax, turns: [...Array<number>(100).fill(1), 0] },
    { msEach: 0, turns: [100] },
  ])('lets others in by what it costs: $msEach ms each', async ({ msEach, turns }) => {
    expect(await judgedInTurns(msEach)).toEqual(turns)
  })
})
