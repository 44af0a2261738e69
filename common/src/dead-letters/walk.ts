/**
 * The dead letters that still count, from the newest backwards.
 * Takes a log and the place to begin. Gives open letters one by one, and the place to go on with.
 * Promises: a letter is never given after a marker has closed it, since whoever goes backwards meets markers
 * before what they close. Bound: one window of records at a time, `heldBytesMax` bytes of what was picked.
 */
import type { LogEntry } from '../kafka/log-entry.js'
import type { ClosedOffsets } from './closed-offsets.js'
import { readMarker } from './marker.js'

/** One partition of a dead-letter topic. */
export interface LetterLog {
  /**
   * Shows every entry from `from` to before `before`, in order; an entry's bytes are gone after the call.
   * Gives the offset up to which it looked, which is less than `before` only where the log ends earlier.
   */
  scan(from: number, before: number, visit: (entry: LogEntry) => void): Promise<number>
}

export interface Walk<T> {
  /** Holds what is closed by markers at or above `before`; gets what the markers on the way close. */
  readonly closed: ClosedOffsets
  /** Where it begins, going down; not included. It ends at the stretch of `closed`. */
  readonly before: number
  /** Records of the first window. Later ones grow while they are small. */
  readonly windowFirst: number
  /** What is wanted of a letter, or null where it does not fit. */
  pick(entry: LogEntry): T | null
  /** Bytes that a picked item holds on to. */
  bytesOf(item: T): number
  /** Given open letters, newest first. False ends the walk after this one. */
  take(offset: number, item: T): boolean
  /** Asked before each window. */
  mayGoOn(): boolean
}

/** Bytes of picked items at a time. */
export const heldBytesMax = 8 * 1024 * 1024
const windowMax = 4_096
/** A window that was larger than this in bytes is followed by a smaller one. */
const windowBytesMax = 4 * 1024 * 1024

interface Found<T> {
  readonly offset: number
  readonly item: T
  readonly bytes: number
}

/** Walks down. Gives the offset from which on all was seen: the `before` of whoever goes on. */
export async function walkBack<T>(log: LetterLog, walk: Walk<T>): Promise<number> {
  const { first } = walk.closed
  let before = walk.before
  let size = walk.windowFirst
  while (before > first && walk.mayGoOn()) {
    const window = await readWindow(log, walk, Math.max(first, before - size), before)
    for (const { offset, item } of window.found.reverse()) {
      if (!walk.closed.has(offset) && !walk.take(offset, item)) return offset
    }
    before = window.from
    size = window.bytes > windowBytesMax ? Math.max(1, size >> 1) : Math.min(windowMax, size * 2)
  }
  return before
}

/** Closes in `closed` whatever the markers from `from` on say. Gives the offset up to which it looked. */
export async function gatherMarkers(log: LetterLog, from: number, closed: ClosedOffsets): Promise<number> {
  return log.scan(from, Number.MAX_SAFE_INTEGER, entry => {
    if (entry.problem === null) for (const range of readMarker(entry) ?? []) closed.close(range)
  })
}

/** Reads forward, as Kafka does. What would be too much to hold is left to the next window. */
async function readWindow<T>(
  log: LetterLog,
  walk: Walk<T>,
  from: number,
  before: number,
): Promise<{ readonly found: Found<T>[]; readonly from: number; readonly bytes: number }> {
  const found: Found<T>[] = []
  let start = from
  let heldBytes = 0
  let bytes = 0
  await log.scan(from, before, entry => {
    bytes += entry.value?.length ?? 0
    const ranges = entry.problem === null ? readMarker(entry) : null
    if (ranges !== null) return ranges.forEach(range => walk.closed.close(range))
    const item = walk.pick(entry)
    if (item === null) return
    found.push({ offset: entry.offset, item, bytes: walk.bytesOf(item) })
    heldBytes += walk.bytesOf(item)
    while (heldBytes > heldBytesMax && found.length > 1) {
      const oldest = found.shift()
      heldBytes -= oldest?.bytes ?? 0
      start = (oldest?.offset ?? start) + 1
    }
  })
  return { found, from: start, bytes }
}
