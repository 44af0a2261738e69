// pure
/**
 * Draws from a generator with a seed.
 * Takes chance and items. Gives one of them, or all in another order.
 */
import type { Random } from '@iris/common/time/clock'
import { wholeBetween } from '@iris/common/time/seeded-random'

export { seededRandom, wholeBetween } from '@iris/common/time/seeded-random'

/** One of `items`, which must not be empty. */
export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T
}

/** A copy in an order drawn by `random`. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const copy = [...items]
  for (let last = copy.length - 1; last > 0; last--) {
    const other = wholeBetween(random, 0, last)
    const moved = copy[last] as T
    copy[last] = copy[other] as T
    copy[other] = moved
  }
  return copy
}
