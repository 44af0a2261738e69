// pure
/**
 * The window of offsets that one subscription has received from one partition and not settled.
 * Takes offsets in rising order with holes, settles them in any order. Gives the offset that is safe to
 * commit and the note that goes with it. Promises: never gives an offset above an unsettled one.
 * Bound: `unsettledMax` entries; unless they end together, the note about them also fits its 4,096 bytes,
 * whatever becomes of them.
 */
import type { CommitNote } from '@iris/common/kafka/commit-metadata'
import { invariant } from '@iris/common/lifecycle/invariant'

/** What `receive` answers for an offset that a former owner has settled. */
export const settledBefore = -1

export interface WindowStart {
  /** The committed offset. */
  readonly offset: number
  /** What the former owner wrote with it, if it can be read. */
  readonly note: CommitNote | null
  /** Wall time minus monotonic time, to turn the note's times into monotonic ones. */
  readonly wallLeadMs: number
  readonly unsettledMax: number
  /**
   * Its entries are tried together and mostly settled together, as in batches: the note needs a few bytes for
   * all of them, and a batch is not cut for the answer about parts that would need more.
   */
  readonly endsTogether: boolean
}

export interface OffsetWindow {
  /** The lowest offset that was not received yet. */
  next(): number
  unsettledCount(): number
  /** The used part of its bound, 0 to 1. */
  usedShare(): number
  /** Whether one more offset may be received. */
  hasRoom(): boolean
  /**
   * Takes an offset, or all up to `lastOffset`, with the time it was published at; gives the slot to settle
   * it by, or {@link settledBefore}.
   */
  receive(offset: number, lastOffset?: number, publishedMs?: number): number
  /** The end of the range that a former owner settled around `offset`, to be read over in one step. */
  settledUntil(offset: number): number
  settle(slot: number): void
  /** Notes that the entry was tried: a restart goes on counting from here. */
  tried(slot: number, firstAttemptMs: number, attempts: number): void
  attempts(slot: number): number
  /** Monotonic time of the first attempt; meaningless before it. */
  firstAttemptMs(slot: number): number
  /** Says that nothing to deliver lies below `offset`: control records, or what Kafka no longer holds. */
  advance(offset: number): void
  commitPosition(): number
  /** The unsettled entry that the commit waits for, or null. */
  oldest(): OldestUnsettled | null
  note(lock: number, wallLeadMs: number): CommitNote
  /** Grows with each change of what a commit would say. */
  version(): number
}

/** `firstAttemptMs` is monotonic and means nothing before the first attempt has failed. */
export interface OldestUnsettled {
  readonly offset: number
  /** Wall time; 0 where it is not known. */
  readonly publishedMs: number
  readonly attempts: number
  readonly firstAttemptMs: number
}

const none = -1
const free = -1
const firstCapacity = 32

/** What is left of the 4,096 characters of a note for its lists, as bytes before base64. */
const noteBytesMax = 3_000
/** A first attempt's time as a difference to its neighbour's (up to 37 hours), and a count of attempts. */
const timeBytes = 4
const attemptsBytes = 2
/** The most that one more entry can add: a range before it and a wait, with gaps of up to 2^28 offsets. */
const entryBytesMax = 1 + 4 + 4 + timeBytes + attemptsBytes

/** Makes the window of a partition whose reading starts at a committed offset. */
export function createWindow(start: WindowStart): OffsetWindow {
  return new Window(start)
}

/** A class whose arrays come with the first entry: a process has ten thousand windows, most of them empty. */
class Window implements OffsetWindow {
  private slots = noSlots
  private head = none
  private tail = none
  private firstFree = 0
  private count = 0
  private nextOffset: number
  private changes = 0
  private readonly unsettledMax: number
  private readonly endsTogether: boolean
  private readonly wallLeadMs: number
  /** What the former owner knew about offsets that were not received again yet. */
  private readonly ranges: CommitNote['settled']
  private readonly waiting: Map<number, CommitNote['waiting'][number]> | null
  /** The lowest of the ranges. */
  private firstRange = 0
  /** An upper bound of the note's bytes for all that may become of the present entries. */
  private noteBytes: number
  /** The version at which they were measured. */
  private measuredAt = -1

  constructor({ offset, note, wallLeadMs, unsettledMax, endsTogether }: WindowStart) {
    this.nextOffset = offset
    this.unsettledMax = unsettledMax
    this.endsTogether = endsTogether
    this.wallLeadMs = wallLeadMs
    const settled = note?.settled ?? noRanges
    this.ranges = settled.length === 0 ? noRanges : settled.filter(([, to]) => to >= offset)
    const waits = note?.waiting ?? noRanges
    this.waiting = waits.length === 0 ? null : new Map(waits.map(each => [each.offset, each] as const))
    this.noteBytes = (this.ranges.length + this.waitingCount()) * entryBytesMax
  }

  next(): number {
    return this.nextOffset
  }

  unsettledCount(): number {
    return this.count
  }

  usedShare(): number {
    return this.count / this.unsettledMax
  }

  hasRoom(): boolean {
    return this.count === 0 || (this.count < this.unsettledMax && (this.endsTogether || this.noteHasRoom()))
  }

  receive(offset: number, lastOffset = offset, publishedMs = 0): number {
    const { nextOffset, tail } = this
    if (offset < nextOffset || lastOffset < offset)
      invariant(false, 'offsets rise', { offset, lastOffset, next: nextOffset })
    this.nextOffset = lastOffset + 1
    if (this.rangeAround(offset) !== undefined) {
      this.changes++
      return settledBefore
    }
    const slot = this.take()
    const { slots } = this
    const known = this.waiting?.get(offset)
    if (known !== undefined) this.waiting?.delete(offset)
    slots.offset[slot] = offset
    slots.last[slot] = lastOffset
    slots.published[slot] = publishedMs
    slots.attempts[slot] = known?.attempts ?? 0
    slots.firstAttempt[slot] = (known?.firstAttemptMs ?? 0) - this.wallLeadMs
    slots.preceding[slot] = tail
    slots.following[slot] = none
    if (tail === none) this.head = slot
    else slots.following[tail] = slot
    this.tail = slot
    this.count++
    this.noteBytes += entryBytesMax
    return slot
  }

  settledUntil(offset: number): number {
    return this.rangeAround(offset)?.[1] ?? offset
  }

  settle(slot: number): void {
    const { slots } = this
    if ((slots.attempts[slot] ?? free) === free)
      invariant(false, 'only what is unsettled can be settled', { slot })
    const before = slots.preceding[slot] ?? none
    const after = slots.following[slot] ?? none
    if (before === none) this.head = after
    else slots.following[before] = after
    if (after === none) this.tail = before
    else slots.preceding[after] = before
    slots.attempts[slot] = free
    slots.following[slot] = this.firstFree
    this.firstFree = slot
    this.count--
    this.changes++
  }

  tried(slot: number, firstAttemptMs: number, attempts: number): void {
    this.slots.firstAttempt[slot] = firstAttemptMs
    this.slots.attempts[slot] = attempts
    this.changes++
  }

  attempts(slot: number): number {
    return this.slots.attempts[slot] ?? 0
  }

  firstAttemptMs(slot: number): number {
    return this.slots.firstAttempt[slot] ?? 0
  }

  advance(offset: number): void {
    if (offset <= this.nextOffset) return
    this.nextOffset = offset
    this.changes++
    for (const known of this.waiting?.keys() ?? noRanges) if (known < offset) this.waiting?.delete(known)
  }

  commitPosition(): number {
    return this.head === none ? this.nextOffset : (this.slots.offset[this.head] ?? this.nextOffset)
  }

  oldest(): OldestUnsettled | null {
    const { head, slots } = this
    if (head === none) return null
    return {
      offset: slots.offset[head] ?? 0,
      publishedMs: slots.published[head] ?? 0,
      attempts: slots.attempts[head] ?? 0,
      firstAttemptMs: slots.firstAttempt[head] ?? 0,
    }
  }

  version(): number {
    return this.changes
  }

  note(lock: number, wallLeadMs: number): CommitNote {
    const { slots, nextOffset } = this
    const settled: [number, number][] = []
    const tried: CommitNote['waiting'][number][] = []
    const add = (from: number, to: number): void => {
      const previous = settled.at(-1)
      if (from > to) return
      if (previous !== undefined && previous[1] + 1 >= from) previous[1] = Math.max(previous[1], to)
      else settled.push([from, to])
    }
    let from = Infinity
    for (let slot = this.head; slot !== none; slot = slots.following[slot] ?? none) {
      const offset = slots.offset[slot] ?? 0
      const attempts = slots.attempts[slot] ?? 0
      add(from, offset - 1)
      from = (slots.last[slot] ?? offset) + 1
      if (attempts === 0) continue
      const firstAttemptMs = Math.round((slots.firstAttempt[slot] ?? 0) + wallLeadMs)
      tried.push({ offset, firstAttemptMs, attempts })
    }
    add(from, nextOffset - 1)
    for (const range of this.ranges) if (range[1] >= nextOffset) add(Math.max(range[0], nextOffset), range[1])
    for (const known of this.waiting?.values() ?? noRanges) if (known.offset >= nextOffset) tried.push(known)
    return { lock, settled, waiting: tried }
  }

  private waitingCount(): number {
    return this.waiting?.size ?? 0
  }

  private measure(): number {
    const { slots, nextOffset } = this
    let bytes = 0
    let from = slots.offset[this.head] ?? nextOffset
    for (let slot = this.head; slot !== none; slot = slots.following[slot] ?? none) {
      const offset = slots.offset[slot] ?? 0
      const gapBytes = varintBytes(offset - from)
      bytes += 1 + 2 * gapBytes + timeBytes + attemptsBytes
      from = offset
    }
    const left = this.ranges.length - this.firstRange + this.waitingCount()
    return bytes + 1 + varintBytes(nextOffset - from) + left * entryBytesMax
  }

  private noteHasRoom(): boolean {
    if (this.noteBytes + entryBytesMax <= noteBytesMax) return true
    // Measuring walks all entries: it waits until enough has changed to be worth it.
    const { measuredAt, changes, count } = this
    if (measuredAt >= 0 && changes - measuredAt < Math.max(1, count >> 3)) return false
    this.noteBytes = this.measure()
    this.measuredAt = changes
    return this.noteBytes + entryBytesMax <= noteBytesMax
  }

  private rangeAround(offset: number): readonly [number, number] | undefined {
    const { ranges } = this
    while ((ranges[this.firstRange]?.[1] ?? Infinity) < offset) this.firstRange++
    const range = ranges[this.firstRange]
    return range !== undefined && range[0] <= offset ? range : undefined
  }

  private take(): number {
    if (this.firstFree === this.slots.capacity) this.slots = grown(this.slots)
    const slot = this.firstFree
    this.firstFree = this.slots.following[slot] ?? none
    return slot
  }
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 8
}

/** Entries by slot: a doubly linked list in arrays, so that settling costs neither a search nor garbage. */
interface Slots {
  readonly capacity: number
  readonly offset: Float64Array
  readonly last: Float64Array
  readonly published: Float64Array
  readonly firstAttempt: Float64Array
  readonly attempts: Int32Array
  readonly preceding: Int32Array
  /** The following entry, or the next free slot. */
  readonly following: Int32Array
}

function createSlots(capacity: number): Slots {
  return {
    capacity,
    offset: new Float64Array(capacity),
    last: new Float64Array(capacity),
    published: new Float64Array(capacity),
    firstAttempt: new Float64Array(capacity),
    attempts: new Int32Array(capacity).fill(free),
    preceding: new Int32Array(capacity),
    following: new Int32Array(capacity).map((_, slot) => slot + 1),
  }
}

const noSlots = createSlots(0)
const noRanges: readonly never[] = []

function grown(old: Slots): Slots {
  const slots = createSlots(Math.max(firstCapacity, old.capacity * 2))
  slots.offset.set(old.offset)
  slots.last.set(old.last)
  slots.published.set(old.published)
  slots.firstAttempt.set(old.firstAttempt)
  slots.attempts.set(old.attempts)
  slots.preceding.set(old.preceding)
  slots.following.set(old.following)
  return slots
}
