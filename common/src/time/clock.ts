/**
 * Time as a parameter.
 * Gives wall time for stamps and monotonic time for every wait, budget and age.
 * Promises: nothing outside `common/src/time` asks the machine for the time.
 */

/** Both clocks of a process. */
export interface Clock {
  /** Wall clock, whole milliseconds since the epoch. May jump; never subtract two of them to wait. */
  now(): number
  /** Monotonic milliseconds with fraction, from an arbitrary start. */
  monotonic(): number
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** Chance as a parameter: a number in [0, 1). */
export type Random = () => number

/** The machine's chance. */
export const systemRandom: Random = Math.random
