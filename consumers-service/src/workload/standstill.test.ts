import { describe, expect, it } from 'vitest'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { SessionEvent } from '@iris/common/zookeeper/session'
import { watchStandstill, type Standstill } from './standstill.js'

const sessionMs = 10_000

interface World {
  readonly time: VirtualTime
  readonly standstill: Standstill
  /** ZooKeeper answers now. */
  hear(): void
  tell(event: SessionEvent): void
}

function world(): World {
  const time = createVirtualTime()
  const listeners = new Set<(event: SessionEvent) => void>()
  let heardMs = time.monotonic()
  let isConnected = true
  const standstill = watchStandstill(
    {
      isConnected: () => isConnected,
      silentMs: () => time.monotonic() - heardMs,
      sessionTimeoutMs: () => sessionMs,
      onSession(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    time,
  )
  return {
    time,
    standstill,
    hear: () => void (heardMs = time.monotonic()),
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
    const { time, standstill, hear } = world()
    await time.advance(sessionMs + 1)

    expect(standstill.doubt()).toContain('stood still')
    hear()

    expect(standstill.doubt()).toBeNull()
  })

  it('goes on doubting when the silent connection is given up first, until the next session', async () => {
    const { time, standstill, hear, tell } = world()
    await time.advance(sessionMs + 1)
    tell('away')

    expect(standstill.doubt()).toContain('stood still')
    tell('expired')
    expect(standstill.doubt()).toContain('stood still')
    hear()
    tell('new')

    expect(standstill.doubt()).toBeNull()
  })

  it('stops doubting after a session without ZooKeeper', async () => {
    const { time, standstill, tell } = world()
    await time.advance(sessionMs + 1)
    tell('away')
    await time.advance(sessionMs)
    expect(standstill.doubt()).toContain('stood still')

    await time.advance(1)

    expect(standstill.doubt()).toBeNull()
  })
})
