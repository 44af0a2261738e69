import { describe, expect, it } from 'vitest'
import { createInspector } from '@iris/common/filter/filters'
import { unreadableEntry, type LogEntry } from '@iris/common/kafka/log-entry'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { ByteBudget } from './byte-budget.js'
import { Feed, turnMsMax } from './feed.js'
import { partitionsMax } from './position.js'
import { createStreamWorld, kafkaTopic, topic } from './testing/stream-world.js'

const end = 5

/** A feed of a topic whose logs end at `end`; `arrived` lies behind it in the first partition already. */
function feedOf(options: { known: number; real: number; arrived?: boolean }): {
  feed: Feed
  grow(partitions: number): void
} {
  let partitions = options.known
  const layout = () => Array.from({ length: partitions }, (_, partition) => ({ partition, leader: 0 }))
  const feed = new Feed(
    {
      reader: {
        follow({ partition, offset }) {
          const entry = unreadableEntry({ topic: kafkaTopic, partition }, offset, offset, 'made up')
          const left: LogEntry[] = options.arrived === true && partition === 0 ? [entry] : []
          const nothing = (): void => undefined
          return {
            next: () => left.shift() ?? null,
            position: offset,
            endOffset: -1,
            seek: nothing,
            close: nothing,
          }
        },
      },
      cluster: { layout, refresh: () => Promise.resolve(void (partitions = options.real)) },
      findOffsets: (_topic, asked) => Promise.resolve(asked.map(partition => ({ partition, offset: end }))),
      ...{ registry: null, areIdsUsed: false, inspector: createInspector(), clock: systemClock },
      ...{ scheduler: systemScheduler, ringItemsMax: 16, ringBytesMax: () => 1_000_000 },
      ahead: new ByteBudget(1_000_000),
    },
    topic,
  )
  return { feed, grow: count => void (partitions = count) }
}

describe('a feed', () => {
  it('tells with its first message already where every partition stands', async () => {
    const { feed } = feedOf({ known: 2, real: 2, arrived: true })
    await feed.start()

    expect(feed.ring.at(0)?.position).toBe('0-5,1-4')
  })

  it('begins at the end of partitions that were added before it began, too', async () => {
    const { feed } = feedOf({ known: 1, real: 2 })
    await feed.start()

    expect(feed.position()).toBe('0-4,1-4')
  })

  it('is left when its topic grows beyond what a position can tell, and no partition is left out', async () => {
    const { feed, grow } = feedOf({ known: 1, real: partitionsMax })
    await feed.start()
    feed.grow()
    expect(feed.isReplaced).toBe(false)
    grow(partitionsMax + 1)
    feed.grow()

    expect(feed.isReplaced).toBe(true)
    expect(feed.next).toHaveLength(partitionsMax)
  })

  it('wakes its readers for a while at a time, so that others have their turn', async () => {
    const made = createStreamWorld(1)
    const feed = await made.feed()
    const order: string[] = []
    const done = new Promise<void>(resolve => {
      for (const name of ['first', 'second', 'third'])
        feed.readers.add({
          pump() {
            if (order.length === 0) setImmediate(() => order.push('another'))
            order.push(name)
            const endMs = systemClock.monotonic() + turnMsMax
            while (systemClock.monotonic() < endMs);
            if (name === 'third') resolve()
          },
        })
    })
    made.broker.append(kafkaTopic, 0, ['1'])
    await done
    await made.stop()

    expect(order.filter(name => name !== 'another')).toEqual(['first', 'second', 'third'])
    expect(order.indexOf('another')).toBeLessThan(order.indexOf('third'))
    expect(order).toContain('another')
  })
})
