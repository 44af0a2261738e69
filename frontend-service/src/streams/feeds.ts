/**
 * The feeds of the topics that are read now.
 * Takes topics. Gives the feed of each, one for all its readers.
 * Promises: a feed starts once however many ask; one that could not start is tried again by the next reader;
 * one that nobody reads lives on for `lingerMs`, so that readers who come and go do not start it each time.
 * Bounds: `idleMax` feeds that nobody reads; the bytes of all rings together.
 */
import { ByteBudget } from './byte-budget.js'
import { Feed, type FeedParts, type FeedTopic } from './feed.js'

export interface Feeds {
  /** The topic's feed, standing at its end. Each call is ended by `release`. */
  open(topic: FeedTopic): Promise<Feed>
  release(feed: Feed): void
  /** Looks for partitions that were added, and ends what nobody reads. */
  tick(): void
  count(): number
  stop(): void
}

export interface FeedsParts extends Omit<FeedParts, 'ringBytesMax' | 'ahead'> {
  /** Of all topics together. */
  readonly ringsBytesMax: number
  /** Of entries that readers behind hold to compare the times of partitions, together. */
  readonly aheadBytesMax: number
  readonly onTrouble: (error: unknown) => void
}

interface Entry {
  readonly feed: Feed
  readonly started: Promise<void>
  users: number
  idleSinceMs: number
}

const lingerMs = 30_000
const idleMax = 100
/** How often Kafka is asked for the partitions of the topics that are read: one question for all. */
const layoutMs = 5_000

/** Makes none. */
export function createFeeds(parts: FeedsParts): Feeds {
  const { clock, cluster } = parts
  const entries = new Map<string, Entry>()
  const ahead = new ByteBudget(parts.aheadBytesMax)
  let askedMs = clock.monotonic()
  let isAsking = false

  const ringBytesMax = (): number => parts.ringsBytesMax / Math.max(1, entries.size)
  const drop = (entry: Entry): void => {
    const { kafkaTopic } = entry.feed.topic
    entry.feed.stop()
    if (entries.get(kafkaTopic) === entry) entries.delete(kafkaTopic)
  }
  const usable = (topic: FeedTopic): Entry | undefined => {
    const entry = entries.get(topic.kafkaTopic)
    if (entry === undefined) return undefined
    if (!entry.feed.isReplaced && entry.feed.topic.createdMs === topic.createdMs) return entry
    // Its readers are told and leave; nobody else joins them.
    entries.delete(topic.kafkaTopic)
    if (entry.users === 0) entry.feed.stop()
    return undefined
  }
  const make = (topic: FeedTopic): Entry => {
    const feed = new Feed({ ...parts, ringBytesMax, ahead }, topic)
    const entry: Entry = { feed, started: feed.start(), users: 0, idleSinceMs: clock.monotonic() }
    entries.set(topic.kafkaTopic, entry)
    entry.started.catch(() => drop(entry))
    return entry
  }
  const endIdle = (nowMs: number): void => {
    const idle = [...entries.values()].filter(({ users }) => users === 0)
    const over = idle.length - idleMax
    idle
      .sort((one, other) => one.idleSinceMs - other.idleSinceMs)
      .forEach((entry, index) => {
        if (index < over || nowMs - entry.idleSinceMs >= lingerMs) drop(entry)
      })
  }
  const askLayouts = async (): Promise<void> => {
    isAsking = true
    try {
      await cluster.refresh([...entries.keys()])
      for (const { feed } of entries.values()) feed.grow()
    } catch (error) {
      parts.onTrouble(error)
    } finally {
      isAsking = false
    }
  }

  return {
    async open(topic) {
      const entry = usable(topic) ?? make(topic)
      entry.users++
      try {
        await entry.started
      } catch (error) {
        entry.users--
        throw error
      }
      return entry.feed
    },
    release(feed) {
      const entry = entries.get(feed.topic.kafkaTopic)
      // One that was replaced has no entry any more and ends with its readers.
      if (entry?.feed !== feed) {
        if (feed.readers.size === 0) feed.stop()
        return
      }
      entry.users--
      entry.idleSinceMs = clock.monotonic()
    },
    tick() {
      const nowMs = clock.monotonic()
      endIdle(nowMs)
      if (isAsking || entries.size === 0 || nowMs - askedMs < layoutMs) return
      askedMs = nowMs
      void askLayouts()
    },
    count: () => entries.size,
    stop: () => [...entries.values()].forEach(drop),
  }
}
