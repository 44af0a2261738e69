// pure
/**
 * A token bucket that lends to what is larger than itself.
 * Takes what shall be used and the time. Gives whether it may be.
 * Promises: over any time the use stays within rate × time + capacity, and what was larger than a full bucket
 * or not known before it was used: that goes into debt, and those after wait until the debt is paid.
 */

/** How fast a bucket fills, and how far. */
export interface BucketRate {
  /** Units a second. */
  readonly perSecond: number
  /** Units of a full bucket. */
  readonly capacity: number
}

export class Bucket {
  private level: number
  private atMs: number

  /** Full at first. */
  constructor(rate: BucketRate, nowMs: number) {
    this.level = rate.capacity
    this.atMs = nowMs
  }

  /** Units left now, below zero in debt. The rate may be another each time. */
  left(rate: BucketRate, nowMs: number): number {
    const gained = (Math.max(0, nowMs - this.atMs) * rate.perSecond) / 1_000
    this.level = Math.min(rate.capacity, this.level + gained)
    this.atMs = nowMs
    return this.level
  }

  /** Whether so many units may be used now; more than a full bucket may be once it is full. */
  allows(units: number, rate: BucketRate, nowMs: number): boolean {
    return this.left(rate, nowMs) >= Math.min(units, rate.capacity) - roundingMax
  }

  /** Uses units, whether they are there or not. */
  use(units: number): void {
    this.level -= units
  }

  /** Milliseconds until so many may be used. Call after `allows`. */
  waitMs(units: number, rate: BucketRate): number {
    return (Math.max(0, Math.min(units, rate.capacity) - this.level) * 1_000) / rate.perSecond
  }

  /** Milliseconds until it is full. Call after `left`. */
  fullInMs(rate: BucketRate): number {
    return ((rate.capacity - this.level) * 1_000) / rate.perSecond
  }
}

/** Of sums of fractions. */
const roundingMax = 1e-6
