/**
 * Waiting in tests of streams for what comes with the next turns of the loop.
 */
import { vi } from 'vitest'

/** A loaded machine may take seconds for what takes milliseconds; the limit ends what never comes. */
const timeout = 60_000

/** Gives what `check` gives once it throws no more. */
export function comesTrue<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 5 })
}
