/**
 * Waiting for what becomes true.
 * Takes a check and a deadline. Gives the check's result as soon as it does not throw.
 * Promises: at the deadline the check's own last error is thrown, so a failing test says what was wrong.
 */

const pollMs = 25
/** Twice what the slowest of our machines has needed. */
const withinMsDefault = 30_000

/** Repeats `check` until it neither throws nor rejects. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = withinMsDefault): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() >= until) throw error
      await pause(pollMs)
    }
  }
}

/** Resolves after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
