import { describe, expect, it } from 'vitest'
import { compileFilters, type CompiledFilters } from '@iris/common/filter/filters'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { createFilterShare, type FilterShare } from './filter-share.js'

const filters = compileFilters([{ type: 'header', header: 'X', matcher: 'y' }], 'JSON') as CompiledFilters
const message = { body: Buffer.from('{}'), avro: null, propagated: null }

/** Timers that run when the test says so. */
function manualScheduler(): Scheduler & { run(): number } {
  let due: (() => void)[] = []
  const after = (_delayMs: number, run: () => void): Cancel => {
    due.push(run)
    return () => undefined
  }
  return {
    after,
    every: () => () => undefined,
    run() {
      const now = due
      due = []
      for (const each of now) each()
      return now.length
    },
  }
}

/** A subscription with an endless backlog, of which every message is kept out. */
function endless(share: FilterShare): {
  readonly rounds: () => number
  readonly judged: () => number
  begin(): void
} {
  let [rounds, judged] = [0, 0]
  const begin = (): void => {
    rounds++
    while (share.hasRoom()) {
      share.judge(filters, message)
      judged++
    }
    share.whenRoom(begin)
  }
  return { rounds: () => rounds, judged: () => judged, begin }
}

describe('the share of filters in a turn of the event loop', () => {
  it('ends a backlog of any length after a bounded number of messages', () => {
    const scheduler = manualScheduler()
    const share = createFilterShare(scheduler)
    const backlog = endless(share)

    backlog.begin()

    expect(backlog.judged()).toBeGreaterThan(500)
    expect(backlog.judged()).toBeLessThanOrEqual(1_250)
    const before = backlog.judged()
    expect(scheduler.run()).toBe(1)
    expect(backlog.judged()).toBeLessThanOrEqual(before + 1_250)
    expect(backlog.judged()).toBeGreaterThan(before)
  })

  it('goes round: who waits longest is first, with one timer for all', () => {
    const scheduler = manualScheduler()
    const share = createFilterShare(scheduler)
    const all = Array.from({ length: 5 }, () => endless(share))
    for (const each of all) each.begin()

    for (let turn = 0; turn < 50; turn++) expect(scheduler.run()).toBe(1)

    const judged = all.map(each => each.judged())
    expect(Math.min(...judged)).toBeGreaterThan(0)
    expect(Math.max(...judged) - Math.min(...judged)).toBeLessThanOrEqual(1_250)
  })

  it('serves many in one turn when each takes little', () => {
    const scheduler = manualScheduler()
    const share = createFilterShare(scheduler)
    endless(share).begin()
    let served = 0
    for (let count = 0; count < 100; count++)
      share.whenRoom(() => {
        share.judge(filters, message)
        served++
      })

    scheduler.run()
    scheduler.run()

    expect(served).toBe(100)
  })

  it('plans no turn when nobody waits', () => {
    const scheduler = manualScheduler()
    const share = createFilterShare(scheduler)

    share.judge(filters, message)

    expect(share.hasRoom()).toBe(true)
    expect(scheduler.run()).toBe(0)
  })
})
