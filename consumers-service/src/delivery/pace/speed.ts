// pure
/**
 * How fast an endpoint that answers can be sent to.
 * Takes attempts as they begin and end. Gives a rate: unlimited until there are signs of strain, then what
 * the endpoint was measured to take, from where it creeps up again.
 * Promises: failures, or slowness, that do not depend on the rate do not lower it for long.
 */
import type { PaceLimits, PacedAttempt } from './controller.js'
import { Evidence, type Pressure } from './evidence.js'
import { Meter } from './meter.js'
import { weightOf } from './outage.js'

/** Shares of failures, and of answers that ask for less, that lower no rate before the endpoint is known. */
const toleratedFirst = 0.2
const throttledFirst = 0.05
const toleratedMin = 0.05
const toleratedMax = 0.85
/** What is tolerated beyond the share of failures that remains at a good speed. */
const tolerate = (share: number): number =>
  Math.max(toleratedMin, Math.min(toleratedMax, 1.25 * share + 0.05))

/** A cut helped when it left at most so much of the failures, or of the latency. */
const helpedShare = 0.5
const helpedIfSlow = 0.8
/** So many cuts in a row that did not help show that speed is not the reason; asked again after a while. */
const vainMax = 2
const relearnFirstMs = 10_000
const relearnMaxMs = 60_000

/** One cut goes no lower than a tenth. */
const keptMin = 0.1
/** A cut goes below the measured capacity, so that what has piled up can drain. */
const drainShare = 0.95
const rateMin = 1
/** Time for the queue of a slow endpoint to drain before it is judged again. */
const drainFactor = 4
const drainMaxMs = 2_000

/** Messages a second that each success adds far below the capacity: it doubles in a tenth of a second. */
const fastStep = 10
const nearCapacity = 0.9
/** Near the capacity a second of successes adds this part of it at first, and twice that after so long. */
const creepFirst = 0.05
const creepDoublesMs = 5_000
/** A capacity found again within this part of itself is surer; each time, the rate creeps half as fast. */
const sameCapacity = 0.2
const surenessMax = 3
/** So far above, the capacity is another one. */
const beyondCapacity = 1.25

/** What lowered the rate last. */
export interface Cut {
  readonly by: Pressure | null
  /** Share of failures, or the mean latency of slow answers. */
  readonly measure: number
  /** Mean latency before. */
  readonly usualMs: number
  /** Messages a second at which it was seen, and how many the endpoint seemed to take. */
  readonly rate: number
  readonly capacity: number
  /** How often in a row the capacity seemed the same. */
  readonly sureness: number
  readonly atMs: number
  /** How many cuts since the last good second, and how many of them in vain. */
  readonly count: number
  readonly vainCount: number
  /** The limit before them. */
  readonly formerLimit: number
}

export const noCut: Cut = {
  ...{ by: null, measure: 0, usualMs: Infinity, rate: 0, capacity: Infinity, sureness: 0, atMs: 0 },
  ...{ count: 0, vainCount: 0, formerLimit: Infinity },
}

export class Speed {
  /** Messages a second; Infinity while nothing holds it below `max`. */
  limit = Infinity
  /** What the endpoint was measured to take; Infinity while unknown. */
  capacity = Infinity
  cut = noCut
  private tolerated = toleratedFirst
  private throttled = throttledFirst
  private relearnMs = relearnFirstMs
  private relearnAtMs = Infinity
  /** Attempts that began before are answers to another speed. */
  private epochMs = -Infinity
  private readonly begins = new Meter()
  private readonly goods = new Meter()
  private readonly evidence = new Evidence()

  constructor(public limits: PaceLimits) {}

  isFull(): boolean {
    return this.limit === Infinity
  }

  isNearCapacity(): boolean {
    return this.limit >= nearCapacity * this.capacity
  }

  rate(): number {
    return Math.min(this.limit, this.limits.max)
  }

  /** What is really sent: a rate that the traffic or the places in flight do not reach says nothing. */
  ratePresent(nowMs: number): number {
    return Math.max(rateMin, Math.min(this.rate(), this.begins.perSecond(nowMs)))
  }

  began(nowMs: number): void {
    this.begins.add(nowMs)
  }

  good({ attemptedAtMs }: PacedAttempt, nowMs: number): void {
    this.goods.add(nowMs)
    if (attemptedAtMs < this.epochMs) return
    this.evidence.good(nowMs - attemptedAtMs, nowMs)
    if (!this.isFull()) this.grow(nowMs)
    this.look(nowMs)
  }

  /** Gives whether the endpoint asks for less by such answers, and not just to this one message. */
  bad({ attemptedAtMs, attempts }: PacedAttempt, isThrottled: boolean, nowMs: number): boolean {
    if (attemptedAtMs < this.epochMs) return false
    this.evidence.failed(weightOf(attempts), isThrottled, nowMs)
    return isThrottled && this.evidence.isThrottled(this.throttled)
  }

  /** Draws the conclusion from what was seen, if there is one. */
  look(nowMs: number): void {
    const { evidence, tolerated: failures, throttled, limits } = this
    const pressure = evidence.pressure({ failures, throttled, timeoutMs: limits.timeoutMs }, nowMs)
    if (pressure !== null) this.lower(pressure, nowMs)
    else if (evidence.isCalm(nowMs)) this.calm(nowMs)
    else if (evidence.isStale(nowMs)) evidence.clear()
  }

  /** The endpoint asks for time. Gives whether it is to have it: not when that has not helped before. */
  yield(nowMs: number): boolean {
    return !this.evidence.isEnough(nowMs) || this.lower('throttled', nowMs)
  }

  /** Goes on at another rate; what began before says nothing about it. */
  restart(limit: number, nowMs: number): void {
    this.limit = limit
    this.judgeFrom(nowMs)
    if (limit >= this.limits.max) this.beFull()
  }

  forgetCut(): void {
    this.cut = noCut
  }

  private calm(nowMs: number): void {
    const { evidence } = this
    evidence.learnLatency(nowMs)
    if (this.cut.count > 0) {
      if (this.hasNotHelped()) return this.accept(nowMs)
      // What still fails at a speed that the endpoint bears is normal for it.
      this.tolerated = Math.min(toleratedFirst, tolerate(evidence.badShare()))
      this.cut = { ...this.cut, count: 0, vainCount: 0 }
    } else if (nowMs >= this.relearnAtMs) {
      this.tolerated = toleratedFirst
      this.throttled = throttledFirst
      this.relearnAtMs = Infinity
    }
    evidence.clear()
  }

  /**
   * Too fast: goes down to what the endpoint took, unless earlier cuts have shown that it does not help.
   * Gives whether it went down.
   */
  private lower(by: Pressure, nowMs: number): boolean {
    const { evidence, cut } = this
    const vainCount = cut.by === by && this.hasNotHelped() ? cut.vainCount + 1 : 0
    if (vainCount >= vainMax) {
      this.accept(nowMs)
      return false
    }
    const rate = this.ratePresent(nowMs)
    const capacity = this.capacityAt(rate, by, nowMs)
    const measure = by === 'slow' ? evidence.latencyMs : evidence.badShare()
    const isSame = Math.abs(capacity / cut.capacity - 1) <= sameCapacity
    this.cut = {
      ...{ by, measure, vainCount, rate, capacity, usualMs: evidence.usualMs(), atMs: nowMs },
      count: cut.count + 1,
      sureness: isSame ? Math.min(surenessMax, cut.sureness + 1) : 0,
      formerLimit: cut.count === 0 ? this.limit : cut.formerLimit,
    }
    this.capacity = capacity
    this.limit = Math.max(rateMin, capacity * drainShare)
    this.judgeFrom(nowMs + (by === 'slow' ? Math.min(drainMaxMs, drainFactor * measure) : 0))
    return true
  }

  private hasNotHelped(): boolean {
    const { evidence, cut } = this
    if (cut.count === 0) return false
    return cut.by === 'slow'
      ? evidence.latencyMs > helpedIfSlow * cut.measure
      : evidence.badShare() > helpedShare * cut.measure
  }

  /** What it seems to take. Where answers only come later and later, they are what it takes. */
  private capacityAt(rate: number, by: Pressure, nowMs: number): number {
    return by === 'slow'
      ? Math.max(rateMin, Math.min(rate, this.goods.perSecond(nowMs)))
      : rate * Math.max(keptMin, 1 - this.evidence.badShare())
  }

  /** Its failures or its slowness do not depend on our speed: they are normal for it. */
  private accept(nowMs: number): void {
    const { evidence, cut } = this
    if (cut.by === 'slow') evidence.learnLatency(nowMs, true)
    else {
      this.tolerated = tolerate(evidence.badShare())
      if (cut.by === 'throttled') this.throttled = this.tolerated
      this.relearnAtMs = nowMs + this.relearnMs
      this.relearnMs = Math.min(relearnMaxMs, 2 * this.relearnMs)
    }
    this.limit = cut.formerLimit
    this.capacity = Infinity
    this.cut = noCut
    this.judgeFrom(nowMs)
  }

  /** A success at a limited rate. */
  private grow(nowMs: number): void {
    if (this.isNearCapacity()) this.creep(nowMs)
    else {
      const stepped = this.limit + Math.min(fastStep, this.limit)
      this.limit = Math.min(nearCapacity * this.capacity, stepped)
    }
    if (this.limit > beyondCapacity * this.capacity) this.capacity = Infinity
    if (this.limit >= this.limits.max) this.beFull()
  }

  /** Up, or down again while what was sent piles up at the endpoint. */
  private creep(nowMs: number): void {
    const { limit, capacity } = this
    this.limit = this.evidence.isPiledUp()
      ? Math.max(drainShare * capacity, limit - (creepFirst * capacity) / limit)
      : limit + (this.creepShare(nowMs) * capacity) / limit
  }

  /** The part of the capacity that a second adds: less the surer it is, more the longer all goes well. */
  private creepShare(nowMs: number): number {
    const { sureness, atMs } = this.cut
    return (creepFirst / 2 ** sureness) * (1 + (nowMs - atMs) / creepDoublesMs)
  }

  private beFull(): void {
    this.limit = this.capacity = Infinity
    this.cut = noCut
    this.tolerated = Math.max(this.tolerated, toleratedFirst)
  }

  private judgeFrom(epochMs: number): void {
    this.evidence.clear()
    this.epochMs = epochMs
  }
}
