// pure
/**
 * Our output rate: full speed until an endpoint shows strain, then what it can take, then more again.
 * Takes attempts as they begin and end. Gives the rate, the wait and the reasons (docs/operating/rate.md).
 * Promises: never above `max`; an endpoint that is down gets one probe at a time, and the first that
 * succeeds begins the way back; one that asks for time gets it.
 */
import { reasonOf } from './adaptive-words.js'
import type { PaceLimits, PacedAttempt, PaceMode, PaceReason, RateController } from './controller.js'
import { Outage } from './outage.js'
import type { Outcome } from './outcome.js'
import { Speed } from './speed.js'

export interface AdaptiveOptions {
  /** The longest time between two probes. */
  readonly probeMaxMs: number
  /** An outage of this length is a pause. */
  readonly pauseAfterMs: number
  /** How long a `Retry-After` is believed before a probe asks again. */
  readonly holdMaxMs: number
}

/** After an outage it begins with this many messages a second, with more after a short one. */
const recoverMin = 20
/** An outage so long halves the rate of before it. */
const recoverHalfMs = 100

export class AdaptiveController implements RateController {
  private state: PaceMode = 'full'
  private stateSinceMs: number
  private holdUntilMs = 0
  /** The rate before an outage or a hold, and how long the last outage was. */
  private formerRate = 0
  private lastOutageMs = 0
  /** What began before the last outage was over tells of that outage. */
  private recoveredMs = -Infinity
  private readonly speed: Speed
  private readonly outage: Outage

  constructor(
    private readonly options: AdaptiveOptions,
    limits: PaceLimits,
    nowMs: number,
  ) {
    this.speed = new Speed(limits)
    this.outage = new Outage(options.probeMaxMs)
    this.stateSinceMs = nowMs
  }

  mode(): PaceMode {
    return this.state
  }

  sinceMs(): number {
    return this.stateSinceMs
  }

  rate(): number {
    return this.speed.rate()
  }

  shownRate(nowMs: number): number {
    if (!this.isDown()) return this.speed.rate()
    if (this.state === 'holding' && nowMs < this.holdUntilMs) return 0
    return Math.min(this.speed.limits.max, 1000 / this.outage.intervalMs())
  }

  waitMs(nowMs: number, isFresh: boolean): number {
    if (this.state === 'holding') {
      if (nowMs < this.holdUntilMs) return this.holdUntilMs - nowMs
      this.outage.probe(nowMs, 0)
      this.become('probing', nowMs)
    }
    return this.isProbing() ? this.outage.waitMs(nowMs, isFresh) : 0
  }

  began(nowMs: number): void {
    this.speed.began(nowMs)
    if (this.isProbing()) this.outage.began(nowMs)
  }

  ended(attempt: PacedAttempt, outcome: Outcome, askedMs: number | null, nowMs: number): void {
    this.outage.ended(attempt)
    if (outcome === 'success') this.succeeded(attempt, nowMs)
    else if (outcome !== 'none' && attempt.attemptedAtMs >= this.recoveredMs)
      this.failed(attempt, outcome === 'throttled', askedMs, nowMs)
  }

  update(limits: PaceLimits): void {
    this.speed.limits = limits
  }

  reason(nowMs: number): PaceReason {
    const { speed, outage } = this
    return reasonOf({
      mode: this.state,
      speed,
      outageMs: this.isDown() ? outage.ageMs(nowMs) : this.lastOutageMs,
      attempts: outage.attempts,
      waitMs: this.state === 'holding' ? this.holdUntilMs - nowMs : outage.waitMs(nowMs, false),
    })
  }

  private succeeded(attempt: PacedAttempt, nowMs: number): void {
    // The endpoint asked for time: an answer to what was sent before takes nothing of it back.
    if (this.state === 'holding') return
    if (this.isProbing()) return this.recover(nowMs)
    this.outage.end()
    this.speed.good(attempt, nowMs)
    this.followSpeed(nowMs)
  }

  private failed(attempt: PacedAttempt, isThrottled: boolean, askedMs: number | null, nowMs: number): void {
    const { speed, outage } = this
    outage.failed(attempt, nowMs)
    if (this.isDown()) {
      if (isThrottled && askedMs !== null) this.hold(askedMs, nowMs)
      else if (this.state === 'probing' && outage.ageMs(nowMs) >= this.options.pauseAfterMs)
        this.become('paused', nowMs)
      return
    }
    const isAsked = speed.bad(attempt, isThrottled, nowMs) && askedMs !== null
    if (isAsked && speed.yield(nowMs)) this.hold(askedMs, nowMs)
    else if (outage.isDown(nowMs)) this.probe(nowMs)
    else {
      speed.look(nowMs)
      this.followSpeed(nowMs)
    }
  }

  private hold(askedMs: number, nowMs: number): void {
    const untilMs = nowMs + Math.min(askedMs, this.options.holdMaxMs)
    if (!this.isDown()) this.formerRate = this.speed.rate()
    this.holdUntilMs = this.state === 'holding' ? Math.max(this.holdUntilMs, untilMs) : untilMs
    this.become('holding', nowMs)
  }

  private probe(nowMs: number): void {
    this.formerRate = this.speed.ratePresent(nowMs)
    this.speed.forgetCut()
    this.outage.probe(nowMs)
    this.become('probing', nowMs)
  }

  private recover(nowMs: number): void {
    this.lastOutageMs = this.outage.ageMs(nowMs)
    this.outage.end()
    this.recoveredMs = nowMs
    const gentle = this.formerRate / (1 + this.lastOutageMs / recoverHalfMs)
    this.speed.restart(Math.max(Math.min(recoverMin, this.formerRate), gentle), nowMs)
    this.become(this.speed.isFull() ? 'full' : 'recovering', nowMs)
  }

  private followSpeed(nowMs: number): void {
    const { speed } = this
    if (speed.isFull()) this.become('full', nowMs)
    else if (this.state !== 'recovering' || speed.isNearCapacity()) this.become('limited', nowMs)
  }

  private become(state: PaceMode, nowMs: number): void {
    if (state === this.state) return
    this.state = state
    this.stateSinceMs = nowMs
  }

  private isProbing(): boolean {
    return this.state === 'probing' || this.state === 'paused'
  }

  private isDown(): boolean {
    return this.isProbing() || this.state === 'holding'
  }
}
