import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { PartitionWork } from '../delivery/partition-work.js'
import { basePlan } from '../delivery/testing/pipeline-world.js'
import type { Claim } from './claim.js'
import { createDelayReading } from './delay-reading.js'

function setUp() {
  const time = createVirtualTime()
  const wanted: (readonly number[])[] = []
  const events: string[] = []
  let tell: (partitions: number) => void = () => undefined
  const work = {
    follower: { endOffset: 3 },
    window: { next: () => 2, commitPosition: () => 1 },
  } as unknown as PartitionWork
  // As a claim is: its methods are nothing without it.
  const claimOf = (partition: number, present: PartitionWork | null): object => ({
    ...{ partition, present },
    work(this: { present: unknown }) {
      return this.present
    },
  })
  const claims = [claimOf(0, work), claimOf(2, null)] as unknown as Claim[]
  const reading = createDelayReading(
    {
      offsets: {
        latest: async (_topic: string, partitions: readonly number[]) =>
          partitions.map(partition => ({ partition, offset: 50 })),
      } as never,
      scheduler: time,
      log: silentLog,
      watch(_plan, listener) {
        tell = listener
        return () => void events.push('unwatched')
      },
      open: () => ({
        want: partitions => void wanted.push(partitions),
        moved: () => Promise.resolve(),
        claims: () => claims,
        problem: () => null,
        stop: async () => void events.push('stopped'),
      }),
      dueMs: partition => (partition === 0 ? 77 : null),
    },
    basePlan,
  )
  return { time, wanted, events, reading, tell: (partitions: number) => tell(partitions) }
}

describe('the reading of a delay topic', () => {
  it('begins when the topic exists and a slot runs here, with the partitions of that slot', () => {
    const { wanted, reading, tell } = setUp()
    reading.want({ slot: 1, of: 2 })
    tell(0)
    expect(wanted).toEqual([])

    tell(6)
    reading.want({ slot: 0, of: 1 })
    reading.want(null)
    expect(wanted).toEqual([[1, 3, 5], [0, 1, 2, 3, 4, 5], []])
  })

  it('gives everything back when the topic goes, and ends with its watch', async () => {
    const { time, wanted, events, reading, tell } = setUp()
    reading.want({ slot: 0, of: 1 })
    tell(6)
    tell(0)
    expect(wanted.at(-1)).toEqual([])

    await reading.stop()
    expect(events).toEqual(['unwatched', 'stopped'])
    expect(time.pending()).toBe(0)
  })

  it('tells how many messages wait, by the ends that it looks up, and when the next is due', async () => {
    const { time, reading, tell } = setUp()
    expect(reading.waiting()).toEqual({ messages: 0, nextDueMs: null })
    reading.want({ slot: 0, of: 1 })
    tell(6)
    expect(reading.waiting()).toEqual({ messages: 2, nextDueMs: 77 })

    await time.advance(10_000)
    expect(reading.waiting()).toEqual({ messages: 49, nextDueMs: 77 })
  })
})
