// pure
/**
 * When a daily job runs next.
 * Takes Hermes' cron text, of which only a time of day is understood: `second minute hour * * *`. Gives
 * moments in UTC.
 */
export interface TimeOfDay {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const dayMs = 86_400_000

/** The time of day that a cron text means; null where it means anything else. */
export function timeOfDay(cron: string): TimeOfDay | null {
  const match = /^(\d{1,2}) (\d{1,2}) (\d{1,2}) [*?] [*?] [*?]$/.exec(cron.trim())
  if (match === null) return null
  const [second = 0, minute = 0, hour = 0] = match.slice(1).map(Number)
  return second < 60 && minute < 60 && hour < 24 ? { hour, minute, second } : null
}

/** Milliseconds from `nowMs` to the next such time, never 0. */
export function msUntil({ hour, minute, second }: TimeOfDay, nowMs: number): number {
  const inDayMs = ((hour * 60 + minute) * 60 + second) * 1000
  const waitMs = (inDayMs - (nowMs % dayMs) + dayMs) % dayMs
  return waitMs === 0 ? dayMs : waitMs
}
