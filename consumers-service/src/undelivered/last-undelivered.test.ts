import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { startLastUndelivered, undeliveredFigures, type Undelivered } from './last-undelivered.js'

function setUp() {
  const time = createVirtualTime()
  const nodes = new Map<string, string>()
  const writes: string[] = []
  const state = { isConnected: true }
  const session = {
    isConnected: () => state.isConnected,
    write(path: string, data: Buffer) {
      writes.push(path)
      if (!nodes.has(path)) return Promise.reject(new NoNodeError(-101, path, 'no node'))
      nodes.set(path, data.toString())
      return Promise.resolve({})
    },
    create(path: string, data: Buffer) {
      nodes.set(path, data.toString())
      return Promise.resolve(path)
    },
  } as unknown as ZooSession
  const metrics = createMetrics('hermes_consumers_')
  const figures = undeliveredFigures(metrics)
  const undelivered = startLastUndelivered(
    { session, scheduler: time, log: silentLog, figures },
    { periodMs: 5000, cluster: 'primary', path: (topic, subscription) => `/${topic}/${subscription}` },
  )
  const message = (offset: number): Undelivered => ({
    topic: 'g.t' as Undelivered['topic'],
    subscription: 's' as Undelivered['subscription'],
    timestampMs: 7,
    reason: 'because',
    body: Buffer.from('{"a":1}'),
    partition: 2,
    offset,
  })
  return { time, nodes, writes, state, undelivered, message, figures, metrics }
}

describe('the last undelivered message', () => {
  it('is written as Hermes writes it, the newest only, once a period', async () => {
    const { time, nodes, writes, undelivered, message, figures, metrics } = setUp()
    for (let offset = 0; offset < 100; offset++) undelivered.note(message(offset))
    await time.advance(5000)

    expect(writes).toHaveLength(1)
    expect(figures.written.value).toBe(1)
    const size = Buffer.byteLength(nodes.get('/g.t/s') ?? '')
    expect(await metrics.text()).toContain(`undelivered_messages_persisted_message_size_bytes_sum ${size}`)
    expect(JSON.parse(nodes.get('/g.t/s') ?? '')).toEqual({
      timestamp: 7,
      subscription: 's',
      topicName: 'g.t',
      status: 'DISCARDED',
      reason: 'because',
      message: '{"a":1}',
      partition: 2,
      offset: 99,
      cluster: 'primary',
    })
    await time.advance(20_000)
    expect(writes).toHaveLength(1)
  })

  it('waits while ZooKeeper is away, and ends when it is stopped', async () => {
    const { time, nodes, state, undelivered, message } = setUp()
    state.isConnected = false
    undelivered.note(message(1))
    await time.advance(20_000)
    expect(nodes.size).toBe(0)

    state.isConnected = true
    await time.advance(5000)
    expect(nodes.size).toBe(1)
    undelivered.stop()
    expect(time.pending()).toBe(0)
  })
})
