/**
 * A clock and a scheduler that move only when a test says so.
 * Takes steps in milliseconds. Gives timers fired in order of their time, then of their making.
 * Promises: `advance` lets promise callbacks run between timers, so awaits behave as in real time.
 */
import type { Clock } from './clock.js'
import type { Cancel, Scheduler } from './scheduler.js'

interface Timer {
  readonly id: number
  at: number
  readonly periodMs: number | null
  readonly run: () => void
}

export interface VirtualTime extends Clock, Scheduler {
  /** Moves both clocks on by `ms`, firing what is due on the way. */
  advance(ms: number): Promise<void>
  /** How many timers wait. */
  pending(): number
}

/** Makes virtual time that starts at wall time `startMs`. */
export function createVirtualTime(startMs = 1_700_000_000_000): VirtualTime {
  let elapsedMs = 0
  let nextId = 1
  const timers = new Map<number, Timer>()

  const add = (delayMs: number, periodMs: number | null, run: () => void): Cancel => {
    const timer: Timer = { id: nextId++, at: elapsedMs + Math.max(0, delayMs), periodMs, run }
    timers.set(timer.id, timer)
    return () => void timers.delete(timer.id)
  }
  const dueBefore = (untilMs: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers.values()) {
      if (timer.at > untilMs) continue
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.id < first.id))
        first = timer
    }
    return first
  }
  const fire = (timer: Timer): void => {
    elapsedMs = Math.max(elapsedMs, timer.at)
    if (timer.periodMs === null) timers.delete(timer.id)
    else timer.at += timer.periodMs
    timer.run()
  }

  return {
    now: () => startMs + Math.floor(elapsedMs),
    monotonic: () => elapsedMs,
    after: (delayMs, run) => add(delayMs, null, run),
    every: (periodMs, run) => add(periodMs, periodMs, run),
    pending: () => timers.size,
    async advance(ms) {
      const untilMs = elapsedMs + ms
      await settleMicrotasks()
      for (let timer = dueBefore(untilMs); timer !== undefined; timer = dueBefore(untilMs)) {
        fire(timer)
        await settleMicrotasks()
      }
      elapsedMs = untilMs
    },
  }
}

/** Lets chains of promises run out; 20 turns cover the longest chain in our own code with room. */
async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
