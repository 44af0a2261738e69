// pure
/**
 * Hermes' output rate, for those who move from it and want what they know.
 * Takes attempts as they begin and end. Gives its three modes: NORMAL, SLOW, HEARTBEAT, by its table and its
 * constants. One difference: it begins at `max`, not at 0.36 messages a second.
 */
import type { PaceLimits, PacedAttempt, PaceMode, PaceReason, RateController } from './controller.js'
import type { Outcome } from './outcome.js'

/** Hermes' settings, `consumer.rate.*`. */
export interface HermesOptions {
  /** Between two evaluations. */
  readonly periodMs: number
  /** How much of the way to `max` a good period goes, and what a bad one takes. */
  readonly convergenceFactor: number
  /** Up to this share of failures it speeds up; beyond the other it slows down. */
  readonly speedUpTolerance: number
  readonly noChangeTolerance: number
  readonly slowDelayMs: number
  readonly heartbeatDelayMs: number
}

export interface HermesState {
  readonly mode: 'normal' | 'slow' | 'heartbeat'
  readonly rate: number
}

/** What was counted since the last evaluation. */
export interface HermesCounts {
  readonly succeeded: number
  readonly failed: number
}

/** After so long without a word, more periods change nothing that can be told apart. */
const periodsMax = 100

/** One evaluation: the first row of the table that matches. */
export function evaluate(
  { mode, rate }: HermesState,
  { succeeded, failed }: HermesCounts,
  max: number,
  options: HermesOptions,
): HermesState {
  const { convergenceFactor, speedUpTolerance, noChangeTolerance } = options
  const slow = 1000 / options.slowDelayMs
  const heartbeat = 1000 / options.heartbeatDelayMs
  const failures = failed === 0 ? 0 : failed / (failed + succeeded)
  const isMajorityFailed = failed > succeeded
  const isOnlySuccess = succeeded > 0 && failed === 0
  const next = (): HermesState => {
    switch (mode) {
      case 'normal':
        if (failures <= speedUpTolerance && rate < max)
          return { mode, rate: Math.min(max, rate + (max - rate) * convergenceFactor) }
        if (isMajorityFailed) return { mode: 'slow', rate: slow }
        return failures > noChangeTolerance
          ? { mode, rate: Math.max(slow, rate * (1 - convergenceFactor)) }
          : { mode, rate }
      case 'slow':
        if (isMajorityFailed) return { mode: 'heartbeat', rate: heartbeat }
        return { mode: isOnlySuccess ? 'normal' : mode, rate }
      case 'heartbeat':
        return isOnlySuccess ? { mode: 'slow', rate: slow } : { mode, rate }
    }
  }
  const following = next()
  return following.rate > max ? { ...following, rate: max } : following
}

export class HermesController implements RateController {
  private state: HermesState
  private modeSinceMs: number
  private evaluatedMs: number
  private succeeded = 0
  private failedCount = 0
  private lastShare = 0

  constructor(
    private readonly options: HermesOptions,
    private limits: PaceLimits,
    nowMs: number,
  ) {
    this.state = { mode: 'normal', rate: limits.max }
    this.modeSinceMs = this.evaluatedMs = nowMs
  }

  mode(): PaceMode {
    return this.state.mode
  }

  sinceMs(): number {
    return this.modeSinceMs
  }

  rate(nowMs: number): number {
    this.catchUp(nowMs)
    return Math.min(this.state.rate, this.limits.max)
  }

  shownRate(nowMs: number): number {
    return this.rate(nowMs)
  }

  waitMs(): number {
    return 0
  }

  began(): void {
    // Hermes counts what is attempted only to share the maximum between instances.
  }

  ended(_attempt: PacedAttempt, outcome: Outcome, askedMs: number | null, nowMs: number): void {
    this.catchUp(nowMs)
    // An endpoint that says when to come back works as it should.
    const isSuccess = outcome === 'success' || (outcome === 'throttled' && askedMs !== null)
    if (isSuccess) this.succeeded++
    else if (outcome !== 'none') this.failedCount++
  }

  update(limits: PaceLimits): void {
    this.limits = limits
  }

  reason(nowMs: number): PaceReason {
    this.catchUp(nowMs)
    const { periodMs } = this.options
    const leftMs = Math.max(0, this.evaluatedMs + periodMs - nowMs)
    const share = `${Math.round(this.lastShare * 100)} % of the attempts failed in the last period`
    return {
      why: this.state.mode === 'normal' ? share : `most attempts failed before; ${share}`,
      next: `the rate is judged again in ${Math.round(leftMs / 1000)} s, as Hermes does`,
    }
  }

  /** Evaluates each period that has passed; those without traffic as Hermes would, at no cost of timers. */
  private catchUp(nowMs: number): void {
    const { periodMs } = this.options
    for (let count = 0; nowMs - this.evaluatedMs >= periodMs; count++) {
      if (count === periodsMax) this.evaluatedMs = nowMs
      else this.evaluatePeriod()
    }
  }

  private evaluatePeriod(): void {
    const counts = { succeeded: this.succeeded, failed: this.failedCount }
    const following = evaluate(this.state, counts, this.limits.max, this.options)
    this.evaluatedMs += this.options.periodMs
    if (following.mode !== this.state.mode) this.modeSinceMs = this.evaluatedMs
    this.lastShare = counts.failed === 0 ? 0 : counts.failed / (counts.failed + counts.succeeded)
    this.state = following
    this.succeeded = this.failedCount = 0
  }
}
