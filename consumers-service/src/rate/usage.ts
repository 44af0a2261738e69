// pure
/**
 * What one instance uses of its part of a subscription's rate.
 * Takes, time and again, how many attempts began so far and how many might have. Gives whether it could do
 * with more, and what it can do without. Promises: who is held back asks at the next look; who had lent asks
 * for it back there and then, and does not lend again for a while.
 */
import type { Need } from './credit.js'

/** What may be used, in attempts a second. */
export interface Allowance {
  /** By its own partitions, if nothing were lent. */
  readonly worth: number
  /** Now. */
  readonly now: number
}

/** Hermes' busy tolerance: who uses so much of what it may is held back by it. */
const busyShare = 0.9
/** Who has borrowed goes on asking while it uses so much of its own worth. */
const stillShare = 0.8
const calmMin = 3
/** Beyond what it uses, a lender keeps this part of that, a tenth of its worth, and a message a second. */
const headroom = 1.25
const keptShare = 0.1
const keptPerS = 1
/** How long after a need of its own a lender does not lend. */
const relendMs = 5_000

/** A look says something after so long and with room for so many attempts, or after the longest time. */
const windowMs = 400
const attemptsMin = 5
const windowMaxMs = 10_000
/** A lender keeps what it used in the busiest of so many looks. */
const looksKept = 4

export class Usage {
  private startMs = 0
  private startCount = 0
  private startAllowed = -1
  private isAsking = false
  private calmCount = 0
  private busyMs = -Infinity
  private recent: number[] = []

  /** Looks at what began so far. */
  look(begun: number, { worth, now }: Allowance, nowMs: number): void {
    if (now !== this.startAllowed) return this.restart(begun, now, nowMs)
    const tookS = (nowMs - this.startMs) / 1000
    const isLong = tookS * 1000 >= windowMs && now * tookS >= attemptsMin
    if (!isLong && tookS * 1000 < windowMaxMs) return
    const used = (begun - this.startCount) / tookS
    this.recent = [...this.recent, used].slice(-looksKept)
    this.judge(used, worth, now, nowMs)
    this.restart(begun, now, nowMs)
  }

  need({ worth }: Allowance, nowMs: number): Need {
    if (this.isAsking) return { wants: true, spare: 0 }
    // Nothing is lent before it is known what is used, nor right after a need of its own.
    if (this.recent.length === 0 || nowMs < this.busyMs + relendMs) return { wants: false, spare: 0 }
    const kept = Math.max(headroom * Math.max(...this.recent), keptShare * worth, keptPerS)
    return { wants: false, spare: Math.max(0, 1 - kept / worth) }
  }

  private judge(used: number, worth: number, now: number, nowMs: number): void {
    if (used >= busyShare * now) {
      this.isAsking = true
      this.calmCount = 0
      this.busyMs = nowMs
    } else if (this.isAsking) {
      this.calmCount = used >= stillShare * worth ? 0 : this.calmCount + 1
      this.isAsking = this.calmCount < calmMin
    }
  }

  private restart(begun: number, now: number, nowMs: number): void {
    this.startMs = nowMs
    this.startCount = begun
    this.startAllowed = now
  }
}
