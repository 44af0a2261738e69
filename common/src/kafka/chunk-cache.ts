// pure
/**
 * The memory for what was fetched and not yet read by all.
 * Takes chunks. Gives them up, through `onEvicted`, when it is full or nobody has read them for a while.
 * Bound: `bytesMax` of whole buffers; a single larger chunk is held alone.
 */
import type { Chunk } from './chunk.js'

export interface ChunkCacheOptions {
  readonly bytesMax: number
  /** A chunk that nobody read for so many ticks goes; its followers fetch again if they come back. */
  readonly idleTicks: number
}

export class ChunkCache {
  bytesHeld = 0
  /** Chunks that had to go for lack of room since the last look. */
  forcedCount = 0
  private tickCount = 0
  /** In order of arrival. */
  private readonly chunks = new Set<Chunk>()

  constructor(
    private readonly options: ChunkCacheOptions,
    private readonly onEvicted: (chunk: Chunk) => void,
  ) {}

  add(chunk: Chunk): void {
    chunk.touchedTick = this.tickCount
    this.chunks.add(chunk)
    this.bytesHeld += chunk.bytes
    this.makeRoom(chunk)
  }

  /** A chunk in the cache takes more memory than it did. */
  grown(chunk: Chunk, bytes: number): void {
    if (!this.chunks.has(chunk)) return
    this.bytesHeld += bytes
    this.makeRoom(chunk)
  }

  touch(chunk: Chunk): void {
    chunk.touchedTick = this.tickCount
  }

  /** Forgets a chunk that everyone has read. */
  remove(chunk: Chunk): void {
    if (this.chunks.delete(chunk)) this.bytesHeld -= chunk.bytes
  }

  /** Time goes on by one step. */
  tick(): void {
    this.tickCount += 1
    for (const chunk of this.chunks) {
      if (this.tickCount - chunk.touchedTick > this.options.idleTicks) this.evict(chunk)
    }
  }

  private makeRoom(kept: Chunk): void {
    while (this.bytesHeld > this.options.bytesMax && this.chunks.size > 1) {
      this.forcedCount += 1
      this.evict(this.oldest(kept))
    }
  }

  /** The chunk that was read longest ago; among several the one that came first. */
  private oldest(kept: Chunk): Chunk {
    let oldest: Chunk | null = null
    for (const chunk of this.chunks) {
      if (chunk === kept) continue
      if (oldest === null || chunk.touchedTick < oldest.touchedTick) oldest = chunk
    }
    return oldest ?? kept
  }

  private evict(chunk: Chunk): void {
    this.remove(chunk)
    this.onEvicted(chunk)
  }
}
