/**
 * What a rate controller is: the part of delivery that learns from an endpoint's answers how fast it may be
 * sent to. Takes attempts as they begin and end, with the time. Gives a rate, a wait, and why, in words.
 * Two exist: Hermes' own (`hermes.ts`) and ours (`adaptive.ts`).
 */
import type { Outcome } from './outcome.js'

/**
 * How a subscription is sent to now. Ours: `full` at its rate, `limited` below it, `recovering` after an
 * outage, `holding` because the endpoint asked for time, `probing` one message at a time, `paused` the same
 * for long. Hermes': `normal`, `slow`, `heartbeat`.
 */
export type PaceMode =
  | 'full'
  | 'limited'
  | 'recovering'
  | 'holding'
  | 'probing'
  | 'paused'
  | 'normal'
  | 'slow'
  | 'heartbeat'

/** What the subscription and its share of the work allow. */
export interface PaceLimits {
  /** Messages a second that may never be exceeded. */
  readonly max: number
  /** After which time an attempt fails. */
  readonly timeoutMs: number
}

/** The limits of a policy, with its share of the rate. */
export function paceLimits(policy: { readonly requestTimeoutMs: number }, max: number): PaceLimits {
  return { max, timeoutMs: policy.requestTimeoutMs }
}

/** What a controller reads of an attempt; a letter is one. */
export interface PacedAttempt {
  /** Monotonic time of its begin. */
  readonly attemptedAtMs: number
  /** Failed attempts of the same message before this one. */
  readonly attempts: number
}

/** Two plain sentences without a full stop. */
export interface PaceReason {
  readonly why: string
  readonly next: string
}

export interface RateController {
  mode(): PaceMode
  /** Monotonic time since when it is in this mode. */
  sinceMs(): number
  /** Messages a second that the limiter gives permits for; at most `max`. */
  rate(nowMs: number): number
  /** Messages a second that really go out at most, probes and holds included. */
  shownRate(nowMs: number): number
  /**
   * How long until another attempt may begin, whatever the rate; Infinity until the one under way has ended.
   * A message never tried may have to wait less than one that failed before.
   */
  waitMs(nowMs: number, isFresh: boolean): number
  began(nowMs: number): void
  /** `askedMs`: how long the endpoint asks us to wait, or null. */
  ended(attempt: PacedAttempt, outcome: Outcome, askedMs: number | null, nowMs: number): void
  update(limits: PaceLimits): void
  reason(nowMs: number): PaceReason
}
