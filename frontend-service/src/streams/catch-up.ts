/**
 * The way of one reader from where it stands to a place in the feed.
 * Takes the offsets where it stands and those to reach. Gives what lies between, the older before the newer
 * where partitions can be compared. Promises: exactly the offsets in between; gaps are given as gaps.
 * Bounds: one entry of each partition in memory, of one only where all who catch up fill `feed.parts.ahead`,
 * which costs the order of time between partitions; who does not ask reads nothing.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Follower } from '@iris/common/kafka/reader'
import type { Feed } from './feed.js'
import { gapOf, messageOf, type StreamItem } from './item.js'
import { positionText, type Positions } from './position.js'

/** A place in the feed: the number of an item, and the offsets before it. */
export interface FeedPlace {
  readonly number: number
  readonly next: Positions
}

/** The place behind the newest item. */
export function headOf(feed: Feed): FeedPlace {
  return { number: feed.ring.head, next: [...feed.next] }
}

interface Track {
  readonly partition: number
  readonly end: number
  readonly follower: Follower
  /** The next entry, in bytes of its own. */
  entry: LogEntry | null
  /** Of the entry, in the budget of all. */
  bytes: number
}

/** So long a silent partition is waited for while others have something, to keep the order of time. */
const patienceMs = 1_000
/** What an entry takes beside its key and its value, about. */
const entryBytes = 200

export class CatchUp {
  private readonly next: number[]
  private readonly tracks = new Set<Track>()
  private readonly gaps: StreamItem[] = []
  private waitsUntilMs = Infinity
  /** Not every partition was looked at. */
  private isCrowded = false

  /** `onReady` is told when there may be something again. */
  constructor(
    private readonly feed: Feed,
    from: Positions,
    readonly target: FeedPlace,
    private readonly onReady: () => void,
  ) {
    this.next = Array.from(from, offset => offset ?? 0)
    for (let partition = 0; partition < target.next.length; partition++) {
      const [offset, end] = [this.next[partition] ?? 0, target.next[partition] ?? 0]
      this.next[partition] = offset
      if (offset < end) this.follow(partition, offset, end)
    }
  }

  /** All was given. */
  isDone(): boolean {
    return this.tracks.size === 0 && this.gaps.length === 0
  }

  position(): Positions {
    return this.next
  }

  /** The next item; null when there is none now. */
  take(): StreamItem | null {
    const gap = this.gaps.shift()
    if (gap !== undefined) return gap
    this.look()
    const track = this.oldest()
    return track === null ? null : this.open(track)
  }

  close(): void {
    for (const track of this.tracks) {
      this.put(track, null)
      track.follower.close()
    }
    this.tracks.clear()
  }

  private follow(partition: number, offset: number, end: number): void {
    const follower = this.feed.parts.reader.follow({
      ...{ topic: this.feed.topic.kafkaTopic, partition, offset },
      onReady: () => this.onReady(),
      onSkipped: (from, to) => {
        this.next[partition] = to
        if (to < from) this.feed.isReplaced = true
        this.gaps.push(gapOf(partition, from, to, positionText(this.next, partition)))
        this.onReady()
      },
    })
    this.tracks.add({ partition, end, follower, entry: null, bytes: 0 })
  }

  /** Takes up the next entry of each partition, and leaves those that are at their end. */
  private look(): void {
    let isHolding = false
    this.isCrowded = false
    for (const track of this.tracks) {
      if (track.entry === null && isHolding && !this.feed.parts.ahead.hasRoom()) this.isCrowded = true
      else if (track.entry === null) this.put(track, track.follower.next()?.detach() ?? null)
      isHolding ||= track.entry !== null
      const offset = track.entry?.offset ?? track.follower.position
      if (offset < track.end) continue
      this.next[track.partition] = Math.max(this.next[track.partition] ?? 0, track.end)
      this.put(track, null)
      track.follower.close()
      this.tracks.delete(track)
    }
  }

  private put(track: Track, entry: LogEntry | null): void {
    const { ahead } = this.feed.parts
    ahead.bytes -= track.bytes
    track.entry = entry
    track.bytes = entry === null ? 0 : entryBytes + (entry.key?.length ?? 0) + (entry.value?.length ?? 0)
    ahead.bytes += track.bytes
  }

  /** The track with the oldest entry; null while one that is silent may have an older one. */
  private oldest(): Track | null {
    const { clock, scheduler } = this.feed.parts
    let [oldest, oldestMs, silent] = [null as Track | null, Infinity, 0]
    for (const track of this.tracks) {
      if (track.entry === null) silent++
      else if (oldest === null || track.entry.timestampMs < oldestMs)
        [oldest, oldestMs] = [track, track.entry.timestampMs]
    }
    if (oldest === null || silent === 0) this.waitsUntilMs = Infinity
    else if (this.waitsUntilMs === Infinity) {
      this.waitsUntilMs = clock.monotonic() + patienceMs
      scheduler.after(patienceMs, () => this.onReady())
    }
    const mustWait = silent > 0 && !this.isCrowded && clock.monotonic() < this.waitsUntilMs
    return mustWait ? null : oldest
  }

  private open(track: Track): StreamItem | null {
    const { opener } = this.feed
    const { entry, partition } = track
    if (entry === null || !opener.canOpen(entry)) return null
    this.put(track, null)
    this.next[partition] = entry.lastOffset + 1
    return messageOf(entry, opener.open(entry), positionText(this.next, partition))
  }
}
