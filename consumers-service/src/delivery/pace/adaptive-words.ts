// pure
/**
 * The adaptive rate in plain words.
 * Takes its state. Gives why it is as it is, and what happens next.
 */
import type { PaceMode, PaceReason } from './controller.js'
import type { Cut, Speed } from './speed.js'

export interface AdaptiveState {
  readonly mode: PaceMode
  readonly speed: Pick<Speed, 'limit' | 'limits' | 'capacity' | 'cut'>
  /** Length of the outage, present or last. */
  readonly outageMs: number
  /** Failed attempts of the present outage. */
  readonly attempts: number
  /** Until the next probe; Infinity while one is under way. */
  readonly waitMs: number
}

/** Says it. */
export function reasonOf({ mode, speed, outageMs, attempts, waitMs }: AdaptiveState): PaceReason {
  const outage = `no attempt has succeeded for ${durationText(outageMs)} (${attempts} attempts)`
  switch (mode) {
    case 'limited':
      return { why: whyLimited(speed.cut), next: nextLimited(speed) }
    case 'recovering':
      return {
        why: `the endpoint answers again after ${durationText(outageMs)} of failures`,
        next: `each delivered message raises the speed, now ${rateText(speed.limit)}`,
      }
    case 'holding':
      return {
        why: 'the endpoint asks to wait (Retry-After)',
        next: `one message goes as a probe in ${durationText(Math.max(0, waitMs))}`,
      }
    case 'probing':
      return { why: outage, next: nextProbe(waitMs) }
    case 'paused':
      return { why: `paused by itself: ${outage}`, next: nextProbe(waitMs) }
    default:
      return { why: 'the endpoint keeps up', next: 'it goes on like this' }
  }
}

function whyLimited({ by, measure, rate, usualMs }: Cut): string {
  const at = `at ${rateText(rate)}`
  switch (by) {
    case 'failing':
      return `${Math.round(measure * 100)} % of the attempts failed ${at}`
    case 'throttled':
      return `the endpoint asked for less (429 or 503) ${at}`
    case 'slow':
      return `answers took ${Math.round(measure)} ms instead of ${Math.round(usualMs)} ms ${at}`
    case null:
      return 'the endpoint has just come back'
  }
}

function nextLimited({ limit, limits, capacity }: AdaptiveState['speed']): string {
  return capacity === Infinity
    ? `each delivered message raises the speed, now ${rateText(limit)}, up to ${rateText(limits.max)}`
    : `it stays near ${rateText(capacity)}, which the endpoint has borne, and slowly tries more`
}

function nextProbe(waitMs: number): string {
  const when = waitMs === Infinity ? 'one is under way' : `the next in ${durationText(waitMs)}`
  return `one message at a time goes as a probe, ${when}; the first that is delivered ends this at once`
}

function rateText(perSecond: number): string {
  const rounded = perSecond >= 10 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10
  return `${rounded} messages/s`
}

/** A duration as a person says it. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}
