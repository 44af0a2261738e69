// pure
/**
 * Chance from a seed.
 * Takes a whole number. Gives the same endless row of numbers in [0, 1) for the same seed.
 * Source: the mulberry32 generator; good enough to draw faults and keys, not for secrets.
 */
import type { Random } from './clock.js'

/** A generator of its own for each purpose, so that one more draw here shifts nothing there. */
export function seededRandom(seed: number, purpose = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A whole number from `min` to `max`, both included. */
export function wholeBetween(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1))
}
