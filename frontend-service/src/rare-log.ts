/**
 * Warnings that many requests would give at once, written once a while.
 * Takes events. Gives the first of a name, then at most one each `periodMs`, with the number left out in
 * between.
 */
import type { Log, LogFields } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'

export type RareLog = (event: string, fields: LogFields) => void

const periodMs = 10_000

/** Makes a log of rare warnings. Event names are the program's own, so their number is bounded. */
export function createRareLog(log: Log, clock: Clock): RareLog {
  const last = new Map<string, { atMs: number; leftOut: number }>()
  return (event, fields) => {
    const nowMs = clock.monotonic()
    const before = last.get(event)
    if (before !== undefined && nowMs - before.atMs < periodMs) {
      before.leftOut++
      return
    }
    last.set(event, { atMs: nowMs, leftOut: 0 })
    log.warn(event, { ...fields, leftOut: before?.leftOut ?? 0 })
  }
}
