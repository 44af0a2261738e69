// pure
/**
 * The greatest of the numbers seen lately.
 * Takes numbers and the time. Gives the greatest of this window and the one before, 0 when there was none.
 * Bound: two windows.
 */

/** As long as Kafka's own producer looks back for its maxima, twice over. */
export const windowMs = 30_000

export class RecentMax {
  private windowStartMs = -Infinity
  private current = 0
  private before = 0

  observe(value: number, nowMs: number): void {
    this.turn(nowMs)
    if (value > this.current) this.current = value
  }

  /** The greatest of the last `windowMs`, or up to twice as long. */
  max(nowMs: number): number {
    this.turn(nowMs)
    return Math.max(this.current, this.before)
  }

  private turn(nowMs: number): void {
    const ageMs = nowMs - this.windowStartMs
    if (ageMs < windowMs) return
    this.before = ageMs < 2 * windowMs ? this.current : 0
    this.current = 0
    this.windowStartMs = nowMs
  }
}
