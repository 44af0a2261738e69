import { describe, expect, it } from 'vitest'
import type { Scheduler } from './scheduler.js'
import { atOnce, inSharedTurns, inTurns, turnMsMax, type Work } from './turns.js'
import { createVirtualTime } from './virtual-time.js'

/** Ten items of which each takes so long; tells of each. */
function* items(spend: () => void, done: number[]): Work<string> {
  for (let n = 0; n < 10; n++) {
    spend()
    done.push(n)
    yield
  }
  return 'all'
}

describe('work in turns', () => {
  it('lets others have theirs as soon as a turn is over, and goes on where it was', async () => {
    const time = createVirtualTime()
    let spentMs = 0
    const done: number[] = []
    const turns: number[] = []
    const clock = { ...time, monotonic: () => spentMs }
    const scheduler: Scheduler = {
      ...time,
      after(delayMs, run) {
        turns.push(done.length)
        return time.after(delayMs, run)
      },
    }
    const working = inTurns(
      { clock, scheduler },
      items(() => (spentMs += turnMsMax / 4), done),
    )
    await time.advance(0)

    expect([await working, turns, done.length]).toEqual(['all', [4, 8], 10])
  })

  it('is one turn where it is little, or done at once', async () => {
    const time = createVirtualTime()
    expect(
      await inTurns(
        { clock: time, scheduler: time },
        items(() => undefined, []),
      ),
    ).toBe('all')
    expect(atOnce(items(() => undefined, []))).toBe('all')
    expect(time.pending()).toBe(0)
  })

  it('is done once for all who ask meanwhile, and anew for who asks later', async () => {
    const time = createVirtualTime()
    const [begun, clock] = [[] as number[], { ...time, monotonic: () => begun.length * turnMsMax }]
    const ask = inSharedTurns({ clock, scheduler: time }, function* () {
      const nth = begun.push(0)
      if (nth === 1) yield
      if (nth === 2) throw new Error('broken')
      return nth
    })
    const both = [ask(), ask()]
    await time.advance(0)

    expect(await Promise.all(both)).toEqual([1, 1])
    await expect(ask()).rejects.toThrow('broken')
    expect(await ask()).toBe(3)
  })

  it('fails with what the work failed with', async () => {
    const time = createVirtualTime()
    const failing = items(() => {
      throw new Error('broken')
    }, [])

    await expect(inTurns({ clock: time, scheduler: time }, failing)).rejects.toThrow('broken')
  })
})
