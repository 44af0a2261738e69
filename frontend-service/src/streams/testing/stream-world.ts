/**
 * The streams of one process over a Kafka in memory, for tests.
 * Takes partitions and bounds. Gives the parts of the pipeline, and readers that note what they were given.
 */
import { createInspector } from '@iris/common/filter/filters'
import { FakeBroker } from '@iris/common/kafka/fake-broker'
import { createFindOffsets } from '@iris/common/kafka/log-ends'
import { createLogReader, logReaderDefaults, type LogReader } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createFeeds, type Feeds } from '../feeds.js'
import type { Feed, FeedTopic } from '../feed.js'
import type { StreamItem } from '../item.js'
import { createFindPlace, type FindPlace } from '../placing.js'
import { Reading, type Sink } from '../reading.js'
import type { Start } from '../wish.js'

export const kafkaTopic = 'ns_acme.chat'
export const topic: FeedTopic = { name: 'acme.chat', kafkaTopic, avroSubject: null, createdMs: 17 }

export interface StreamWorld {
  readonly broker: FakeBroker
  readonly reader: LogReader
  readonly feeds: Feeds
  readonly findPlace: FindPlace
  /** The feed of the one topic. */
  feed(): Promise<Feed>
  /** A reader that takes all it is given, while `hasRoom` says so. */
  read(start: Start, hasRoom?: () => boolean): Promise<TestReader>
  stop(): Promise<void>
}

export interface TestReader {
  readonly items: StreamItem[]
  readonly reading: Reading
}

/** Makes the world, with the topic's partitions empty. */
export function createStreamWorld(
  partitions: number,
  ringItemsMax = 100,
  aheadBytesMax = 10 * 1024 * 1024,
): StreamWorld {
  const broker = new FakeBroker()
  broker.create(kafkaTopic, partitions)
  const base = { cluster: broker.cluster(), log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const reader = createLogReader(base, { ...logReaderDefaults, fetchWaitMs: 100 })
  reader.start()
  const feeds = createFeeds({
    ...{ ...base, reader, registry: null, areIdsUsed: false, ringItemsMax },
    findOffsets: createFindOffsets(base, 5_000),
    inspector: createInspector(),
    ringsBytesMax: 10 * 1024 * 1024,
    aheadBytesMax,
    onTrouble: () => undefined,
  })
  const findPlace = createFindPlace(base)
  return {
    ...{ broker, reader, feeds, findPlace },
    feed: () => feeds.open(topic),
    async read(start, hasRoom = () => true) {
      const feed = await feeds.open(topic)
      const items: StreamItem[] = []
      const sink: Sink = { hasRoom, give: item => void items.push(item) }
      const reading = new Reading(feed, sink, await findPlace(feed, start))
      reading.pump()
      return { items, reading }
    },
    async stop() {
      feeds.stop()
      await reader.stop()
    },
  }
}

/** `partition:offset` of messages, `partition:from>to` of gaps. */
export function placesOf(items: readonly StreamItem[]): string[] {
  return items.map(item =>
    item.kind === 'gap' ? `${item.partition}:${item.from}>${item.to}` : `${item.partition}:${item.offset}`,
  )
}
