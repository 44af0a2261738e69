import { describe, expect, it } from 'vitest'
import type { SubscriptionId } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Lock } from '@iris/common/zookeeper/lock'
import { createTaskDesk } from './task-desk.js'

function setUp(tasksMax = 2) {
  const time = createVirtualTime()
  const state = { reason: null as string | null, refuses: false }
  const held = new Set<string>()
  const running = new Map<string, () => void>()
  let openNames: (names: readonly string[]) => void = () => undefined
  let changed: (id: SubscriptionId) => void = () => undefined
  const desk = createTaskDesk(
    {
      ...{ scheduler: time, log: silentLog },
      watchOpen(listener) {
        openNames = listener
        return () => undefined
      },
      onSubscription(listener) {
        changed = listener
        return () => undefined
      },
      whyNot: () => state.reason,
      acquire({ name }) {
        if (state.refuses) return Promise.reject(new Error('it is suspended'))
        held.add(name)
        return Promise.resolve({ release: () => Promise.resolve(void held.delete(name)) } as Lock)
      },
      run: ({ name }, _lock, signal) =>
        new Promise(resolve => {
          const end = (): void => {
            running.delete(name)
            resolve()
          }
          running.set(name, end)
          signal.addEventListener('abort', end)
        }),
    },
    { tasksMax, retryMs: 1_000 },
  )
  desk.start()
  return {
    ...{ time, state, held, running, desk },
    open: (names: readonly string[]) => openNames(names),
    changed: () => changed('g.t$s' as SubscriptionId),
  }
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_each, index) => `g.t$s${index}$redrive`)

describe('the desk of a process', () => {
  it('works on a bounded number of tasks, and takes the next when one ends', async () => {
    const { time, open, running, held, desk } = setUp(2)
    open([...names(3), 'not one of ours'])
    await time.advance(5_000)

    expect([running.size, held.size, desk.runningCount()]).toEqual([2, 2, 2])
    const [first] = running.keys()
    running.get(first!)!()
    open(names(3).filter(name => name !== first))
    await time.advance(5_000)

    expect([running.size, held.size]).toEqual([2, 2])
    expect(running.has(first!)).toBe(false)
  })

  it('takes nothing of a subscription that must not run, and gives up what it has when it must not any more', async () => {
    const { time, open, running, held, state, changed } = setUp()
    state.reason = 'it is suspended'
    open(['g.t$s$redrive'])
    await time.advance(5_000)
    expect(held.size).toBe(0)

    state.reason = null
    changed()
    await time.advance(1_000)
    expect(running.size).toBe(1)
    state.reason = 'it is suspended'
    changed()
    await time.advance(0)

    expect([running.size, held.size]).toEqual([0, 0])
    await time.advance(10_000)
    expect(held.size).toBe(0)
  })

  it('tries again what was refused, and goes on with what was interrupted', async () => {
    const { time, open, running, state } = setUp()
    state.refuses = true
    open(['g.t$s$redrive'])
    await time.advance(2_500)
    expect(running.size).toBe(0)

    state.refuses = false
    await time.advance(1_500)

    expect(running.size).toBe(1)
  })

  it('gives every lock back when the process stops, and takes no more', async () => {
    const { time, open, held, desk } = setUp()
    open(names(2))
    await time.advance(1_000)

    const stopped = desk.stop()
    await time.advance(0)
    await stopped
    open(names(3))
    await time.advance(5_000)

    expect(held.size).toBe(0)
  })

  it('works on none where the operator leaves them to others', async () => {
    const { time, open, held } = setUp(0)
    open(names(2))
    await time.advance(5_000)

    expect(held.size).toBe(0)
  })
})
