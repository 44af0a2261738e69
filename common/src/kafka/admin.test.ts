import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import { createKafkaAdmin, type KafkaAdmin } from './admin.js'
import type { Cluster } from './cluster.js'

/** An admin of a cluster that takes every order, and shows the topic until `goneAtMs`. */
function setUp(goneAtMs: number): { time: VirtualTime; admin: KafkaAdmin } {
  const time = createVirtualTime()
  const cluster = {
    controller: () => Promise.resolve(1),
    connection: () => Promise.resolve({ request: () => Promise.resolve() }),
    refresh: () => Promise.resolve(),
    layout: () => (time.monotonic() < goneAtMs ? [] : undefined),
  } as unknown as Cluster
  const parts = { cluster, log: silentLog, clock: time, scheduler: time }
  return { time, admin: createKafkaAdmin(parts, { requestTimeoutMs: 5_000 }) }
}

describe('the removal of a Kafka topic', () => {
  it('ends when the topic is gone', async () => {
    const { time, admin } = setUp(2_000)

    const removed = admin.deleteTopic('orders').then(() => time.monotonic())
    await time.advance(10_000)

    expect(await removed).toBeGreaterThanOrEqual(2_000)
  })

  it('fails when the topic is still there at the deadline', async () => {
    const { time, admin } = setUp(Infinity)

    const failure = admin.deleteTopic('orders').catch((error: unknown) => error)
    await time.advance(10_000)

    expect(await failure).toMatchObject({ message: 'Kafka topic orders is still there after 5000 ms' })
  })
})
