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
  /** Takes an offset, or all up to `lastOffset`; gives the slot to settle it by, or {@link settledBefore}. */
  receive(offset: number, lastOffset?: number): number
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
  let slots = createSlots(firstCapacity)
  let head = none
  let tail = none
  let firstFree = 0
  let count = 0
  let next = start.offset
  let version = 0
  // What the former owner knew about offsets that were not received again yet; `firstRange` is the lowest of
  // them.
  const ranges = (start.note?.settled ?? []).filter(([, to]) => to >= start.offset)
  const waiting = new Map((start.note?.waiting ?? []).map(each => [each.offset, each] as const))
  let firstRange = 0
  // An upper bound of the note's bytes for all that may become of the present entries, and when it was
  // measured.
  let noteBytes = (ranges.length + waiting.size) * entryBytesMax
  let measuredAt = -1

  const measure = (): number => {
    let bytes = 0
    let from = slots.offset[head] ?? next
    for (let slot = head; slot !== none; slot = slots.following[slot] ?? none) {
      const offset = slots.offset[slot] ?? 0
      const gapBytes = varintBytes(offset - from)
      bytes += 1 + 2 * gapBytes + timeBytes + attemptsBytes
      from = offset
    }
    const left = ranges.length - firstRange + waiting.size
    return bytes + 1 + varintBytes(next - from) + left * entryBytesMax
  }
  const noteHasRoom = (): boolean => {
    if (noteBytes + entryBytesMax <= noteBytesMax) return true
    // Measuring walks all entries: it waits until enough has changed to be worth it.
    if (measuredAt >= 0 && version - measuredAt < Math.max(1, count >> 3)) return false
    noteBytes = measure()
    measuredAt = version
    return noteBytes + entryBytesMax <= noteBytesMax
  }

  const rangeAround = (offset: number): readonly [number, number] | undefined => {
    while ((ranges[firstRange]?.[1] ?? Infinity) < offset) firstRange++
    const range = ranges[firstRange]
    return range !== undefined && range[0] <= offset ? range : undefined
  }

  const take = (): number => {
    if (firstFree === slots.capacity) slots = grown(slots)
    const slot = firstFree
    firstFree = slots.following[slot] ?? none
    return slot
  }

  return {
    next: () => next,
    unsettledCount: () => count,
    usedShare: () => count / start.unsettledMax,
    hasRoom: () => count === 0 || (count < start.unsettledMax && (start.endsTogether || noteHasRoom())),

    receive(offset, lastOffset = offset) {
      invariant(offset >= next && lastOffset >= offset, 'offsets rise', { offset, lastOffset, next })
      next = lastOffset + 1
      if (rangeAround(offset) !== undefined) {
        version++
        return settledBefore
      }
      const slot = take()
      const known = waiting.get(offset)
      if (known !== undefined) waiting.delete(offset)
      slots.offset[slot] = offset
      slots.last[slot] = lastOffset
      slots.attempts[slot] = known?.attempts ?? 0
      slots.firstAttempt[slot] = (known?.firstAttemptMs ?? 0) - start.wallLeadMs
      slots.preceding[slot] = tail
      slots.following[slot] = none
      if (tail === none) head = slot
      else slots.following[tail] = slot
      tail = slot
      count++
      noteBytes += entryBytesMax
      return slot
    },

    settledUntil: offset => rangeAround(offset)?.[1] ?? offset,

    settle(slot) {
      invariant((slots.attempts[slot] ?? free) !== free, 'only what is unsettled can be settled', { slot })
      const before = slots.preceding[slot] ?? none
      const after = slots.following[slot] ?? none
      if (before === none) head = after
      else slots.following[before] = after
      if (after === none) tail = before
      else slots.preceding[after] = before
      slots.attempts[slot] = free
      slots.following[slot] = firstFree
      firstFree = slot
      count--
      version++
    },

    tried(slot, firstAttemptMs, attempts) {
      slots.firstAttempt[slot] = firstAttemptMs
      slots.attempts[slot] = attempts
      version++
    },

    attempts: slot => slots.attempts[slot] ?? 0,
    firstAttemptMs: slot => slots.firstAttempt[slot] ?? 0,

    advance(offset) {
      if (offset <= next) return
      next = offset
      version++
      for (const known of waiting.keys()) if (known < offset) waiting.delete(known)
    },

    commitPosition: () => (head === none ? next : (slots.offset[head] ?? next)),
    oldest: () =>
      head === none
        ? null
        : {
            offset: slots.offset[head] ?? 0,
            attempts: slots.attempts[head] ?? 0,
            firstAttemptMs: slots.firstAttempt[head] ?? 0,
          },
    version: () => version,

    note(lock, wallLeadMs) {
      const settled: [number, number][] = []
      const tried: CommitNote['waiting'][number][] = []
      const add = (from: number, to: number): void => {
        const previous = settled.at(-1)
        if (from > to) return
        if (previous !== undefined && previous[1] + 1 >= from) previous[1] = Math.max(previous[1], to)
        else settled.push([from, to])
      }
      let from = Infinity
      for (let slot = head; slot !== none; slot = slots.following[slot] ?? none) {
        const offset = slots.offset[slot] ?? 0
        const attempts = slots.attempts[slot] ?? 0
        add(from, offset - 1)
        from = (slots.last[slot] ?? offset) + 1
        if (attempts === 0) continue
        const firstAttemptMs = Math.round((slots.firstAttempt[slot] ?? 0) + wallLeadMs)
        tried.push({ offset, firstAttemptMs, attempts })
      }
      add(from, next - 1)
      for (const range of ranges) if (range[1] >= next) add(Math.max(range[0], next), range[1])
      for (const known of waiting.values()) if (known.offset >= next) tried.push(known)
      return { lock, settled, waiting: tried }
    },
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
    firstAttempt: new Float64Array(capacity),
    attempts: new Int32Array(capacity).fill(free),
    preceding: new Int32Array(capacity),
    following: new Int32Array(capacity).map((_, slot) => slot + 1),
  }
}

function grown(old: Slots): Slots {
  const slots = createSlots(old.capacity * 2)
  slots.offset.set(old.offset)
  slots.last.set(old.last)
  slots.firstAttempt.set(old.firstAttempt)
  slots.attempts.set(old.attempts)
  slots.preceding.set(old.preceding)
  slots.following.set(old.following)
  return slots
}
