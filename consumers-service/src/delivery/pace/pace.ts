/**
 * The pace of one subscription in one process: its share of the rate, and what the endpoint can take of it.
 * Takes attempts as they begin and end. Gives the time until the next may begin, and says in plain words why.
 * Promises: never faster than the share; a change of mode is in the log, at most one a second.
 */
import type { AttemptResult } from '@iris/common/http/client'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Verdict } from '../judge.js'
import { retryAfterMs } from '@iris/common/http/retry-after'
import type { PaceLimits, PacedAttempt, PaceMode, RateController } from './controller.js'
import { createLimiter } from './limiter.js'
import { outcomeOf } from './outcome.js'

export interface Pace {
  /** How long until another attempt may begin; a message never tried may have to wait less than another. */
  waitMs(nowMs: number, isFresh: boolean): number
  began(nowMs: number): void
  /** An attempt turned out to be more requests than one. */
  charge(count: number, nowMs: number): void
  ended(attempt: PacedAttempt, result: AttemptResult, verdict: Verdict, nowMs: number): void
  /** An attempt was given up; nobody will hear of its result. */
  abandoned(attempt: PacedAttempt, nowMs: number): void
  update(limits: PaceLimits): void
  /** Attempts that have begun so far. */
  begun(): number
  status(nowMs: number): PaceStatus
}

export interface PaceStatus {
  readonly mode: PaceMode
  /** Wall time. */
  readonly since: number
  /** Messages a second at most, now and by its share of the subscription's rate. */
  readonly rate: number
  readonly maxRate: number
  readonly circuit: Circuit
  readonly why: string
  readonly next: string
}

/** Whether messages flow (`closed`), only probes for a moment, or only probes for long (`open`). */
export type Circuit = 'closed' | 'probing' | 'open'

/** The circuit as a number, for the metric. */
export const circuitNumbers: Readonly<Record<Circuit, number>> = { closed: 0, probing: 1, open: 2 }

const circuits: Readonly<Record<PaceMode, Circuit>> = {
  full: 'closed',
  limited: 'closed',
  recovering: 'closed',
  holding: 'closed',
  probing: 'probing',
  paused: 'open',
  normal: 'closed',
  slow: 'closed',
  heartbeat: 'probing',
}

export interface PaceParts {
  readonly clock: Clock
  /** Knows the subscription. */
  readonly log: Log
  controller(limits: PaceLimits, nowMs: number): RateController
}

const logPeriodMs = 1_000

/** Makes the pace of a subscription that has not begun. */
export function createPace({ clock, log, controller: make }: PaceParts, first: PaceLimits): Pace {
  const controller = make(first, clock.monotonic())
  const limiter = createLimiter(first.max)
  let limits = first
  let limiterRate = first.max
  let begunCount = 0
  let loggedMode = controller.mode()
  let loggedMs = -Infinity

  /** Takes over what the controller has decided. */
  function follow(nowMs: number): void {
    const rate = controller.rate(nowMs)
    // A permit of no rate would never be due, whatever the rate became.
    if (rate !== limiterRate && rate > 0) {
      limiterRate = rate
      limiter.setRate(rate, nowMs)
    }
    if (controller.mode() !== loggedMode) logChange(nowMs)
  }

  function logChange(nowMs: number): void {
    const mode = controller.mode()
    const isPause = mode === 'paused' || loggedMode === 'paused'
    if (nowMs - loggedMs < logPeriodMs && !isPause) return
    const fields = {
      from: loggedMode,
      to: mode,
      rate: controller.shownRate(nowMs),
      ...controller.reason(nowMs),
    }
    if (mode === 'paused') log.warn('delivery.pausedByItself', fields)
    else if (loggedMode === 'paused') log.info('delivery.resumedByItself', fields)
    else log.info('delivery.paceChanged', fields)
    loggedMode = mode
    loggedMs = nowMs
  }

  return {
    waitMs(nowMs, isFresh) {
      if (limits.max === 0) return Infinity
      follow(nowMs)
      const heldMs = controller.waitMs(nowMs, isFresh)
      return heldMs > 0 ? heldMs : limiter.waitMs(nowMs)
    },
    began(nowMs) {
      begunCount++
      limiter.take(nowMs)
      controller.began(nowMs)
    },
    charge(count, nowMs) {
      begunCount += count
      limiter.charge(count, nowMs)
    },
    ended(attempt, result, verdict, nowMs) {
      const askedMs = askedIn(result, clock)
      controller.ended(attempt, outcomeOf(result, verdict, askedMs), askedMs, nowMs)
      follow(nowMs)
    },
    abandoned(attempt, nowMs) {
      controller.ended(attempt, 'none', null, nowMs)
    },
    update(next) {
      limits = next
      controller.update(next)
      follow(clock.monotonic())
    },
    begun: () => begunCount,
    status(nowMs) {
      follow(nowMs)
      const mode = controller.mode()
      return {
        mode,
        since: Math.round(clock.now() - (nowMs - controller.sinceMs())),
        rate: controller.shownRate(nowMs),
        maxRate: limits.max,
        circuit: circuits[mode],
        ...controller.reason(nowMs),
      }
    },
  }
}

/** How long the endpoint asks us to wait; only two statuses may ask. */
function askedIn(result: AttemptResult, clock: Clock): number | null {
  if (result.kind !== 'answer' || (result.status !== 429 && result.status !== 503)) return null
  return retryAfterMs(result.retryAfter, clock.now())
}
