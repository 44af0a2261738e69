// pure
/**
 * One partition's log as this process reads it: the chunks at hand and the followers, each at a place of its
 * own. Takes fetched records. Gives the places that followers want data from: the log's end, or somewhere
 * behind it. Promises: every stretch is fetched once for all followers near it; a chunk that all have read is
 * let go.
 */
import { Chunk } from './chunk.js'
import type { ChunkCache } from './chunk-cache.js'
import type { LogPlace } from './log-entry.js'
import type { FollowedLog, LogFollower } from './log-follower.js'
import type { BatchLimits } from './record-batch-reader.js'

export interface PartitionLogParts {
  readonly cache: ChunkCache
  readonly limits: BatchLimits
  /** The places that are wanted may have changed. */
  onDemand(log: PartitionLog): void
}

export class PartitionLog implements FollowedLog {
  /** `topic/partition`, for maps. */
  readonly name: string
  /** The high watermark as last heard, -1 before that. */
  endOffset = -1
  /** While true nothing is asked for: the leader or an offset is being looked up. */
  isParked = false
  /** Refusals in a row. */
  refusals = 0
  readonly followers = new Set<LogFollower>()
  /** In order of their offsets, without overlap. */
  private readonly chunks: Chunk[] = []
  private lastServed = -1

  constructor(
    readonly place: LogPlace,
    private readonly parts: PartitionLogParts,
  ) {
    this.name = nameOf(place)
  }

  /** The chunk that covers an offset. */
  find(offset: number): Chunk | null {
    for (let index = this.chunks.length - 1; index >= 0; index--) {
      const chunk = this.chunks[index]!
      if (chunk.covers(offset)) return chunk
      if (chunk.end <= offset) return null
    }
    return null
  }

  touch(chunk: Chunk): void {
    this.parts.cache.touch(chunk)
  }

  changed(): void {
    this.parts.onDemand(this)
  }

  /** The place at the log's end where somebody waits for what comes next, or -1. */
  tailOffset(): number {
    if (this.isParked || this.endOffset < 0) return -1
    let offset = -1
    for (const { want } of this.followers) if (want >= this.endOffset && want > offset) offset = want
    return offset
  }

  /** A place that is known or likely to have data now, or -1. Several are served in turn. */
  backlogOffset(): number {
    if (this.isParked) return -1
    let first = -1
    let next = -1
    for (const { want } of this.followers) {
      if (want < 0 || (this.endOffset >= 0 && want >= this.endOffset)) continue
      if (first < 0 || want < first) first = want
      if (want > this.lastServed && (next < 0 || want < next)) next = want
    }
    return next >= 0 ? next : first
  }

  /**
   * Takes in what Kafka gave for `offset`. Followers who waited for it are told. True when it brought
   * anything.
   */
  accept(offset: number, records: Buffer, endOffset: number): boolean {
    const isNews = endOffset !== this.endOffset
    this.refusals = 0
    this.endOffset = endOffset
    this.lastServed = offset
    const chunk = records.length > 0 && this.isWanted(offset) ? this.insert(offset, records) : null
    if (chunk !== null) this.serve(chunk)
    this.changed()
    return isNews || chunk !== null
  }

  /** Followers at `offset`, which Kafka no longer has or does not have yet, go on at `earliest`. */
  skip(offset: number, earliest: number): void {
    if (earliest < offset) this.clear() // another log under the same name
    for (const follower of [...this.followers]) follower.skip(offset, earliest)
    this.changed()
  }

  /** Lets go of a chunk unless a follower is in it or comes to it through its neighbours. */
  release(chunk: Chunk): void {
    const index = this.chunks.indexOf(chunk)
    if (index < 0) return
    let from = index
    while (from > 0 && this.chunks[from - 1]!.end === this.chunks[from]!.start) from -= 1
    const { start } = this.chunks[from]!
    for (const { position } of this.followers) if (position >= start && position < chunk.end) return
    this.chunks.splice(index, 1)
    this.parts.cache.remove(chunk)
  }

  /** The cache needs the room: followers in the chunk fetch again when they go on. */
  evicted(chunk: Chunk): void {
    const index = this.chunks.indexOf(chunk)
    if (index >= 0) this.chunks.splice(index, 1)
    for (const follower of this.followers) follower.leave(chunk)
  }

  /** Lets go of everything. */
  clear(): void {
    for (const chunk of this.chunks.splice(0)) {
      this.parts.cache.remove(chunk)
      for (const follower of this.followers) follower.leave(chunk)
    }
  }

  private isWanted(offset: number): boolean {
    for (const { want } of this.followers) if (want === offset) return true
    return false
  }

  /** Puts a new chunk between its neighbours, cut off where the next one begins. */
  private insert(offset: number, records: Buffer): Chunk | null {
    const { cache, limits } = this.parts
    const chunk = new Chunk(this.place, offset, records, limits, (grown, bytes) => cache.grown(grown, bytes))
    let index = this.chunks.length
    while (index > 0 && this.chunks[index - 1]!.start > offset) index -= 1
    const next = this.chunks[index]
    if (next !== undefined) chunk.end = Math.min(chunk.end, next.start)
    const isCovered = index > 0 && this.chunks[index - 1]!.covers(offset)
    if (isCovered || chunk.end <= offset) return null
    this.chunks.splice(index, 0, chunk)
    cache.add(chunk)
    return chunk
  }

  private serve(chunk: Chunk): void {
    const ready: LogFollower[] = []
    for (const follower of this.followers) {
      if (!chunk.covers(follower.want)) continue
      follower.want = -1
      if (follower.isWaiting && chunk.covers(follower.position)) ready.push(follower)
    }
    for (const follower of ready) follower.wake()
  }
}

/** How a partition is called in maps. */
export function nameOf(place: LogPlace): string {
  return `${place.topic}/${place.partition}`
}
