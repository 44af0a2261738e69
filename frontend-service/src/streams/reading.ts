/**
 * One reader's way through a topic: behind the feed with reads of its own, or with the feed.
 * Takes a place to begin and a sink with room or without. Gives it every item from there on, in an order in
 * which each position tells all that was given. Promises: nothing twice and nothing left out between reading
 * alone and reading with all others; a sink without room is given nothing, and holds up nobody.
 */
import { CatchUp, headOf } from './catch-up.js'
import { turnMsMax, type Feed, type FeedReader } from './feed.js'
import type { StreamGap, StreamItem } from './item.js'
import { readPosition, type Positions } from './position.js'

/** Where items go. */
export interface Sink {
  hasRoom(): boolean
  give(item: StreamItem): void
  /** That was all for now. */
  rest?(): void
}

/** Where a reader begins: with an item of the feed, or at offsets behind it, `gaps` told first. */
export type Place =
  | { readonly kind: 'live'; readonly number: number; readonly position: string }
  | {
      readonly kind: 'behind'
      readonly next: Positions
      readonly gaps: readonly StreamGap[]
      readonly position: string
    }

/** Others have their turn after so many. */
const turnItemsMax = 200

export class Reading implements FeedReader {
  /** Behind all that was given. */
  position: string
  private number: number
  /** Null with the feed. */
  private behind: Positions | null
  private catchUp: CatchUp | null = null
  private readonly gaps: StreamGap[]
  private isClosed = false
  private isPumping = false
  private isTurnDue = false

  constructor(
    private readonly feed: Feed,
    private readonly sink: Sink,
    place: Place,
  ) {
    this.position = place.position
    this.number = place.kind === 'live' ? place.number : 0
    this.behind = place.kind === 'live' ? null : place.next
    this.gaps = place.kind === 'live' ? [] : [...place.gaps]
    feed.readers.add(this)
  }

  /** Whether it has given all that the feed has. */
  isAtHead(): boolean {
    return this.behind === null && this.number === this.feed.ring.head
  }

  /** Whether it reads from Kafka by itself. */
  isBehind(): boolean {
    return this.behind !== null
  }

  /** Gives what there is, as long as there is room. */
  pump(): void {
    if (this.isPumping || this.isTurnDue) return
    this.isPumping = true
    const { clock } = this.feed.parts
    const endMs = clock.monotonic() + turnMsMax
    for (let left = turnItemsMax; this.mayGive(); left--) {
      if (left === 0 || clock.monotonic() >= endMs) {
        this.pumpLater()
        break
      }
      const item = this.take()
      if (item === null) break
      this.position = item.position
      this.sink.give(item)
    }
    this.isPumping = false
    this.sink.rest?.()
  }

  close(): void {
    this.isClosed = true
    this.catchUp?.close()
    this.feed.readers.delete(this)
  }

  private mayGive(): boolean {
    return !this.isClosed && !this.feed.isReplaced && this.sink.hasRoom()
  }

  private pumpLater(): void {
    this.isTurnDue = true
    this.feed.parts.scheduler.after(0, () => {
      this.isTurnDue = false
      this.pump()
    })
  }

  private take(): StreamItem | null {
    return this.behind === null ? this.takeLive() : this.takeBehind(this.behind)
  }

  private takeLive(): StreamItem | null {
    const { ring } = this.feed
    const item = ring.at(this.number)
    if (item !== undefined) {
      this.number++
      return item
    }
    if (this.number >= ring.head) return null
    // The feed has let go of what comes next here: from now on it is read apart.
    this.behind = readPosition(this.position) ?? []
    return this.takeBehind(this.behind)
  }

  private takeBehind(from: Positions): StreamItem | null {
    const gap = this.gaps.shift()
    if (gap !== undefined) return gap
    for (let next = from; ; ) {
      this.catchUp ??= this.catchUpFrom(next)
      if (this.catchUp === null) return null
      const item = this.catchUp.take()
      if (item !== null || !this.catchUp.isDone()) return item
      const { target } = this.catchUp
      next = this.behind = this.catchUp.position()
      this.catchUp = null
      if (!this.mayJoinAt(target.number, target.next)) continue
      this.behind = null
      this.number = target.number
      return this.takeLive()
    }
  }

  /** Null while it is ahead of the feed, which will be there in a moment. */
  private catchUpFrom(next: Positions): CatchUp | null {
    const target = headOf(this.feed)
    if (isAhead(next, target.next)) return null
    return new CatchUp(this.feed, next, target, () => this.pump())
  }

  /** Whether the feed still has the item, and nothing before it is left to be read or was read too far. */
  private mayJoinAt(number: number, offsets: Positions): boolean {
    return this.feed.ring.tail <= number && !isAhead(this.behind ?? [], offsets)
  }
}

function isAhead(next: Positions, other: Positions): boolean {
  return next.some((offset, partition) => (offset ?? 0) > (other[partition] ?? 0))
}
