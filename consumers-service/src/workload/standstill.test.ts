import { describe, expect, it } from 'vitest'
import type { Clock } from '@iris/common/time/clock'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { SessionEvent } from '@iris/common/zookeeper/session'
import { watchStandstill, type Standstill } from './standstill.js'

const sessionMs = 10_000

interface World {
  readonly time: VirtualTime
  readonly standstill: Standstill
  /** ZooKeeper answers now. */
  hear(): void
  /** Time goes by while the process is frozen: no timer fires. */
  freeze(ms: number): void
  tell(event: SessionEvent): void
}

function world(): World {
  const time = createVirtualTime()
  let frozenMs = 0
  const clock: Clock = { now: time.now, monotonic: () => time.monotonic() + frozenMs }
  const listeners = new Set<(event: SessionEvent) => void>()
  let heardMs = clock.monotonic()
  let isConnected = true
  const standstill = watchStandstill(
    {
      isConnected: () => isConnected,
      silentMs: () => clock.monotonic() - heardMs,
      sessionTimeoutMs: () => sessionMs,
      onSession(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    { clock, scheduler: time },
  )
  return {
    time,
    standstill,
    freeze: ms => void (frozenMs += ms),
    hear: () => void (heardMs = clock.monotonic()),
    tell(event) {
      isConnected = event === 'new' || event === 'back'
      for (const listener of listeners) listener(event)
    },
  }
}

describe('a process that stood still', () => {
  it('does not doubt while ZooKeeper answers, nor while it is away from a process that runs', async () => {
    const { time, standstill, tell } = world()

    expect(standstill.doubt()).toBeNull()
    await time.advance(sessionMs * 0.7)
    tell('away')
    await time.advance(sessionMs * 5)

    expect(standstill.doubt()).toBeNull()
  })

  it('doubts at the first look after a standstill, until ZooKeeper is heard again', async () => {
    const { standstill, hear, freeze } = world()
    freeze(sessionMs + 1)

    expect(standstill.doubt()).toContain('stood still')
    hear()

    expect(standstill.doubt()).toBeNull()
  })

  it('goes on doubting when the silent connection is given up first, until the next session', async () => {
    const { standstill, hear, tell, freeze } = world()
    freeze(sessionMs + 1)
    tell('away')

    expect(standstill.doubt()).toContain('stood still')
    tell('expired')
    expect(standstill.doubt()).toContain('stood still')
    hear()
    tell('new')

    expect(standstill.doubt()).toBeNull()
  })

  it('stops doubting after a session without ZooKeeper', async () => {
    const { time, standstill, tell, freeze } = world()
    freeze(sessionMs + 1)
    tell('away')
    await time.advance(sessionMs)
    expect(standstill.doubt()).toContain('stood still')

    await time.advance(1)

    expect(standstill.doubt()).toBeNull()
  })

  it('doubts after a standstill that began with ZooKeeper away, whatever runs first on waking', async () => {
    for (const first of ['a look', 'a timer']) {
      const { time, standstill, hear, tell, freeze } = world()
      tell('away')
      await time.advance(sessionMs * 2)
      expect(standstill.doubt()).toBeNull()
      freeze(sessionMs + 1)
      if (first === 'a timer') await time.advance(1_000)

      expect(standstill.doubt()).toContain('stood still')
      hear()
      tell('new')
      expect(standstill.doubt()).toBeNull()
    }
  })

  it('does not doubt after a standstill shorter than the session', () => {
    for (const isAway of [false, true]) {
      const { standstill, tell, freeze } = world()
      if (isAway) tell('away')
      freeze(sessionMs - 1)

      expect(standstill.doubt()).toBeNull()
    }
  })
})
