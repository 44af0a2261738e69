/**
 * Deadlines of many requests on one timer.
 * Takes entries with a time. Calls `onDue` of each that is due, at most one tick late.
 * Promises: adding and removing cost neither a search nor garbage; the timer rests while there are no
 * entries.
 */
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'

/** What has a deadline. The links belong to the wheel; an entry is in one wheel at a time. */
export interface DeadlineEntry {
  /** Monotonic. May be moved later without telling the wheel: it asks again when the old time has come. */
  dueMs: number
  wheelNext: DeadlineEntry | null
  wheelPrevious: DeadlineEntry | null
  onDue(nowMs: number): void
}

export interface DeadlineWheel {
  add(entry: DeadlineEntry): void
  remove(entry: DeadlineEntry): void
  size(): number
  stop(): void
}

const tickMs = 20
/** One turn of the wheel is about ten seconds; a later entry goes round more than once. */
const slotCount = 512

/** Makes an empty wheel. */
export function createDeadlineWheel(deps: { clock: Clock; scheduler: Scheduler }): DeadlineWheel {
  const slots = Array.from({ length: slotCount }, createSlot)
  let size = 0
  let tick = 0
  let cancelTimer: Cancel | null = null

  const tickOf = (timeMs: number): number => Math.floor(timeMs / tickMs)
  const link = (entry: DeadlineEntry): void => {
    const at = Math.min(Math.max(tickOf(entry.dueMs) + 1, tick + 1), tick + slotCount - 1)
    const slot = slots[at % slotCount] as DeadlineEntry
    entry.wheelNext = slot.wheelNext
    entry.wheelPrevious = slot
    if (slot.wheelNext !== null) slot.wheelNext.wheelPrevious = entry
    slot.wheelNext = entry
  }
  const unlink = (entry: DeadlineEntry): boolean => {
    if (entry.wheelPrevious === null) return false
    entry.wheelPrevious.wheelNext = entry.wheelNext
    if (entry.wheelNext !== null) entry.wheelNext.wheelPrevious = entry.wheelPrevious
    entry.wheelNext = entry.wheelPrevious = null
    return true
  }
  const visit = (slot: DeadlineEntry, nowMs: number): void => {
    // Taken out first: whoever is due may add entries to this very slot.
    const entries: DeadlineEntry[] = []
    for (let entry = slot.wheelNext; entry !== null; entry = entry.wheelNext) entries.push(entry)
    for (const entry of entries) {
      if (!unlink(entry)) continue
      if (entry.dueMs > nowMs) {
        link(entry)
        continue
      }
      size--
      entry.onDue(nowMs)
    }
  }
  const turn = (): void => {
    const nowMs = deps.clock.monotonic()
    const until = tickOf(nowMs)
    // After a long pause of the process one full turn reaches every slot.
    tick = Math.max(tick, until - slotCount)
    while (tick < until) visit(slots[++tick % slotCount] as DeadlineEntry, nowMs)
    if (size === 0) rest()
  }
  const rest = (): void => {
    cancelTimer?.()
    cancelTimer = null
  }

  return {
    add(entry) {
      if (cancelTimer === null) {
        tick = tickOf(deps.clock.monotonic())
        cancelTimer = deps.scheduler.every(tickMs, turn)
      }
      size++
      link(entry)
    },
    remove(entry) {
      if (unlink(entry)) size--
    },
    size: () => size,
    stop: rest,
  }
}

function createSlot(): DeadlineEntry {
  return { dueMs: 0, wheelNext: null, wheelPrevious: null, onDue: () => undefined }
}
