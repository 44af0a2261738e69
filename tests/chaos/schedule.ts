// pure
/**
 * When which fault begins and how long it lasts.
 * Takes a seed's chance, the faults to do and the time there is. Gives the list, in order of beginning.
 * Promises: at most two overlap, never two on one thing; after each tenth fault comes a quiet time.
 */
import type { Random } from '@iris/common/time/clock'
import { wholeBetween } from './random.js'

/** What the schedule needs to know of a fault. */
export interface Drawable {
  readonly kind: string
  readonly hits: string
  readonly lengthMs: readonly [min: number, max: number]
  readonly weight: number
}

export interface PlannedFault {
  /** From 1. */
  readonly number: number
  readonly kind: string
  readonly beginMs: number
  readonly lengthMs: number
}

export interface ScheduleOptions {
  /** Load before the first fault. */
  readonly fromMs: number
  readonly untilMs: number
  /** Between the end of a fault and the next one on the same thing: starting again takes its time. */
  readonly restMs: number
}

const overlapMax = 2
const quietEvery = 10
const quietMs = 5_000

/**
 * Spreads `faults` over the time, in their order; each begins where its share of the time begins, or as soon
 * as it may.
 */
export function schedule(
  random: Random,
  faults: readonly Drawable[],
  options: ScheduleOptions,
): readonly PlannedFault[] {
  const shareMs = (options.untilMs - options.fromMs) / Math.max(1, faults.length)
  const planned: (PlannedFault & { hits: string })[] = []
  let earliestMs = options.fromMs
  faults.forEach((fault, index) => {
    const lengthMs = wholeBetween(random, ...fault.lengthMs)
    const wishMs = options.fromMs + index * shareMs + random() * shareMs * 0.5
    if (index > 0 && index % quietEvery === 0) {
      earliestMs = Math.max(...planned.map(each => each.beginMs + each.lengthMs)) + options.restMs + quietMs
    }
    const beginMs = Math.round(freeFrom(planned, fault.hits, Math.max(wishMs, earliestMs), options.restMs))
    earliestMs = beginMs
    planned.push({ number: index + 1, kind: fault.kind, hits: fault.hits, beginMs, lengthMs })
  })
  return planned.map(({ number, kind, beginMs, lengthMs }) => ({ number, kind, beginMs, lengthMs }))
}

/** `count` faults by their weights. */
export function drawFaults<F extends Drawable>(
  random: Random,
  faults: readonly F[],
  count: number,
): readonly F[] {
  const sum = faults.reduce((total, each) => total + each.weight, 0)
  return Array.from({ length: count }, () => {
    let left = random() * sum
    return faults.find(each => (left -= each.weight) < 0) ?? (faults[0] as F)
  })
}

/** The first moment from `wishMs` on at which the thing is whole and at most one other fault lasts. */
function freeFrom(
  planned: readonly (PlannedFault & { hits: string })[],
  hits: string,
  wishMs: number,
  restMs: number,
): number {
  const endOf = (each: PlannedFault): number => each.beginMs + each.lengthMs + restMs
  const sameEnds = planned.filter(each => each.hits === hits).map(endOf)
  let atMs = Math.max(wishMs, ...sameEnds)
  for (;;) {
    const open = planned.filter(each => endOf(each) > atMs)
    if (open.length < overlapMax) return atMs
    atMs = Math.min(...open.map(endOf))
  }
}
