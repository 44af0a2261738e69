// pure
/**
 * The delay before the next try.
 * Takes the tries so far, a first delay, a factor and a cap. Gives milliseconds.
 * Source: the SERIAL rule of Hermes (`current = min(cap, floor(current × factor))`, first delay uncapped).
 */

export interface Backoff {
  readonly firstMs: number
  /** 1 keeps the delay constant. */
  readonly factor: number
  /** Applies from the second delay on. */
  readonly capMs: number
}

/** The delay after failed try number `tries` (1 = after the first). */
export function backoffMs(backoff: Backoff, tries: number): number {
  if (tries <= 1) return backoff.firstMs
  let current = Math.min(backoff.capMs, Math.floor(backoff.firstMs * backoff.factor))
  if (backoff.factor <= 1) return current
  // Ends soon: each step grows by the factor until the cap, whatever the number of tries.
  for (let step = 2; step < tries && current < backoff.capMs; step++) {
    const next = Math.min(backoff.capMs, Math.floor(current * backoff.factor))
    if (next === current) return current
    current = next
  }
  return current
}
