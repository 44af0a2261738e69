// pure
/**
 * What one partition of the schedule topic still has to deliver, and when, as its log tells.
 * Takes the log's messages and marks in order. Gives what is to be taken now, then what is to be sent.
 * Promises: nothing is taken before its time, nothing is sent that the log does not say was taken, and
 * nothing is over before the log says so: whoever reads the same log knows the same. Bound: `rowsMax` rows
 * of 37 bytes; beyond it the later half is forgotten, and `mustReread` says when the log must be read again.
 */
import type { OffsetRange } from '@iris/common/dead-letters/marker'
import type { MarkKind } from '@iris/common/schedule/schedule-record'
import { DueHeap, isBefore } from './due-heap.js'
import type { OverOffsets } from './over-offsets.js'
import { Rows, rowState, type RowState } from './rows.js'

/** A message to be sent. */
export interface DueMessage {
  readonly offset: number
  readonly dueMs: number
}

/** What may be taken out at once. */
export interface TakeLimits {
  readonly countMax: number
  /** One message is given, however large. */
  readonly bytesMax: number
}

export interface Agenda {
  /** A message of the log. `bytes`: of its record. */
  add(offset: number, dueMs: number, bytes: number): void
  /** A mark of the log. Gives how many messages it changed. */
  mark(kind: MarkKind, ranges: readonly OffsetRange[]): number
  /** What is due and not claimed yet, at most so many; they are claimed from now on. */
  claim(nowMs: number, countMax: number): readonly number[]
  /** The log did not take the mark that they were claimed for. */
  unclaim(offsets: readonly number[]): void
  /** What was taken and is not being sent, the earliest first. */
  next(nowMs: number, limits: TakeLimits): readonly DueMessage[]
  /** It was not sent, and is to be tried again at `atMs`. */
  putBack(offset: number, atMs: number): void
  /** When there is something to claim or to send; null while there is nothing to wait for. */
  nextMs(): number | null
  /** The lowest offset that still counts; null when all that was read is over. */
  lowMark(): number | null
  /** Messages that are not over; those that were forgotten are in it, cancelled ones among them too. */
  pendingCount(): number
  /** Those that were claimed and are not over. */
  underWayCount(): number
  /** Whether little is left before the time of forgotten messages. */
  mustReread(): boolean
}

/** Rows looked at to find the middle of all. */
const sampleMax = 1_001

/**
 * Makes an agenda of nothing. `over`: what an earlier one of the same log has seen to be over; without it a
 * log of which most is over could fill the agenda again and again before it tells so.
 */
export function createAgenda(rowsMax: number, over: OverOffsets): Agenda {
  const rows = new Rows()
  const due = new DueHeap()
  const ready = new DueHeap()
  let underWay = 0
  /** What lies behind it is forgotten. */
  let horizon: DueMessage | null = null
  let forgottenFrom = Infinity
  let forgottenCount = 0

  const move = (row: number, to: RowState): void => {
    const from = rows.state(row)
    if (from === rowState.waiting && to !== rowState.waiting) underWay++
    if (from !== rowState.waiting && (to === rowState.waiting || to === rowState.over)) underWay--
    if (from === rowState.waiting && to === rowState.over) underWay--
    rows.set(row, to)
  }
  const isBeyond = (offset: number, dueMs: number): boolean =>
    horizon !== null && isBefore(horizon.dueMs, horizon.offset, dueMs, offset)
  const forget = (offset: number): void => {
    forgottenFrom = Math.min(forgottenFrom, offset)
    forgottenCount++
  }
  const squeeze = (): void => {
    rows.squeeze()
    const isLive = (offset: number): boolean => rows.find(offset) >= 0
    due.filter(isLive)
    ready.filter(isLive)
  }
  /** Forgets the later half of what waits; what is under way is bounded by who claims. */
  const cut = (): void => {
    squeeze()
    horizon = middleOf(rows)
    for (let row = 0; row < rows.length; row++) {
      if (rows.state(row) !== rowState.waiting || !isBeyond(rows.offset(row), rows.dueMs(row))) continue
      forget(rows.offset(row))
      move(row, rowState.over)
    }
    squeeze()
  }
  const take = (row: number): boolean => {
    const state = rows.state(row)
    if (state !== rowState.waiting && state !== rowState.claimed) return false
    move(row, rowState.taken)
    ready.push(rows.dueMs(row), rows.offset(row))
    return true
  }
  const end = (row: number): boolean => {
    if (rows.state(row) === rowState.over) return false
    over.add(rows.offset(row))
    move(row, rowState.over)
    return true
  }
  const cancel = (row: number): boolean => {
    const state = rows.state(row)
    return state === rowState.waiting || state === rowState.claimed ? end(row) : false
  }
  const effects = { taken: take, delivered: end, dropped: end, cancelled: cancel } as const
  /** What stands first in a heap and was meanwhile decided otherwise. */
  const dropStale = (heap: DueHeap, state: RowState): void => {
    while (heap.size > 0) {
      const row = rows.find(heap.firstOffset)
      if (row >= 0 && rows.state(row) === state) return
      heap.pop()
    }
  }

  return {
    add(offset, dueMs, bytes) {
      if (over.has(offset)) return
      if (isBeyond(offset, dueMs)) return forget(offset)
      rows.add(offset, dueMs, bytes)
      due.push(dueMs, offset)
      if (rows.liveCount >= rowsMax) cut()
    },
    mark(kind, ranges) {
      let count = 0
      for (const { first, last } of ranges) {
        for (let row = rows.lowerBound(first); row < rows.length && rows.offset(row) <= last; row++)
          if (effects[kind](row)) count++
        // Also those without a row: these two kinds are the end of a message whatever came before.
        const isEnd = kind === 'delivered' || kind === 'dropped'
        for (let offset = first; isEnd && forgottenCount > 0 && offset <= last; offset++) over.add(offset)
      }
      if (rows.isLoose()) squeeze()
      return count
    },
    claim(nowMs, countMax) {
      const offsets: number[] = []
      for (;;) {
        dropStale(due, rowState.waiting)
        if (offsets.length >= countMax || due.size === 0 || (due.firstMs ?? Infinity) > nowMs) return offsets
        offsets.push(due.firstOffset)
        move(rows.find(due.firstOffset), rowState.claimed)
        due.pop()
      }
    },
    unclaim(offsets) {
      for (const offset of offsets) {
        const row = rows.find(offset)
        if (row < 0 || rows.state(row) !== rowState.claimed) continue
        move(row, rowState.waiting)
        due.push(rows.dueMs(row), offset)
      }
    },
    next(nowMs, { countMax, bytesMax }) {
      const messages: DueMessage[] = []
      let bytes = 0
      for (;;) {
        dropStale(ready, rowState.taken)
        if (messages.length >= countMax || ready.size === 0 || (ready.firstMs ?? Infinity) > nowMs)
          return messages
        const row = rows.find(ready.firstOffset)
        bytes += rows.bytes(row)
        if (messages.length > 0 && bytes > bytesMax) return messages
        messages.push({ offset: rows.offset(row), dueMs: rows.dueMs(row) })
        move(row, rowState.sending)
        ready.pop()
      }
    },
    putBack(offset, atMs) {
      const row = rows.find(offset)
      if (row < 0 || rows.state(row) !== rowState.sending) return
      move(row, rowState.taken)
      ready.push(atMs, offset)
    },
    nextMs() {
      dropStale(due, rowState.waiting)
      dropStale(ready, rowState.taken)
      const earliest = Math.min(due.firstMs ?? Infinity, ready.firstMs ?? Infinity)
      return earliest === Infinity ? null : earliest
    },
    lowMark() {
      const low = Math.min(rows.firstLive() ?? Infinity, forgottenFrom)
      return low === Infinity ? null : low
    },
    pendingCount: () => rows.liveCount + forgottenCount,
    underWayCount: () => underWay,
    // What was kept is what is due first, so that it gets less as the time of the rest comes near.
    mustReread: () => forgottenCount > 0 && rows.liveCount - underWay <= rowsMax >> 2,
  }
}

/** About as many of the waiting rows come before it as after it. */
function middleOf(rows: Rows): DueMessage {
  const sample: DueMessage[] = []
  const step = Math.max(1, Math.floor(rows.length / sampleMax))
  for (let row = 0; row < rows.length; row += step)
    if (rows.state(row) === rowState.waiting)
      sample.push({ offset: rows.offset(row), dueMs: rows.dueMs(row) })
  sample.sort((one, other) => (isBefore(one.dueMs, one.offset, other.dueMs, other.offset) ? -1 : 1))
  return sample[sample.length >> 1] ?? { offset: Infinity, dueMs: Infinity }
}
