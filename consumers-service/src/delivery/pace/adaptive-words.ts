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

/** What is counted. */
interface Unit {
  readonly one: string
  readonly many: string
}

const messages: Unit = { one: 'message', many: 'messages' }
const batches: Unit = { one: 'batch', many: 'batches' }

/** Says it. */
export function reasonOf({ mode, speed, outageMs, attempts, waitMs }: AdaptiveState): PaceReason {
  // Only batches have no rate.
  const unit: Unit = speed.limits.max === Infinity ? batches : messages
  const outage = `no attempt has succeeded for ${durationText(outageMs)} (${attempts} attempts)`
  switch (mode) {
    case 'limited':
      return { why: whyLimited(speed.cut, unit), next: nextLimited(speed, unit) }
    case 'recovering':
      return {
        why: `the endpoint answers again after ${durationText(outageMs)} of failures`,
        next: `each delivered ${unit.one} raises the speed, now ${rateText(speed.limit, unit)}`,
      }
    case 'holding':
      return {
        why: 'the endpoint asks to wait (Retry-After)',
        next: `one ${unit.one} goes as a probe in ${durationText(Math.max(0, waitMs))}`,
      }
    case 'probing':
      return { why: outage, next: nextProbe(waitMs, unit) }
    case 'paused':
      return { why: `paused by itself: ${outage}`, next: nextProbe(waitMs, unit) }
    default:
      return { why: 'the endpoint keeps up', next: 'it goes on like this' }
  }
}

function whyLimited({ by, measure, rate, usualMs }: Cut, unit: Unit): string {
  const at = `at ${rateText(rate, unit)}`
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

function nextLimited({ limit, limits, capacity }: AdaptiveState['speed'], unit: Unit): string {
  if (capacity < Infinity)
    return `it stays near ${rateText(capacity, unit)}, which the endpoint has borne, and slowly tries more`
  const upTo = limits.max < Infinity ? `, up to ${rateText(limits.max, unit)}` : ''
  return `each delivered ${unit.one} raises the speed, now ${rateText(limit, unit)}${upTo}`
}

function nextProbe(waitMs: number, unit: Unit): string {
  const when = waitMs === Infinity ? 'one is under way' : `the next in ${durationText(waitMs)}`
  return `one ${unit.one} at a time goes as a probe, ${when}; the first that is delivered ends this at once`
}

function rateText(perSecond: number, { many }: Unit): string {
  const rounded = perSecond >= 10 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10
  return `${rounded} ${many}/s`
}

/** A duration as a person says it. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}
