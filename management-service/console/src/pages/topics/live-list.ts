// pure
/**
 * What a live view keeps: the newest messages, how many came a second, and what was left out.
 * Takes events with their times. Gives the list anew, newest first. Bound: `keptMax` messages.
 */
import type { Message } from './message-shape.js'

export const keptMax = 500

/** What is shown of a stream that goes on. */
export interface Live {
  readonly messages: readonly Message[]
  /** All that came. */
  readonly count: number
  /** Left out by management, because more came than people can read. */
  readonly skipped: number
  /** Times of the last messages, in milliseconds, oldest first: of `rateWindowMs`. */
  readonly recentMs: readonly number[]
}

/** Nothing yet. */
export const nothingYet: Live = { messages: [], count: 0, skipped: 0, recentMs: [] }

const rateWindowMs = 5000

/** The same with messages that came together at `nowMs`, oldest first. */
export function withMessages(live: Live, came: readonly Message[], nowMs: number): Live {
  const newest = [...came].reverse()
  const recentMs = live.recentMs.filter(ms => ms > nowMs - rateWindowMs)
  return {
    ...live,
    messages: [...newest, ...live.messages].slice(0, keptMax),
    count: live.count + came.length,
    recentMs: [...recentMs, ...came.map(() => nowMs)],
  }
}

/** The same with `count` that were left out. */
export function withSkipped(live: Live, count: number): Live {
  return { ...live, skipped: live.skipped + count }
}

/** Messages a second over the last seconds. */
export function rateAt({ recentMs }: Live, nowMs: number): number {
  return recentMs.filter(ms => ms > nowMs - rateWindowMs).length / (rateWindowMs / 1000)
}
