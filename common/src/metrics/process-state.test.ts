import { describe, expect, it } from 'vitest'
import { showProcess } from './process-state.js'
import { createMetrics } from './registry.js'

function setUp() {
  const state = { isReady: true, isConnected: true }
  const listeners = new Set<(event: string) => void>()
  const metrics = createMetrics('x_')
  const cancel = showProcess(metrics, {
    isReady: () => state.isReady,
    session: {
      isConnected: () => state.isConnected,
      onSession(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
  })
  return {
    state,
    metrics,
    cancel,
    listeners,
    tell: (event: string) => listeners.forEach(each => each(event)),
  }
}

describe('what a process shows of itself', () => {
  it('is whether it is ready and connected to ZooKeeper, at the moment it is asked', async () => {
    const { state, metrics } = setUp()

    expect(await metrics.text()).toMatch(/x_ready 1\n[^]*x_zookeeper_connected 1\n/)
    state.isReady = state.isConnected = false
    expect(await metrics.text()).toMatch(/x_ready 0\n[^]*x_zookeeper_connected 0\n/)
  })

  it('counts sessions that ended, not connections that were away for a while', async () => {
    const { metrics, tell, cancel, listeners } = setUp()

    for (const event of ['new', 'away', 'back', 'away', 'expired', 'new']) tell(event)

    expect(await metrics.text()).toContain('x_zookeeper_sessions_lost_total 1')
    cancel()
    expect(listeners.size).toBe(0)
  })
})
