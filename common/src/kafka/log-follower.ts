// pure
/**
 * One reader's place in a partition's log.
 * Takes calls of `next` at any pace. Gives entries in the order of their offsets, none twice and none left
 * out. Promises: who does not call `next` asks for nothing; `onReady` comes once after a `next` that gave
 * null.
 */
import { ChunkCursor, type Chunk } from './chunk.js'
import type { LogEntry } from './log-entry.js'

/** A place in a log that moves on by being read. */
export interface Follower {
  /** The next entry, or null: nothing at hand, `onReady` will be called once when there is. */
  next(): LogEntry | null
  /** The offset of the next entry to be given; goes on over offsets without an entry. */
  readonly position: number
  /** The end of the log as last heard, -1 before that. It is news only while data is asked for. */
  readonly endOffset: number
  /** Goes on at another offset. An `onReady` that is due comes when there is something there. */
  seek(offset: number): void
  /** Ends the following; nothing is called any more and `next` gives null. */
  close(): void
}

export interface FollowRequest {
  readonly topic: string
  readonly partition: number
  /** Where to begin. May lie before what Kafka still has, and at the end. */
  readonly offset: number
  onReady(): void
  /** The offsets from `from` up to `to` are gone; below `from` when the log itself was replaced. */
  onSkipped(from: number, to: number): void
}

/** What a follower sees of the log it follows. */
export interface FollowedLog {
  readonly endOffset: number
  find(offset: number): Chunk | null
  touch(chunk: Chunk): void
  /** A follower left the chunk. */
  release(chunk: Chunk): void
  /** What followers want has changed. */
  changed(): void
}

export class LogFollower implements Follower {
  position: number
  /**
   * The first offset that is missing: where it stands, or the end of the chunk it reads. -1: nothing is
   * missing.
   */
  want = -1
  /** `next` gave null and `onReady` is due. */
  isWaiting = false
  private isClosed = false
  private cursor: ChunkCursor | null = null

  constructor(
    private readonly log: FollowedLog,
    private readonly request: FollowRequest,
    private readonly onClosed: (follower: LogFollower) => void,
  ) {
    this.position = request.offset
  }

  get endOffset(): number {
    return this.log.endOffset
  }

  next(): LogEntry | null {
    while (!this.isClosed) {
      if (this.cursor === null && !this.enter()) return null
      const cursor = this.cursor!
      const entry = cursor.next(this.position)
      if (entry !== null) {
        this.position = entry.lastOffset + 1
        this.log.touch(cursor.chunk)
        return entry
      }
      this.cursor = null
      this.position = Math.max(this.position, cursor.chunk.end)
      this.log.release(cursor.chunk)
    }
    return null
  }

  seek(offset: number): void {
    if (this.isClosed) return
    const left = this.cursor?.chunk ?? null
    this.cursor = null
    this.position = offset
    this.want = -1
    if (left !== null) this.log.release(left)
    if (this.isWaiting) this.waitHere()
    this.log.changed()
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.isWaiting = false
    this.want = -1
    const left = this.cursor?.chunk ?? null
    this.cursor = null
    this.onClosed(this)
    if (left !== null) this.log.release(left)
  }

  /** What it waited for is there. */
  wake(): void {
    if (!this.isWaiting) return
    this.isWaiting = false
    this.call(() => this.request.onReady())
  }

  /** The chunk is going away under it. */
  leave(chunk: Chunk): void {
    if (this.cursor?.chunk === chunk) this.cursor = null
  }

  /**
   * Kafka does not have `offset`: goes on at `earliest` when it stands there, forgets it when it only looked
   * ahead.
   */
  skip(offset: number, earliest: number): void {
    if (this.want !== offset) return
    this.want = -1
    if (!this.isWaiting || this.position !== offset) return
    this.position = earliest
    this.call(() => this.request.onSkipped(offset, earliest))
    if (this.isWaiting && this.want < 0) this.waitHere()
  }

  /** Opens the chunk it stands in and asks for the one behind it, or waits for one. */
  private enter(): boolean {
    const chunk = this.log.find(this.position)
    if (chunk === null) {
      this.isWaiting = true
      if (this.want !== this.position) this.ask(this.position)
      return false
    }
    this.isWaiting = false
    this.cursor = new ChunkCursor(chunk)
    this.want = -1
    if (this.log.find(chunk.end) === null) this.ask(chunk.end)
    return true
  }

  private waitHere(): void {
    if (this.log.find(this.position) === null) this.ask(this.position)
    else queueMicrotask(() => this.wake())
  }

  private ask(offset: number): void {
    this.want = offset
    this.log.changed()
  }

  /**
   * An error in the callback is a defect of its owner: it must end the process, not the reading of all
   * others.
   */
  private call(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
