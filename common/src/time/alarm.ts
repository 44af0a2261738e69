/**
 * One timer that is set again and again: the earliest wanted time counts.
 * Takes times as they become known. Calls back once at the earliest of them, then waits to be set anew.
 */
import type { Cancel, Scheduler } from './scheduler.js'

export interface Alarm {
  /** Rings at `atMs` (monotonic) or earlier, if an earlier time was asked for; never for `Infinity`. */
  ringAt(atMs: number, nowMs: number): void
  stop(): void
}

/** Makes an alarm that is not set. */
export function createAlarm(scheduler: Scheduler, ring: () => void): Alarm {
  let timer: { readonly atMs: number; readonly cancel: Cancel } | null = null
  return {
    ringAt(atMs, nowMs) {
      if (atMs === Infinity || (timer !== null && timer.atMs <= atMs)) return
      timer?.cancel()
      const cancel = scheduler.after(Math.max(1, atMs - nowMs), () => {
        timer = null
        ring()
      })
      timer = { atMs, cancel }
    },
    stop() {
      timer?.cancel()
      timer = null
    },
  }
}
