import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import { ChunkCache } from './chunk-cache.js'
import type { Cluster, PartitionLayout } from './cluster.js'
import { createLogSeats } from './log-seats.js'
import { PartitionLog } from './partition-log.js'

const rig = () => {
  const time = createVirtualTime()
  const layouts = new Map<string, PartitionLayout[]>()
  const refreshed: string[][] = []
  const listeners = new Set<(topic: string) => void>()
  const cluster = {
    layout: (topic: string) => layouts.get(topic),
    refresh: (topics: readonly string[]) => {
      refreshed.push([...topics])
      return Promise.resolve()
    },
    onLayout: (listener: (topic: string) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  } as unknown as Cluster
  const seated = new Map<string, number>()
  const seats = createLogSeats({
    cluster,
    log: silentLog,
    scheduler: time,
    startLoops: broker => ({
      enter: log => void seated.set(log.name, broker),
      leave: log => void seated.delete(log.name),
      demand: () => undefined,
      stop: () => undefined,
    }),
  })
  const cache = new ChunkCache({ bytesMax: 1, idleTicks: 1 }, () => undefined)
  const limits = { decompressedBytesMax: 1, isChecksumChecked: false }
  const logOf = (topic: string, partition: number): PartitionLog =>
    new PartitionLog({ topic, partition }, { cache, limits, onDemand: log => seats.demand(log) })
  const lead = (topic: string, ...leaders: number[]): void => {
    layouts.set(
      topic,
      leaders.map((leader, partition) => ({ partition, leader })),
    )
    for (const listener of listeners) listener(topic)
  }
  return { time, refreshed, seated, seats, logOf, lead }
}

describe('the seats of logs', () => {
  it('are with the leader, and move when it does', () => {
    const { seats, seated, logOf, lead } = rig()
    lead('t', 1, 2)
    seats.add(logOf('t', 0))
    seats.add(logOf('t', 1))
    expect([...seated]).toEqual([
      ['t/0', 1],
      ['t/1', 2],
    ])

    lead('t', 2, 2)

    expect(seated.get('t/0')).toBe(2)
  })

  it('wait for a topic that is not known yet, asking again more and more seldom', async () => {
    const { time, refreshed, seats, seated, logOf, lead } = rig()
    const log = logOf('t', 0)
    seats.add(log)
    await time.advance(10_000)
    const asked = refreshed.length
    expect(log.isParked).toBe(true)
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(12)

    lead('t', 7)

    expect(seated.get('t/0')).toBe(7)
    expect(log.isParked).toBe(false)
    expect(time.pending()).toBe(0)
  })

  it('are left by a log whose partition was refused, until its leader was looked up again', async () => {
    const { time, refreshed, seats, seated, logOf, lead } = rig()
    lead('t', 1)
    const log = logOf('t', 0)
    seats.add(log)

    seats.refused(log, 'NOT_LEADER_OR_FOLLOWER')

    expect(seated.size).toBe(0)
    expect(log.isParked).toBe(true)
    await time.advance(150)
    expect(refreshed).toEqual([['t']])
    expect(seated.get('t/0')).toBe(1)
  })

  it('are asked for again when a broker is away', () => {
    const { refreshed, seats, logOf, lead } = rig()
    lead('a', 1)
    lead('b', 2)
    seats.add(logOf('a', 0))
    seats.add(logOf('b', 0))

    seats.brokerAway(1)

    expect(refreshed).toEqual([['a']])
  })

  it('forget a log that is followed no more, and everything at the stop', async () => {
    const { time, refreshed, seats, seated, logOf, lead } = rig()
    lead('t', 1, -1)
    const [gone, leaderless] = [logOf('t', 0), logOf('t', 1)]
    seats.add(gone)
    seats.add(leaderless)

    seats.remove(gone)
    seats.stop()
    lead('t', 3, 3)
    await time.advance(10_000)

    expect(seated.size).toBe(0)
    expect(refreshed).toEqual([])
  })
})
