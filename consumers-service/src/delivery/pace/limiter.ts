// pure
/**
 * The output rate of one subscription in one process.
 * Takes a rate and the monotonic time. Gives permits, or the time until the next one.
 * Promises: starts at full speed; in any second at most the rate plus a burst of a twentieth (at least one).
 */

export interface Limiter {
  /** Takes a permit if there is one. */
  take(nowMs: number): boolean
  /** Takes so many permits that were used anyway: the next ones come the later. */
  charge(count: number, nowMs: number): void
  /** How long until `take` gives one; 0 when it would now. */
  waitMs(nowMs: number): number
  /** Changes the rate. What was used in advance stays used: as so many permits of a higher rate. */
  setRate(perSecond: number, nowMs: number): void
  rate(): number
}

/**
 * How much unused time a limiter remembers. It must cover a late timer or a busy loop, or the rate is never
 * reached; it bounds by how much a second may go over the rate.
 */
const burstMs = 50

/** Sums of intervals are off by rounding; what is nearer than this is due. */
const roundingMs = 1e-6

/** Makes a limiter by the time at which the next permit would be due if all came evenly (GCRA). */
export function createLimiter(perSecond: number): Limiter {
  let intervalMs = 1000 / perSecond
  let dueMs = -Infinity
  const toleranceMs = (): number => Math.max(0, burstMs - intervalMs)
  const waitMs = (nowMs: number): number => {
    const leftMs = dueMs - toleranceMs() - nowMs
    return leftMs > roundingMs ? leftMs : 0
  }
  return {
    waitMs,
    take(nowMs) {
      if (waitMs(nowMs) > 0) return false
      dueMs = Math.max(dueMs, nowMs) + intervalMs
      return true
    },
    charge(count, nowMs) {
      dueMs = Math.max(dueMs, nowMs) + count * intervalMs
    },
    setRate(perSecondNow, nowMs) {
      const formerMs = intervalMs
      intervalMs = 1000 / perSecondNow
      // A slow rate's long wait for the next permit must not outlive the rate.
      if (intervalMs < formerMs && dueMs > nowMs) dueMs = nowMs + ((dueMs - nowMs) * intervalMs) / formerMs
    },
    rate: () => 1000 / intervalMs,
  }
}
