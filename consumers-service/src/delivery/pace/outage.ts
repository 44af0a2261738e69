// pure
/**
 * A run of failures without a success, and the probes that look for its end.
 * Takes failures and the times of probes. Gives whether the endpoint counts as down, and when the next probe
 * may begin: an eighth of the outage after the last, so its end is noticed within an eighth of it.
 * Promises: one probe at a time. Bound: a probe each `probeMaxMs` at the latest.
 */
import type { PacedAttempt } from './controller.js'

/** It is down after failures of this weight within at least this time, … */
const weightMin = 10
const surelyMs = 100
/** … or of so many attempts of whatever messages in this time. */
const countMin = 10
const probablyMs = 5_000

const probeMinMs = 250
const probeShare = 1 / 8
/** Beyond so many messages the wait of a new one is no longer doubled. */
const doublingsMax = 20

export class Outage {
  /** When the first of the failures ended. */
  private startMs = -Infinity
  private weight = 0
  private messages = 0
  private probingSinceMs = Infinity
  private probeMs = 0
  private dueMs = 0
  private probesUnderWay = 0
  attempts = 0

  constructor(private readonly probeMaxMs: number) {}

  failed({ attempts }: PacedAttempt, nowMs: number): void {
    if (this.attempts === 0) this.startMs = nowMs
    this.attempts++
    this.weight += weightOf(attempts)
    if (attempts === 0) this.messages++
  }

  /** An attempt succeeded: there is no outage. */
  end(): void {
    this.attempts = this.weight = this.messages = this.probesUnderWay = 0
    this.probingSinceMs = Infinity
  }

  ageMs(nowMs: number): number {
    return this.attempts === 0 ? 0 : nowMs - this.startMs
  }

  isDown(nowMs: number): boolean {
    const ageMs = this.ageMs(nowMs)
    return (
      (this.weight >= weightMin && ageMs >= surelyMs) || (this.attempts >= countMin && ageMs >= probablyMs)
    )
  }

  /** From now on, only probes begin; the first after `delayMs`. */
  probe(nowMs: number, delayMs = probeMinMs): void {
    this.probingSinceMs = nowMs
    this.probesUnderWay = 0
    this.probeMs = this.dueMs = nowMs + delayMs
  }

  began(nowMs: number): void {
    this.probesUnderWay++
    this.probeMs = nowMs
    this.dueMs = nowMs + this.intervalMs()
  }

  /** An attempt ended. What began before the probing was no probe. */
  ended({ attemptedAtMs }: PacedAttempt): void {
    if (attemptedAtMs >= this.probingSinceMs && this.probesUnderWay > 0) this.probesUnderWay--
  }

  /**
   * How long until the next probe may begin. Where few messages have failed, they may be the reason, and one
   * that was never tried waits less.
   */
  waitMs(nowMs: number, isFresh: boolean): number {
    if (this.probesUnderWay > 0) return Infinity
    const soonMs = probeMinMs * 2 ** Math.min(this.messages, doublingsMax)
    return Math.max(0, (isFresh ? Math.min(this.dueMs, this.probeMs + soonMs) : this.dueMs) - nowMs)
  }

  /** Between two probes. */
  intervalMs(): number {
    const outageMs = this.attempts === 0 ? 0 : this.probeMs - this.startMs
    return Math.min(Math.max(outageMs * probeShare, probeMinMs), this.probeMaxMs)
  }
}

/** What a failure counts after so many earlier ones of the same message. */
export function weightOf(attempts: number): number {
  return 1 / (attempts + 1)
}
