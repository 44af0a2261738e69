import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createOwnRates, type CountingProcess } from './own-rates.js'

const periodMs = 10_000

/** A frontend that counted `requests` of a topic. */
function setUp() {
  const time = createVirtualTime()
  const alive: CountingProcess[] = [
    { id: 'f', kind: 'frontend', url: 'http://f', startedMs: time.now() - 3_600_000 },
  ]
  const world = { requests: 0, isSilent: false, isZooKeeperAway: false }
  const source = createOwnRates(
    {
      ...{ clock: time, scheduler: time, log: silentLog },
      processes: () => (world.isZooKeeperAway ? Promise.reject(new Error('away')) : Promise.resolve(alive)),
      asker: {
        json: url =>
          world.isSilent || url !== 'http://f/status/figures'
            ? Promise.reject(new Error('silent'))
            : Promise.resolve({ figures: ['requests', 'new'], rows: [['g.t', world.requests, 1]] }),
        stop: () => Promise.resolve(),
      },
    },
    periodMs,
  )
  const rate = async (): Promise<number | null> => (await source.topics(null)).of('g.t', 'requests')
  return { time, alive, world, source, rate }
}

describe('rates that the services tell', () => {
  it('are there for the first question, from two answers', async () => {
    const { time, world, source, rate } = setUp()
    world.requests = 1_000
    source.start()
    const first = rate()
    await time.advance(500)
    world.requests = 1_020
    await time.advance(1_000)

    expect(await first).toBe(20)
  })

  it('count all that a process did since it began', async () => {
    const { time, alive, world, source, rate } = setUp()
    alive.splice(0)
    source.start()
    await time.advance(5_000)
    alive.push({ id: 'f', kind: 'frontend', url: 'http://f', startedMs: time.now() })
    world.requests = 30
    await time.advance(5_000)

    expect(await rate()).toBe(6)
  })

  it('follow each period, and forget a process that is gone', async () => {
    const { time, alive, world, source, rate } = setUp()
    source.start()
    await time.advance(1_000)
    world.requests = 180
    await time.advance(periodMs)
    expect(await rate()).toBe(20)

    alive.splice(0)
    await time.advance(periodMs)
    expect(await rate()).toBe(0)
  })

  it('stay for a minute while a process or ZooKeeper is silent, and are unknown afterwards', async () => {
    const { time, world, source, rate } = setUp()
    source.start()
    await time.advance(1_000)
    world.requests = 90
    await time.advance(9_000)
    expect(await rate()).toBe(10)

    world.isSilent = true
    await time.advance(30_000)
    expect(await rate()).toBe(10)
    await time.advance(40_000)
    expect(await rate()).toBe(0)

    world.isZooKeeperAway = true
    await time.advance(70_000)
    expect(await rate()).toBeNull()
  })

  it('tell who has told nothing of a round, until that is given up', async () => {
    const { time, alive, world, source } = setUp()
    const untold: unknown[] = []
    source.onRound(({ untold: pages }) => {
      untold.push(pages.map(page => page && [...page.figures.keys()]))
      return Promise.resolve()
    })
    world.requests = 5
    source.start()
    await time.advance(1_500)
    // Of the first look nobody knows what was new.
    expect(untold).toEqual([[['g.t']], []])

    world.isSilent = true
    await time.advance(periodMs)
    expect(untold.at(-1)).toEqual([['g.t']])
    alive.push({ id: 'other', kind: 'frontend', url: 'http://other', startedMs: time.now() })
    await time.advance(periodMs)
    expect(untold.at(-1)).toEqual([['g.t'], null])
    await time.advance(8 * periodMs)
    expect(untold.at(-1)).toEqual([])
  })
})
